"""Writes models of real shapes with weights out of a random generator, to measure speed without any download.

    make_models.py FOLDER [--only llama,qwen3,copy]

What they answer is garbage; how long it takes is what a real model of the shape takes. Needs numpy. The same Python
writes the same bytes: everything is seeded, and the tokenizer is learned from Python's own standard library.

`copy` has the shape of `llama`, but two of its layers are made by hand so that it continues with what stood in its
prompt: for decoding that guesses ahead. See `copy_weights`.
"""

import argparse
import heapq
import random
import re
import struct
import sys
import sysconfig
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy

SEED = 7
MERGES = 16_000
TEXT_BYTES = 6_000_000
END_OF_TEXT, TURN_START, TURN_END = SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")

# How libllama's "qwen2" cuts a text before it merges, for ASCII.
PIECES = re.compile(
    r"'(?:[sdmtSDMT]|ll|ve|re|LL|VE|RE)|[^\r\nA-Za-z0-9]?[A-Za-z]+|[0-9]| ?[^\sA-Za-z0-9]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+")


@dataclass
class Shape:
    file: str
    architecture: str
    layers: int
    width: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_width: int
    vocabulary: int
    rope_base: float
    context: int
    tied: bool = False
    qk_norms: bool = False


SHAPES = {
    "llama": Shape("llama-0.35b-q8_0.gguf", "llama", 24, 1024, 2816, 8, 4, 128, 32_000, 1e4, 8192),
    "qwen3": Shape(
        "qwen3-0.6b-q8_0.gguf", "qwen3", 28, 1024, 3072, 16, 8, 128, 151_936, 1e6, 40_960, tied=True, qk_norms=True),
    # The base is so high that most of a head hardly turns with the position: by these parts it compares tokens.
    "copy": Shape("copy-0.35b-q8_0.gguf", "llama", 24, 1024, 2816, 8, 4, 128, 32_000, 1e12, 8192),
}


# Tokenizer

