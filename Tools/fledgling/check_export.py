"""Checks that the GGUF file is the trained model: same tokens, same greedy answers as PyTorch."""

import argparse
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer

import chat
from conversations import make_conversation
from evaluate import load
from export_gguf import load_model

TRICKY_TEXTS = ("", " ", "\n\n a  b\tc", "1234.5 km², ½ and Ⅷ", "don't I'LL we've", "Grüße aus Köln, 你好, привет, 한국, 🙂👩‍👩‍👧", "\u00a0\u200b\x01\x7f ~~ <|im_start|>x<|im_end|>")


@torch.no_grad()
def generate(model, ids: list, stop: int, limit: int) -> list:
    """Greedy tokens from PyTorch."""
    new = []
    while len(new) < limit:
        choice = int(model.logits(model.hidden(torch.tensor([ids + new]))[0, -1]).argmax())
        if choice == stop:
            break
        new.append(choice)
    return new


def generate_llama(llama, ids: list, stop: int, limit: int) -> list:
    """Greedy tokens from llama.cpp."""
    new = []
    for token in llama.generate(ids, temp=0.0, repeat_penalty=1.0):
        if token == stop or len(new) == limit:
            break
        new.append(token)
    return new


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder with tokenizer.json and model.pt")
    parser.add_argument("model", type=Path, help="the GGUF file")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.work / "tokenizer.json"))
    model, llama = load_model(arguments.work / "model.pt").eval(), load(arguments.model, threads=2)

    rng = random.Random("fledgling/check")
    conversations = [make_conversation(rng) for _ in range(500)]
    for text in [chat.prompt(messages) for messages in conversations] + list(TRICKY_TEXTS):
        ours, theirs = tokenizer.encode(text).ids, llama.tokenize(text.encode(), add_bos=False, special=True)
        if ours != theirs:
            raise SystemExit(f"tokenized differently: {text!r}")

    stop, same, count = tokenizer.token_to_id(chat.TURN_END), 0, 20
    for messages in conversations[:count]:
        ids = tokenizer.encode(chat.prompt(messages[:-1])).ids
        same += generate(model, ids, stop, 100) == generate_llama(llama, ids, stop, 100)
    print(f"{len(conversations) + len(TRICKY_TEXTS)} texts tokenized alike; {same} of {count} greedy answers are the same")
    if same < count - 2:
        raise SystemExit("more answers differ than rounding to F16 explains")


if __name__ == "__main__":
    main()
