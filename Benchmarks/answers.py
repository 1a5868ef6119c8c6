"""Makes 10 MB of JSON, damages it, and lets both sides read it. Called by bench-answers."""

import json
import random
import subprocess
import sys
import tempfile
import time

try:
    import json_repair
except ImportError:
    json_repair = None

random.seed(7)
WORDS = ["billing", "The app crashes when I open it.", "é😀", "line\nline", "say \"hi\"", "Where is my invoice, please?"]


def record(number):
    return {
        "id": number, "text": " ".join(random.choice(WORDS) for _ in range(6)), "tags": random.sample(WORDS, 2),
        "score": random.random(), "open": random.random() < 0.5, "owner": {"name": random.choice(WORDS), "age": None}}


def damage(text):
    """A trailing comma, words of Python's and a key without quotes in each record."""
    text = text.replace('"open": true', '"open": True').replace('"open": false', '"open": False')
    return text.replace('"owner":', "owner:").replace('"age": null}', '"age": None,}')


records = []
size = 0
while size < 10_000_000:
    records.append(record(len(records)))
    size += len(json.dumps(records[-1], ensure_ascii=False).encode()) + 2
strict = json.dumps(records, ensure_ascii=False)

with tempfile.TemporaryDirectory() as folder:
    paths = {}
    for name, text in [("strict", strict), ("damaged", "Here you are:\n" + damage(strict))]:
        paths[name] = f"{folder}/{name}.json"
        with open(paths[name], "w", encoding="utf-8") as file:
            file.write(text)
    output = subprocess.run(
        [sys.argv[1], "--strict", paths["strict"], "--damaged", paths["damaged"]], check=True, capture_output=True,
        text=True).stdout
    lines = [line.split() for line in output.splitlines()]
    foundation, own, answer = float(lines[0][2]), float(lines[0][4]), float(lines[0][6])
    print(f"strict, {size / 1e6:.1f} MB: ours / JSONSerialization's time {own / foundation:.2f}, as an answer {answer / foundation:.2f}")
    print(f"damaged ({lines[1][3]}): ours / strict {float(lines[1][2]) / own:.1f}")
    if json_repair:
        with open(paths["damaged"], encoding="utf-8") as file:
            text = file.read()
        began = time.perf_counter()
        json_repair.loads(text)
        took = time.perf_counter() - began
        print(f"damaged: ours / json_repair's time {float(lines[1][2]) / took:.3f}")
