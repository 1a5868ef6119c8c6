"""Times a step of a long workflow against a task of Prefect; prints medians and ratios.

A step by itself is too short to time, so a workflow of 1000 steps is set against one of a single
step: what starting and ending cost falls out.

Nightjar has recorded every step when it ends. Prefect's server records tasks behind the flow, and
a temporary one is stopped with the script, so that what it had not recorded by then is lost. Hence
Prefect is timed both ways: as it comes, and until its server has all of the tasks.
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
# Far above what a slow machine needs: they only keep a run that hangs from hanging the benchmark.
NIGHTJAR_LIMIT = 120
PREFECT_LIMIT = 300

FLOW = """\
import sys
import time

from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run


@task(log_prints=False)
def echo(value):
    return value


@flow(log_prints=False)
def steps(count):
    return flow_run.id, [echo(value) for value in range(count)]


def recorded(client, run):
    completed = {
        "flow_runs": {"id": {"any_": [run]}},
        "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    return client.request("POST", "/task_runs/count", json=completed).raise_for_status().json()


count, until_recorded = int(sys.argv[1]), sys.argv[2] == "recorded"
# The first client starts the temporary server, which is not part of what a task costs.
with get_client(sync_client=True) as client:
    client.hello().raise_for_status()
    began = time.perf_counter()
    run, results = steps(count)
    # Seldom, since each question takes time from the server that is to record.
    while until_recorded and recorded(client, run) < count:
        time.sleep(0.25)
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
        workflow = folder / "steps.yaml"
        steps = "".join(f"  - id: s{i}\n    set: {{ n: 1 }}\n" for i in range(1, count + 1))
        workflow.write_text(f"version: 1\nname: steps\nsteps:\n{steps}")
        command = [nightjar, "run", workflow.name, "--quiet"]
        return timed(command, folder, environment, NIGHTJAR_LIMIT)[0]

    return run


def prefect_environment(folder):
    """Prefect by itself: nobody's settings, its own database, nothing sent beyond this machine."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    return dict(
        kept,
        PREFECT_HOME=str(folder / "prefect"),
        PREFECT_SERVER_EPHEMERAL_ENABLED="true",
        # The first start makes the database, which can take longer than the usual 20 s.
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120",
        PREFECT_LOGGING_LEVEL="ERROR",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        # The client heeds only this one, and the server's heartbeat only the one above.
        DO_NOT_TRACK="1",
        # A proxy has no part in reaching the temporary server.
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost")


def prefect_side(python, folder):
    """A way to time a flow of a number of tasks: from inside the script, and as a whole process."""
    script = folder / "steps.py"
    script.write_text(FLOW)
    environment = prefect_environment(folder)

    def run(count, until):
        command = [python, str(script), str(count), until]
        took, output = timed(command, folder, environment, PREFECT_LIMIT)
        return float(output), took

    return run


def measure(nightjar, prefect):
    """The medians for one step and for all of them, each side run in turn after a warm-up."""
    def once(count):
        return nightjar(count), *prefect(count, "recorded"), *prefect(count, "returned")

    # The warm-up also makes both databases.
    nightjar(1), prefect(1, "recorded")
    rounds = [(once(1), once(STEPS)) for _ in range(ROUNDS)]
    return [[statistics.median(side) for side in zip(*runs)] for runs in zip(*rounds)]


def report_each(one, many):
    """What a step costs: how much longer all of them take than one does."""
    # Not from Prefect's whole processes: how long its server takes to start varies by more than
    # what the tasks take.
    step, recorded, _, returned, _ = (
        (last - first) / (STEPS - 1) for first, last in zip(one, many))
    for way, task in [("recorded", recorded), ("mostly unrecorded as its flow returns", returned)]:
        print(
            f"each of {STEPS} steps, recorded: {step * 1000:.2f} ms; a Prefect task, {way}: "
            f"{task * 1000:.2f} ms; ratio {step / task:.3f}")


def report_process(name, count, ours, theirs, against):
    print(
        f"{name}: {ours * 1000:.0f} ms, {count / ours:.1f} steps a second; {against}: "
        f"{theirs * 1000:.0f} ms, {count / theirs:.1f} tasks a second; ratio {ours / theirs:.3f}")


def main():
    # Without this, a signal would leave the temporary folder and Prefect's server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    nightjar = str(Path(sys.argv[1]).resolve())
    # Not resolved: a virtual environment's Python is a link, and its own path tells it its place.
    python = str(Path(sys.argv[2]).absolute())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many = measure(nightjar_side(nightjar, folder), prefect_side(python, folder))
    report_each(one, many)
    for count, (ours, _, recorded, _, returned) in [(1, one), (STEPS, many)]:
        name = f"nightjar run, steps: {count}"
        report_process(name, count, ours, recorded, "a Prefect script until recorded")
        report_process(name, count, ours, returned, "a Prefect script as it comes")


if __name__ == "__main__":
    main()
