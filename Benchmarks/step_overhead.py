"""Times a step of a long workflow against a task of Prefect; prints medians and ratios.

One step more or less is too little to time, so a workflow of 1000 steps is set against one of a single step: what
starting and ending cost falls out. Both sides record every step in SQLite, as they do unless told otherwise.
"""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = 1000
ROUNDS = 3
# Far above what a slow machine needs: these only keep a run that hangs from hanging the benchmark.
NIGHTJAR_LIMIT = 120
PREFECT_LIMIT = 600

FLOW = """\
import sys
import time

from prefect import flow, task
from prefect.client.orchestration import get_client


@task(log_prints=False)
def echo(value):
    return value


@flow(log_prints=False)
def steps(count):
    return [echo(value) for value in range(count)]


count = int(sys.argv[1])
# The first client starts the temporary server, which is not part of what a task costs.
with get_client(sync_client=True) as client:
    client.hello().raise_for_status()
began = time.perf_counter()
results = steps(count)
took = time.perf_counter() - began
assert results == list(range(count))
print(took)
"""


def stop(process):
    """Ends a command with what it started: Prefect's server outlives a flow that is killed."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def timed(command, folder, environment, limit):
    """How long a command takes as a whole process, and what it prints."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, start_new_session=True, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        output, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        stop(process)
        sys.exit(f"{command[0]} took more than {limit} s")
    except BaseException:
        stop(process)
        raise
    took = time.perf_counter() - began
    if process.returncode != 0:
        stop(process)
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{errors[-2000:]}")
    return took, output


def nightjar_side(nightjar, folder):
    """A way to time a workflow of a number of steps, as a whole process."""
    environment = dict(os.environ, NIGHTJAR_HOME=str(folder / "nightjar"))

    def run(count):
        workflow = folder / f"steps-{count}.yaml"
        steps = "".join(f"  - id: s{number}\n    set: {{ n: 1 }}\n" for number in range(1, count + 1))
        workflow.write_text(f"version: 1\nname: steps\nsteps:\n{steps}")
        command = [nightjar, "run", workflow.name, "--quiet"]
        return timed(command, folder, environment, NIGHTJAR_LIMIT)[0]

    return run


def prefect_environment(folder):
    """Prefect by itself: nobody's settings, its own database and nothing sent beyond this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return dict(
        kept,
        PREFECT_HOME=str(folder / "prefect"),
        PREFECT_SERVER_EPHEMERAL_ENABLED="true",
        # The first start makes the database, which can take longer than the 20 s that are usual.
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120",
        PREFECT_LOGGING_LEVEL="ERROR",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        # The client heeds only this one, and the server only the one above.
        DO_NOT_TRACK="1",
        # A proxy has no part in reaching the temporary server.
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost")


def prefect_side(python, folder):
    """A way to time a flow of a number of tasks: as a whole process, and the flow alone."""
    script = folder / "steps.py"
    script.write_text(FLOW)
    environment = prefect_environment(folder)

    def run(count):
        took, output = timed([python, str(script), str(count)], folder, environment, PREFECT_LIMIT)
        return took, float(output.split()[-1])

    return run


def measure(ours, theirs):
    """The medians for one step and for all: of Nightjar, of Prefect's processes and of its flows."""
    # The warm-up also makes both databases.
    ours(1), theirs(1)
    rounds = [[(ours(count), *theirs(count)) for count in (1, STEPS)] for _ in range(ROUNDS)]
    return [
        [statistics.median(side) for side in zip(*runs)]
        for runs in zip(*rounds)]


def report(name, ours, theirs, against):
    print(f"{name}: {ours * 1000:.2f} ms; {against}: {theirs * 1000:.2f} ms; ratio {ours / theirs:.3f}")


def report_process(count, ours, theirs):
    print(
        f"{count} steps as a whole process: {ours * 1000:.0f} ms ({count / ours:.1f} a second); "
        f"Prefect, {count} tasks: {theirs * 1000:.0f} ms ({count / theirs:.1f} a second); "
        f"ratio {ours / theirs:.3f}")


def main():
    # Without this, a signal would leave the temporary folder and Prefect's server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    nightjar = str(Path(sys.argv[1]).resolve())
    # Not resolved: a virtual environment's Python is a link, and knows where it belongs by its own path.
    python = str(Path(sys.argv[2]).absolute())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many = measure(nightjar_side(nightjar, folder), prefect_side(python, folder))
    step, process_task, flow_task = ((all_ - first) / (STEPS - 1) for first, all_ in zip(one, many))
    report(f"a step of {STEPS}", step, flow_task, "a task of Prefect, in its flow alone")
    report(f"a step of {STEPS}", step, process_task, "a task of Prefect, in its whole process")
    report_process(1, one[0], one[1])
    report_process(STEPS, many[0], many[1])


if __name__ == "__main__":
    main()
