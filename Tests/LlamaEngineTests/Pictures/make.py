"""Makes a projector of random weights for a model of so many dimensions, and two small pictures.

    make.py FOLDER DIMENSIONS

FOLDER/mmproj-fledgling.gguf is in the style of Gemma 3's: a vision transformer of one layer for pictures of 56 x 56 pixels,
of which each becomes four tokens. FOLDER/red.png and FOLDER/stripes.png are pictures.
"""

import random
import struct
import sys
import zlib
from pathlib import Path

FOLDER, OUT = Path(sys.argv[1]), int(sys.argv[2])
SIDE, PATCH, WIDTH, FEED, LAYERS, HEADS = 56, 14, 32, 64, 1, 2
TEXT, UINT, FLOAT, BOOL, ARRAY = 8, 4, 6, 7, 9


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, kind, value):
    data = text(key) + struct.pack("<I", kind)
    if kind == TEXT:
        return data + text(value)
    if kind == ARRAY:
        return data + struct.pack("<IQ", FLOAT, len(value)) + struct.pack(f"<{len(value)}f", *value)
    return data + struct.pack({UINT: "<I", FLOAT: "<f", BOOL: "<?"}[kind], value)


def projector():
    vision = "clip.vision."
    entries = [
        ("general.architecture", TEXT, "clip"), ("general.type", TEXT, "mmproj"),
        ("clip.has_vision_encoder", BOOL, True), ("clip.projector_type", TEXT, "gemma3"), ("clip.use_gelu", BOOL, True),
        (vision + "image_size", UINT, SIDE), (vision + "patch_size", UINT, PATCH),
        (vision + "embedding_length", UINT, WIDTH), (vision + "feed_forward_length", UINT, FEED),
        (vision + "block_count", UINT, LAYERS), (vision + "projection_dim", UINT, OUT),
        (vision + "attention.head_count", UINT, HEADS), (vision + "attention.layer_norm_epsilon", FLOAT, 1e-6),
        (vision + "projector.scale_factor", UINT, 2), (vision + "image_mean", ARRAY, [0.5] * 3),
        (vision + "image_std", ARRAY, [0.5] * 3),
    ]
    patches = (SIDE // PATCH) ** 2
    tensors = [
        ("v.patch_embd.weight", [PATCH, PATCH, 3, WIDTH]), ("v.patch_embd.bias", [WIDTH]),
        ("v.position_embd.weight", [WIDTH, patches]), ("v.post_ln.weight", [WIDTH]), ("v.post_ln.bias", [WIDTH]),
    ]
    for layer in range(LAYERS):
        block = f"v.blk.{layer}."
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            tensors += [(f"{block}{name}.weight", [WIDTH, WIDTH]), (f"{block}{name}.bias", [WIDTH])]
        tensors += [
            (block + "ffn_up.weight", [WIDTH, FEED]), (block + "ffn_up.bias", [FEED]),
            (block + "ffn_down.weight", [FEED, WIDTH]), (block + "ffn_down.bias", [WIDTH]),
        ]
        for name in ("ln1", "ln2"):
            tensors += [(f"{block}{name}.weight", [WIDTH]), (f"{block}{name}.bias", [WIDTH])]
    tensors += [("mm.input_projection.weight", [OUT, WIDTH]), ("mm.soft_emb_norm.weight", [WIDTH])]
    source = random.Random(3)
    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join(entry(*one) for one in entries)
    data = b""
    for name, shape in tensors:
        header += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        header += struct.pack("<IQ", 0, len(data))
        count = 1
        for length in shape:
            count *= length
        data += struct.pack(f"<{count}f", *(source.gauss(0, 0.7) for _ in range(count)))
        data += bytes(-len(data) % 32)
    return header + bytes(-len(header) % 32) + data


def png(color):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"".join(bytes(color(x, y)) for x in range(64)) for y in range(64))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


(FOLDER / "mmproj-fledgling.gguf").write_bytes(projector())
(FOLDER / "red.png").write_bytes(png(lambda x, y: (255, 0, 0)))
(FOLDER / "stripes.png").write_bytes(png(lambda x, y: (0, 255 * (x // 8 % 2), 255)))