def byte_letters():
    """GPT-2's way to write any byte as a visible letter."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = [byte for byte in range(256) if byte not in plain]
    return {**{byte: chr(byte) for byte in plain}, **{byte: chr(256 + n) for n, byte in enumerate(other)}}


LETTERS = byte_letters()


def text_to_learn_from():
    """Prose and code: what Python says of itself, then its library. ASCII only, as are the answers that way."""
    library = Path(sysconfig.get_path("stdlib"))
    files = [library / "pydoc_data/topics.py", *sorted(library.glob("*.py")), *sorted(library.glob("json/*.py"))]
    # The topics are one literal, whose line ends are written out.
    text = "".join(file.read_text(errors="ignore").replace("\\n", "\n") for file in files if file.exists())
    return text.encode("ascii", "ignore").decode()[:TEXT_BYTES]


def learn_merges(text, limit):
    """Byte pair encoding: merges the most frequent pair, again and again."""
    counts = Counter(PIECES.findall(text))
    words = [[LETTERS[byte] for byte in piece.encode()] for piece in counts]
    weights = list(counts.values())
    pairs, where = Counter(), defaultdict(set)
    for number, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += weights[number]
            where[pair].add(number)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < limit:
        count, pair = heapq.heappop(heap)
        if pairs[pair] != -count:
            # Changed since: it comes again with the count that it has now.
            if pairs[pair] > 0:
                heapq.heappush(heap, (-pairs[pair], pair))
            continue
        if count > -2:
            break
        merges.append(pair)
        changed = set()
        for number in where.pop(pair):
            old, new = words[number], []
            index = 0
            while index < len(old):
                if index + 1 < len(old) and (old[index], old[index + 1]) == pair:
                    new.append(old[index] + old[index + 1])
                    index += 2
                else:
                    new.append(old[index])
                    index += 1
            for gone in zip(old, old[1:]):
                pairs[gone] -= weights[number]
            for come in zip(new, new[1:]):
                pairs[come] += weights[number]
                where[come].add(number)
                changed.add(come)
            words[number] = new
        for come in changed:
            heapq.heappush(heap, (-pairs[come], come))
    return merges


def make_tokens(merges, size):
    """Bytes, what is merged, as many that no text leads to as are missing, and the special ones."""
    # Two merges may give the same token.
    tokens = list(dict.fromkeys([*LETTERS.values(), *(left + right for left, right in merges)]))
    # These are put together from two, so that a grammar has the work with them that it has with real ones.
    source, known, learned = random.Random(SEED), set(tokens), tokens[256:]
    while len(tokens) < size - len(SPECIALS):
        token = source.choice(learned) + source.choice(learned)
        if token not in known and len(token) <= 24:
            known.add(token)
            tokens.append(token)
    return [*tokens, *SPECIALS]


def is_quiet(token):
    """Whether no answer has this token: none ends early, and all are ASCII, in which no letter needs two tokens."""
    return token in SPECIALS or (len(token) == 1 and token in [LETTERS[byte] for byte in range(128, 256)])


# GGUF

UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5
F32, Q8_0 = 0, 8
BLOCK = numpy.dtype([("scale", "<f2"), ("values", "i1", 32)])
ALIGNMENT = 32


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def value(thing):
    """A value of the header with its type before it."""
    if isinstance(thing, bool):
        return struct.pack("<IB", BOOL, thing)
    if isinstance(thing, int):
        return struct.pack("<II", UINT32, thing)
    if isinstance(thing, float):
        return struct.pack("<If", FLOAT32, thing)
    if isinstance(thing, str):
        return struct.pack("<I", STRING) + string(thing)
    if isinstance(thing[0], str):
        return struct.pack("<IIQ", ARRAY, STRING, len(thing)) + b"".join(map(string, thing))
    return struct.pack("<IIQ", ARRAY, INT32, len(thing)) + numpy.array(thing, "<i4").tobytes()


def write_gguf(path, header, tensors):
    """`tensors` maps a name to (shape, function that makes the bytes): only one is in memory at a time."""
    def size(shape):
        count = int(numpy.prod(shape))
        return count * 4 if len(shape) == 1 else count // 32 * BLOCK.itemsize

    def padded(count):
        return -count % ALIGNMENT + count

    out = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(header))
    out += b"".join(string(key) + value(thing) for key, thing in header.items())
    offset = 0
    for name, (shape, _) in tensors.items():
        kind = F32 if len(shape) == 1 else Q8_0
        # The dimension that lies together in memory comes first.
        out += string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *reversed(shape), kind, offset)
        offset += padded(size(shape))
    new = path.with_suffix(".new")
    with open(new, "wb") as file:
        file.write(out.ljust(padded(len(out)), b"\0"))
        for name, (shape, make) in tensors.items():
            data = make()
            assert len(data) == size(shape), name
            file.write(data.ljust(padded(len(data)), b"\0"))
    new.replace(path)


def quantized(matrix):
    blocks = matrix.astype(numpy.float32).reshape(-1, 32)
    out = numpy.zeros(len(blocks), BLOCK)
    out["scale"] = numpy.abs(blocks).max(axis=1) / 127
    scales = out["scale"].astype(numpy.float32)[:, None]
    out["values"] = numpy.rint(numpy.divide(blocks, scales, out=numpy.zeros_like(blocks), where=scales > 0))
    return out.tobytes()


def random_matrix(name, shape, deviation):
    """Even random numbers, made as they are stored; `deviation` is one number, or one for each row."""
    source = numpy.random.default_rng([SEED, zlib.crc32(name.encode())])
    rows, columns = shape
    out = numpy.zeros((rows, columns // 32), BLOCK)
    out["values"] = source.integers(-127, 128, (rows, columns // 32, 32), numpy.int8)
    # 73.3 is the deviation of even numbers from -127 to 127.
    out["scale"] = numpy.broadcast_to(numpy.asarray(deviation) / 73.3, rows)[:, None]
    return out.tobytes()


# Weights

def shapes_of(shape):
    """Every tensor's name and dimensions, as libllama wants them for the architecture."""
    queries, keys = shape.heads * shape.head_width, shape.kv_heads * shape.head_width
    yield "token_embd.weight", (shape.vocabulary, shape.width)
    for layer in range(shape.layers):
        for part, size in {
            "attn_norm": (shape.width,), "attn_q": (queries, shape.width), "attn_k": (keys, shape.width),
            "attn_v": (keys, shape.width), "attn_output": (shape.width, queries),
            **({"attn_q_norm": (shape.head_width,), "attn_k_norm": (shape.head_width,)} if shape.qk_norms else {}),
            "ffn_norm": (shape.width,), "ffn_gate": (shape.feed_forward, shape.width),
            "ffn_up": (shape.feed_forward, shape.width), "ffn_down": (shape.width, shape.feed_forward),
        }.items():
            yield f"blk.{layer}.{part}.weight", size
    yield "output_norm.weight", (shape.width,)
    if not shape.tied:
        yield "output.weight", (shape.vocabulary, shape.width)


