"""Writes the model, its tokenizer and its chat template as one GGUF file."""

import argparse
import json
from pathlib import Path

import gguf
import numpy
import torch
from tokenizers import Tokenizer

import chat
from model import Fledgling

DESCRIPTION = ("A very small demonstration and test model: it sorts support tickets, writes short status "
               "reports and continues simple stories. It is not an assistant.")
BLOCK_TENSORS = {
    "attention_norm": "attn_norm", "attention.q": "attn_q", "attention.k": "attn_k", "attention.v": "attn_v",
    "attention.out": "attn_output", "feed_forward_norm": "ffn_norm", "feed_forward.gate": "ffn_gate",
    "feed_forward.up": "ffn_up", "feed_forward.down": "ffn_down",
}


def gguf_name(name: str) -> str:
    """The name llama.cpp uses for one of our parameters."""
    name = name.removesuffix(".weight")
    if name == "embedding":
        return "token_embd.weight"
    if name == "norm":
        return "output_norm.weight"
    _, block, part = name.split(".", 2)
    return f"blk.{block}.{BLOCK_TENSORS[part]}.weight"


def export(model: Fledgling, tokenizer: Tokenizer, path: Path) -> None:
    """Matrices are stored as F16, norms as F32."""
    shape = model.shape
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("fledgling")
    writer.add_description(DESCRIPTION)
    writer.add_license("apache-2.0")
    writer.add_size_label(f"{model.count_parameters() / 1e6:.1f}M")
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    _add_tokenizer(writer, tokenizer)
    for name, parameter in model.named_parameters():
        values = parameter.detach().numpy()
        writer.add_tensor(gguf_name(name), values.astype(numpy.float16 if values.ndim == 2 else numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    size = tokenizer.get_vocab_size()
    special = [tokenizer.token_to_id(token) for token in chat.SPECIAL_TOKENS]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([tokenizer.id_to_token(i) for i in range(size)])
    writer.add_token_types([gguf.TokenType.CONTROL if i in special else gguf.TokenType.NORMAL for i in range(size)])
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_eos_token_id(tokenizer.token_to_id(chat.TURN_END))
    writer.add_eot_token_id(tokenizer.token_to_id(chat.TURN_END))
    writer.add_pad_token_id(tokenizer.token_to_id(chat.END_OF_TEXT))
    writer.add_bos_token_id(tokenizer.token_to_id(chat.END_OF_TEXT))
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(chat.TEMPLATE)


def load_model(checkpoint: Path) -> Fledgling:
    """The model as a training run has saved it."""
    model = Fledgling()
    model.load_state_dict(torch.load(checkpoint, weights_only=True))
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder with tokenizer.json and model.pt")
    parser.add_argument("output", type=Path, help="the GGUF file to write")
    arguments = parser.parse_args()
    export(load_model(arguments.work / "model.pt"), Tokenizer.from_file(str(arguments.work / "tokenizer.json")), arguments.output)


if __name__ == "__main__":
    main()
