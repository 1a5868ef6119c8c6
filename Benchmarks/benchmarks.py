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
TICKETS = ROOT / "examples" / "tickets.jsonl"


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


def peak_and_seconds(command, environment):
    """The peak memory in MB and the seconds of a command as a whole process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    if status != 0:
        raise subprocess.CalledProcessError(status, command)
    # Linux counts in KB, macOS in bytes.
    return usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10), took


def items(nightjar, folder):
    """What an item of a `foreach` costs: once with results that nobody asks for, once with all of them kept."""
    for name, output in [("counted", "${{ steps.each.count }}"), ("kept", "${{ steps.each.items | length }}")]:
        workflow = folder / f"items-{name}.yaml"
        workflow.write_text(
            "version: 1\ninputs: { n: { type: integer, default: 1 } }\nsteps:\n  - id: each\n"
            "    foreach: ${{ range(inputs.n) | list }}\n    set: { square: '${{ item * item }}', text: 'item ${{ item }}' }\n"
            f"outputs:\n  count: {output}\n")
        environment = dict(os.environ, NIGHTJAR_HOME=str(folder / "state"))
        rows = []
        for count in [1, 1_000, 10_000, 100_000]:
            rows.append((count, *peak_and_seconds([nightjar, "run", "-q", str(workflow), "-i", f"n={count}"], environment)))
        _, least_memory, least_seconds = rows[0]
        first = None
        for count, memory, took in rows[1:]:
            each = (took - least_seconds) / count
            first = first or each
            print(
                f"foreach over {count} items, results {name}: {each * 1e6:.0f} us an item (ratio {each / first:.2f} to "
                f"1000 items), peak memory {memory:.0f} MB, {(memory - least_memory) * 1024 / count:.2f} KB an item")


def main():
    nightjar = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up(nightjar, folder)
        tickets(nightjar, folder, 100)
        items(nightjar, folder)


if __name__ == "__main__":
    main()
