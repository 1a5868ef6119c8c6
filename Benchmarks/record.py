"""Times what the record is for: items that are done once, and the history of very many runs.

    record.py NIGHTJAR once [FILES CHANGED]
    record.py NIGHTJAR history [RUNS]
"""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1800

ONCE = """\
version: 1
steps:
  - { id: files, list: notes/*.txt }
  - id: each
    foreach: { items: "${{ steps.files.files }}", key: "${{ item.sha256 }}", once: true, max_parallel: 2 }
    steps:
      - { id: text, read: "${{ item.path }}" }
      - { id: ask, model: counter/owl, prompt: { user: "${{ steps.text.text }}", temperature: 0 } }
outputs: { done: "${{ steps.each.done }}" }
"""

# A run such as one has every night: a loop over two items, a model call in each.
NIGHTLY = """\
version: 1
name: nightly
steps:
  - id: each
    foreach: [1, 2]
    steps:
      - { id: ask, model: counter/owl, prompt: { user: "note ${{ item }}", temperature: 0 } }
  - { id: page, write: { path: page.txt, text: "${{ steps.each.items | map(attribute='ask.text') | join(' ') }}" } }
outputs: { page: "${{ steps.page.path }}" }
"""


class Project:
    """A folder with a workflow, a record of its own, and a model server that answers at once."""

    def __init__(self, folder, nightjar, workflow):
        self.folder = folder
        self.nightjar = nightjar
        self.log = folder / "calls.jsonl"
        self.server = subprocess.Popen(
            [sys.executable, str(ROOT / "Tests/Servers/counting_server.py"), "--log", str(self.log)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port = self.server.stdout.readline().split()[0]
        (folder / "nightjar.yaml").write_text(
            f"engines:\n  counter: {{ kind: openai, url: 'http://127.0.0.1:{port}/v1', parallel: 2 }}\n")
        (folder / "w.yaml").write_text(workflow)
        self.environment = dict(os.environ, NIGHTJAR_HOME=str(folder / "state"))

    def close(self):
        self.server.stdin.close()
        self.server.wait(10)

    def seconds(self, *arguments):
        """How long a command takes as a whole process."""
        began = time.perf_counter()
        subprocess.run(
            [self.nightjar, *arguments], check=True, cwd=self.folder, env=self.environment, timeout=LIMIT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - began

    def calls(self):
        if not self.log.exists():
            return 0
        return sum(json.loads(line)["event"] == "asked" for line in self.log.read_text().splitlines())


def once(project, files, changed):
    """A folder of documents, of which a few have changed the next night."""
    notes = project.folder / "notes"
    notes.mkdir()
    for number in range(files):
        (notes / f"{number:05}.txt").write_text(f"note {number}\n" + "A line of the note.\n" * 20)
    first = project.seconds("run", "w.yaml", "-q")
    asked = project.calls()
    for number in range(0, files, files // changed):
        (notes / f"{number:05}.txt").write_text(f"changed {number}\n")
    second = project.seconds("run", "w.yaml", "-q")
    print(
        f"once over {files} files: {asked} calls in {first:.1f} s; with {changed} of them changed: "
        f"{project.calls() - asked} calls in {second:.1f} s; ratio {second / first:.3f}")


def multiply(path, runs):
    """Copies the one run that is recorded, one for each minute of the years before, with all that belongs to it."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("PRAGMA synchronous = OFF")
    (first,) = database.execute("SELECT id FROM runs").fetchone()
    database.create_function("id_of", 1, lambda number: time.strftime(
        "%Y%m%d-%H%M%S-", time.gmtime(1_700_000_000 + 60 * number)) + f"{number % 32 ** 4:04x}"[-4:])
    database.create_function("time_of", 1, lambda number: time.strftime(
        "%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(1_700_000_000 + 60 * number)))
    database.execute("CREATE TEMP TABLE copies (number INTEGER PRIMARY KEY, id TEXT, moment TEXT)")
    database.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
        "INSERT INTO copies SELECT n, id_of(n), time_of(n) FROM numbers", (runs - 1,))

    def columns(table):
        # Without what SQLite computes.
        return [row[1] for row in database.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]

    def copy(table, replaced):
        names = columns(table)
        values = ", ".join(replaced.get(name, f"{table}.{name}") for name in names)
        run = "id" if table == "runs" else "run_id"
        database.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM copies, {table} "
            f"WHERE {table}.{run} = ? ORDER BY copies.number", (first,))

    ids = "(copies.number * 1000 + {})"
    times = {"started_at": "copies.moment", "ended_at": "copies.moment", "written_at": "copies.moment"}
    copy("runs", dict(times, id="copies.id"))
    own = dict(times, run_id="copies.id")
    copy("steps", dict(own, id=ids.format("steps.id"),
                       item_id="iif(steps.item_id IS NULL, NULL, " + ids.format("steps.item_id") + ")"))
    copy("items", dict(own, id=ids.format("items.id"), step_id=ids.format("items.step_id")))
    copy("calls", dict(own, id=ids.format("calls.id"), step_id=ids.format("calls.step_id")))
    copy("files", dict(own, id=ids.format("files.id"), step_id=ids.format("files.step_id")))
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def history(project, runs):
    """The record of very many runs: what it takes, and how long it is to look into it."""
    project.seconds("run", "w.yaml", "-q")
    path = project.folder / "state" / "history.sqlite"
    multiply(path, runs)
    print(f"a history of {runs} runs: {path.stat().st_size / 1e6:.0f} MB, {path.stat().st_size / runs:.0f} bytes a run")

    def look(*arguments):
        project.seconds(*arguments)
        return statistics.median(project.seconds(*arguments) for _ in range(7)) * 1000

    base = look("--version")
    for name, arguments in [
        ("runs", ["runs"]), ("runs --workflow", ["runs", "--workflow", "nightly"]),
        ("runs --state failed", ["runs", "--state", "failed"]), ("runs show", ["runs", "show", "latest"]),
        ("runs items", ["runs", "items", "latest"]),
    ]:
        took = look(*arguments)
        print(f"nightjar {name}: {took:.0f} ms; nightjar --version: {base:.0f} ms; ratio {took / base:.1f}")
    before = path.stat().st_size
    half = project.seconds("runs", "prune", "--keep", str(runs // 2))
    after = path.stat().st_size
    print(
        f"runs prune of {runs - runs // 2} runs: {half:.0f} s, {half / (runs - runs // 2) * 1e6:.0f} us a run; "
        f"file {before / 1e6:.0f} MB, then {after / 1e6:.0f} MB; ratio {after / before:.2f}")


def main():
    nightjar, kind, *numbers = sys.argv[1:]
    numbers = [int(number) for number in numbers]
    with tempfile.TemporaryDirectory() as name:
        workflow = ONCE if kind == "once" else NIGHTLY
        project = Project(Path(name), str(Path(nightjar).resolve()), workflow)
        try:
            if kind == "once":
                once(project, *(numbers or [5000, 50]))
            else:
                history(project, *(numbers or [1_000_000]))
        finally:
            project.close()


if __name__ == "__main__":
    main()