def random_weights(shape, tokens):
    """Weights that keep numbers near 1 through all layers.

    The layers add little to the embedding: else the smallest difference in how sums are rounded would grow from layer
    to layer, and two programs would not find the same answers.
    """
    # Tried out: with more of either, answers differ or go in circles. `branch` is the part of what a layer would add.
    spread, branch = (0.1, 0.2) if shape.tied else (0.45, 0.15)
    # Some tokens are more frequent than others, as in any language; that also sets the best apart from the second.
    frequent = numpy.exp(spread * numpy.random.default_rng(SEED).standard_normal(len(tokens)))
    loud = numpy.where([is_quiet(token) for token in tokens], 0.01, frequent)
    deviations = {
        "token_embd": loud if shape.tied else 1.0, "output": loud / shape.width ** 0.5,
        # Attention that looks at few places, or it were the same mean everywhere.
        **({} if shape.qk_norms else dict.fromkeys(("attn_q", "attn_k"), 1.6 * shape.width ** -0.5)),
        "attn_output": branch * (shape.heads * shape.head_width) ** -0.5,
        "ffn_down": branch * shape.feed_forward ** -0.5}

    def make(name, size):
        part = name.split(".")[-2]
        if part == "output_norm":
            # With a tied embedding and equal signs, the answer to any token were the token itself.
            return numpy.random.default_rng(SEED).choice([-1, 1], size).astype("<f4").tobytes()
        if len(size) == 1:
            return numpy.full(size, 1.6 if part in ("attn_q_norm", "attn_k_norm") else 1.0, "<f4").tobytes()
        return random_matrix(name, size, deviations.get(part, size[1] ** -0.5))

    return make


