"""Runs the examples of the documentation and compares what they print, or writes it anew.

    transcripts.py PROGRAM PAGE …            compare; exit code 1 where something differs
    transcripts.py PROGRAM --update PAGE …   write what the commands print into the pages

Each page has a folder of its own with the repository's workflows, examples and small model. In a page,

    <!-- file: PATH -->     above a code block writes the block to a file;
    <!-- setup: COMMAND --> runs a command whose output is not shown;
    ```console              blocks are run, a command after each `$ `, a line that ends in `\\` with the next.

Ids, dates, times and lengths of time differ with each run: they are left out of the comparison, as are the widths of
columns. A block whose command needs a program that is not installed is skipped.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PART = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n+```\w*\n(?P<content>.*?)```\n|<!-- setup: (?P<setup>.*?) -->\n"
    r"|```console\n(?P<console>.*?)```\n", re.S)
VARYING = [
    (r"\d{8}-\d{6}-[a-z0-9]{4}", "ID"),
    (r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?Z?)?)?", "DATE"),
    (r'"seconds":[\d.]+', '"seconds":N'),
    (r"\d+(\.\d+)? (ms|s|min|h)\b", "TIME"),
    (r"\b\d+\.\d+\b", "N"),
    (r"-{2,}", "-"),
    (r"[ \t]+", " "),
]


class Sandbox:
    """A folder in which a page's commands are run."""

    def __init__(self, folder, program):
        self.folder = folder / "notes"
        self.folder.mkdir()
        for name in ["workflows", "evals", "examples", "schema"]:
            shutil.copytree(REPOSITORY / name, self.folder / name)
        (self.folder / "models").mkdir()
        (self.folder / "models" / "fledgling.gguf").symlink_to(REPOSITORY / "models" / "fledgling.gguf")
        home = folder / "home"
        home.mkdir()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "NIGHTJAR_"))}
        self.environment = dict(kept, HOME=str(home), PATH=f"{Path(program).resolve().parent}:{os.environ['PATH']}")

    def write(self, path, text):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, command):
        """What a command prints; `None` where it needs a program that is not here."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        if done.returncode == 127:
            return None
        # The folder has another name each time.
        return done.stdout.replace(str(self.folder), "/tmp/notes").replace(str(self.folder.parent), "/tmp")


def commands(block):
    """The commands of a console block, each with what is printed below it."""
    found = []
    lines = iter(block.splitlines(keepends=True))
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\\n"):
                command += next(lines, "")
            # A command goes on as long as a quote is open.
            while command.count("'") % 2 == 1:
                command += next(lines, "'")
            found.append([command, ""])
        elif found:
            found[-1][1] += line
    return found


def comparable(text):
    for pattern, replacement in VARYING:
        text = re.sub(pattern, replacement, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def page(path, program, update):
    """Runs a page; returns what differs."""
    differences = []
    with tempfile.TemporaryDirectory() as name:
        sandbox = Sandbox(Path(name).resolve(), program)

        def visit(part):
            if part["file"]:
                sandbox.write(part["file"], part["content"])
            elif part["setup"]:
                sandbox.run(part["setup"])
            else:
                return console(part)
            return part[0]

        def console(part):
            block = ""
            for command, shown in commands(part["console"]):
                printed = sandbox.run(command)
                if printed is None:
                    print(f"skipped: {command.strip()}")
                    return part[0]
                if comparable(printed) == comparable(shown):
                    printed = shown
                elif not update:
                    differences.append(f"{path}: $ {command.strip()}\nshows:\n{shown}prints:\n{printed}")
                block += f"$ {command}{printed}"
            return f"```console\n{block}```\n"

        text = path.read_text()
        new = PART.sub(visit, text)
        if update and new != text:
            path.write_text(new)
    return differences


def main():
    program, *rest = sys.argv[1:]
    update = "--update" in rest
    differences = [
        difference for name in rest if name != "--update" for difference in page(Path(name), program, update)]
    for difference in differences:
        print(difference)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
