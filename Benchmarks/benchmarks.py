"""Times the built program against what a user would use instead; prints medians and ratios.

These machines are noisy: both sides are run in turn, and the ratio of the medians is what counts.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "fledgling.gguf"
TICKETS = ROOT / "Tests" / "Fixtures" / "heldout-tickets.jsonl"


def seconds(command, **options):
    """How long a command takes as a whole process."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.perf_counter() - began


def in_turn(one, other, rounds):
    """The medians of two ways of timing, run in turn after a warm-up."""
    one(), other()
    pairs = [(one(), other()) for _ in range(rounds)]
    return tuple(statistics.median(side) for side in zip(*pairs))


def report(name, ours, theirs, against):
    print(f"{name}: {ours * 1000:.0f} ms; {against}: {theirs * 1000:.0f} ms; ratio {ours / theirs:.2f}")


def start_up(nightjar, folder):
    """The program's start, against Python's."""
    ours, theirs = in_turn(lambda: seconds([nightjar, "--version"]), lambda: seconds(["python3", "-c", ""]), 15)
    report("nightjar --version", ours, theirs, "python3 -c ''")

    workflow = folder / "plain.yaml"
    workflow.write_text("version: 1\nsteps:\n  - id: a\n    set: { x: 1 }\noutputs:\n  x: ${{ steps.a.x }}\n")
    environment = dict(os.environ, NIGHTJAR_HOME=str(folder / "state"))
    script = "import json, sqlite3, subprocess, urllib.request; sqlite3.connect(':memory:').execute('select 1')"
    ours, theirs = in_turn(
        lambda: seconds([nightjar, "run", "-q", str(workflow)], env=environment),
        lambda: seconds(["python3", "-c", script]), 15)
    report("nightjar run, without a model", ours, theirs, "a Python script's imports")


def tickets(nightjar, folder, count):
    """Sorting tickets, against llama-cpp-python in a loop; both load the model."""
    texts = [json.loads(line)["text"] for line in TICKETS.read_text().splitlines()[:count]]
    cases = folder / "cases.jsonl"
    cases.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    workflow = folder / "tickets.yaml"
    workflow.write_text(
        "version: 1\nsteps:\n  - id: cases\n    read: cases.jsonl\n  - id: labels\n"
        "    foreach: ${{ steps.cases.data }}\n"
        "    prompt: { system: You sort support tickets., user: '${{ item.text }}', temperature: 0, max_tokens: 64 }\n")
    loop = folder / "loop.py"
    loop.write_text(
        "import json, llama_cpp\n"
        f"model = llama_cpp.Llama({str(MODEL)!r}, n_ctx=1024, verbose=False)\n"
        f"for line in open({str(cases)!r}):\n"
        "    model.create_chat_completion(temperature=0, max_tokens=64, messages=[\n"
        "        {'role': 'system', 'content': 'You sort support tickets.'},\n"
        "        {'role': 'user', 'content': json.loads(line)['text']}])\n")
    environment = dict(os.environ, NIGHTJAR_HOME=str(folder / "state"))
    try:
        ours, theirs = in_turn(
            lambda: seconds([nightjar, "run", "-q", str(workflow), "--model", str(MODEL)], env=environment),
            lambda: seconds([sys.executable, str(loop)]), 3)
    except subprocess.CalledProcessError as failure:
        print(f"{count} tickets: not compared, since a side failed: {failure.cmd[0]}")
        return
    report(f"{count} tickets, recorded", ours, theirs, "llama-cpp-python in a loop, unrecorded")


def main():
    nightjar = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up(nightjar, folder)
        tickets(nightjar, folder, 100)


if __name__ == "__main__":
    main()