def copy_weights(shape, tokens):
    """A model that continues with what followed the last place of its context that reads like the end of it.

    Every token has a code of 128 signs. In the first layer one head copies the code of the token before, another that
    of the one before that: their queries and keys are the same for all tokens, so only the distance counts. In the
    second layer a head looks for the place whose two tokens before are the last two of the text, the later one where
    there are several, and copies the code of the token there; that is the answer. The other layers have random
    weights and cost what they cost in any model, but nothing of them is added.
    """
    width, head = shape.width, shape.head_width
    own, before, second, answer = (slice(start, start + 128) for start in (32, 160, 288, 416))
    constant = 8.0
    codes = numpy.random.default_rng(SEED).choice([-1.0, 1.0], (len(tokens), 128))
    # What the norms before the two layers divide by: each code has 128 ones.
    first_norm, second_norm = (((constant ** 2 + count * 128) / width) ** 0.5 for count in (1, 3))
    angles = shape.rope_base ** (-numpy.arange(head // 2) * 2 / head)
    inverse = 1 / head ** 0.5

    def embedding():
        matrix = numpy.zeros((len(tokens), width))
        matrix[:, 0], matrix[:, own] = constant, codes
        return matrix

    def output():
        matrix = numpy.zeros((len(tokens), width))
        matrix[:, answer] = codes
        matrix[[is_quiet(token) for token in tokens]] = 0
        return matrix

    def distance_head(query, key, rows, distance):
        """Attends to one distance: the cosines of all turns are together highest there."""
        size = (30 / inverse) ** 0.5 * first_norm / constant
        for turn, angle in enumerate(angles[:24]):
            query[rows[0] + 2 * turn, 0] = size
            key[rows[1] + 2 * turn, 0] = size * numpy.cos(distance * angle)
            key[rows[1] + 2 * turn + 1, 0] = size * numpy.sin(distance * angle)

    def first_layer(query, key, values, out):
        # Two heads share a key and a value here; the second of them is left alone.
        for number, (distance, target) in enumerate([(1, before), (2, second)]):
            rows = 2 * number * head, number * head
            distance_head(query, key, rows, distance)
            values[rows[1]:rows[1] + 128, own] = numpy.eye(128) * first_norm
            out[target, rows[0]:rows[0] + 128] = numpy.eye(128)

    def second_layer(query, key, values, out):
        slow = numpy.arange(44, 128)
        for places, (asked, offered), score in [(slow[:42], (own, before), 300), (slow[42:], (before, second), 120)]:
            size = (score / inverse / len(places)) ** 0.5 * second_norm
            for index, place in enumerate(places):
                query[place, asked.start + index] = key[place, offered.start + index] = size
        # A turn of about a thousandth a token falls from here to the end of any context that we measure.
        size = (80 / inverse) ** 0.5 * second_norm / constant
        query[32, 0] = size
        key[32, 0], key[33, 0] = size * numpy.cos(numpy.pi / 3), -size * numpy.sin(numpy.pi / 3)
        values[:128, own] = numpy.eye(128) * second_norm
        out[answer, :128] = numpy.eye(128)

    sizes = dict(shapes_of(shape))
    by_hand = {"token_embd.weight": embedding, "output.weight": output}
    for layer, fill in enumerate([first_layer, second_layer]):
        names = [f"blk.{layer}.{part}.weight" for part in ("attn_q", "attn_k", "attn_v", "attn_output")]
        matrices = [numpy.zeros(sizes[name]) for name in names]
        fill(*matrices)
        by_hand |= {name: lambda matrix=matrix: matrix for name, matrix in zip(names, matrices)}
    rest = random_weights(shape, tokens)

    def make(name, size):
        if name == "output_norm.weight":
            return numpy.ones(size, "<f4").tobytes()
        if name in by_hand:
            return quantized(by_hand[name]())
        if name.split(".")[-2] in ("attn_output", "ffn_down"):
            return quantized(numpy.zeros(size))
        return rest(name, size)

    return make


def header_of(shape, tokens, merges):
    prefix = shape.architecture
    special = {token: tokens.index(token) for token in SPECIALS}
    return {
        "general.architecture": prefix, "general.name": f"random weights, {shape.file}", "general.file_type": 7,
        "general.quantization_version": 2,
        f"{prefix}.vocab_size": shape.vocabulary, f"{prefix}.context_length": shape.context,
        f"{prefix}.embedding_length": shape.width, f"{prefix}.block_count": shape.layers,
        f"{prefix}.feed_forward_length": shape.feed_forward, f"{prefix}.attention.head_count": shape.heads,
        f"{prefix}.attention.head_count_kv": shape.kv_heads, f"{prefix}.attention.key_length": shape.head_width,
        f"{prefix}.attention.value_length": shape.head_width,
        f"{prefix}.attention.layer_norm_rms_epsilon": 1e-6, f"{prefix}.rope.freq_base": shape.rope_base,
        f"{prefix}.rope.dimension_count": shape.head_width,
        "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "qwen2", "tokenizer.ggml.tokens": tokens,
        # 1 is a normal token, 3 a control token.
        "tokenizer.ggml.token_type": [3 if token in special else 1 for token in tokens],
        "tokenizer.ggml.merges": [" ".join(merge) for merge in merges],
        "tokenizer.ggml.bos_token_id": special[END_OF_TEXT], "tokenizer.ggml.eos_token_id": special[TURN_END],
        "tokenizer.ggml.padding_token_id": special[END_OF_TEXT], "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": TEMPLATE,
    }


def write_model(name, folder, merges):
    shape = SHAPES[name]
    tokens = make_tokens(merges, shape.vocabulary)
    make = (copy_weights if name == "copy" else random_weights)(shape, tokens)
    tensors = {
        tensor: (size, lambda tensor=tensor, size=size: make(tensor, size)) for tensor, size in shapes_of(shape)}
    write_gguf(folder / shape.file, header_of(shape, tokens, merges), tensors)
    count = sum(int(numpy.prod(size)) for size, _ in tensors.values())
    print(f"{folder / shape.file}: {count / 1e9:.2f}B parameters, {(folder / shape.file).stat().st_size / 1e6:.0f} MB")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default=",".join(SHAPES), help="of llama, qwen3, copy; all by default")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := [name for name in names if name not in SHAPES]:
        sys.exit(f"there is no model {unknown[0]}: it is one of {', '.join(SHAPES)}")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    merges = learn_merges(text_to_learn_from(), MERGES)
    for name in names:
        write_model(name, arguments.folder, merges)


if __name__ == "__main__":
    main()
