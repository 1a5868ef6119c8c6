"""The byte-level BPE tokenizer, trained on the generated text.

Pre-tokenization is the one llama.cpp calls "smollm": every digit stands alone,
the rest is cut by the GPT-2 expression. All 256 bytes are in the vocabulary.
"""

import random

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from chat import SPECIAL_TOKENS
from conversations import make_conversation

VOCABULARY_SIZE = 1536
SAMPLE_SIZE = 12_000


def train_tokenizer() -> Tokenizer:
    """Learns the merges from conversations that only the tokenizer sees."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE, special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    rng = random.Random("fledgling/tokenizer")
    texts = (content for _ in range(SAMPLE_SIZE) for _, content in make_conversation(rng))
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
