"""What 10,000 schedules cost the scheduler: memory, idle time, lateness, and all next times against croniter.

    schedules.py NIGHTJAR CALENDAR

Needs croniter. Run it with nothing beside it; it takes about three minutes.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

SCHEDULES = 10_000
TOGETHER = 100
ZONES = ["UTC", "Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"]


def expression(source):
    minute = source.choice([str(source.randrange(60)), "*/15", "0", "5,35"])
    hour = source.choice([str(source.randrange(24)), "*", "8-18", "*/6"])
    day = source.choice(["*", "*", "*", str(source.randrange(1, 29)), "L"])
    week = "*" if day != "*" else source.choice(["*", "*", "1-5", "0"])
    return f"{minute} {hour} {day} * {week}"


def next_times(calendar, folder):
    from croniter import croniter

    source = random.Random(6)
    lines = [(source.choice(ZONES), expression(source)) for _ in range(SCHEDULES)]
    file = folder / "expressions"
    file.write_text("".join(f"{zone}\t{cron}\n" for zone, cron in lines))
    after = int(time.time())
    out = subprocess.run(
        [calendar, str(file), "--after", str(after)], check=True, capture_output=True, text=True).stdout.split("\n")
    ours, found = float(out[0]), [int(line) for line in out[1:] if line]
    begun = time.perf_counter()
    theirs_found = []
    for zone, cron in lines:
        start = datetime.fromtimestamp(after, ZoneInfo(zone))
        theirs_found.append(int(croniter(cron, start).get_next(datetime).timestamp()))
    theirs = time.perf_counter() - begun
    same = sum(one == other for one, other in zip(found, theirs_found))
    print(
        f"next times of {SCHEDULES} expressions: {ours * 1000:.1f} ms; croniter: {theirs * 1000:.0f} ms; "
        f"ratio {ours / theirs:.5f}; {same} the same")


class Daemon:
    def __init__(self, nightjar, folder, schedules):
        self.folder = folder
        self.home = folder / "state"
        (folder / "workflows").mkdir(parents=True)
        (folder / "nightjar.yaml").write_text("scheduler: { max_runs: 1000 }\n")
        for number, schedule in enumerate(schedules):
            (folder / "workflows" / f"w{number:05}.yaml").write_text(
                f"version: 1\nschedule: {schedule}\nsteps: [{{ id: a, set: {{ b: 1 }} }}]\n")
        begun = time.perf_counter()
        self.log = open(folder / "log", "w+")
        self.process = subprocess.Popen(
            [nightjar, "serve", "--log-format", "json"], cwd=folder, env=dict(os.environ, NIGHTJAR_HOME=str(self.home)), stderr=self.log)
        while "is at work" not in Path(folder / "log").read_text():
            time.sleep(0.05)
            if self.process.poll() is not None:
                sys.exit((folder / "log").read_text())
        self.start_seconds = time.perf_counter() - begun

    def memory(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1000

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def idle(nightjar, folder):
    # None is due within the next hours.
    hour = (datetime.now(ZoneInfo("UTC")).hour + 12) % 24
    daemon = Daemon(
        nightjar, folder,
        [f'{{ cron: "{number % 60} {hour} {number % 28 + 1} * *", timezone: UTC }}' for number in range(SCHEDULES)])
    time.sleep(3)
    memory, before = daemon.memory(), daemon.processor_seconds()
    time.sleep(60)
    used = daemon.processor_seconds() - before
    daemon.stop()
    print(
        f"{SCHEDULES} schedules in as many files: {daemon.start_seconds:.1f} s to read them, {memory:.0f} MB, "
        f"{used * 1000:.0f} ms of processor time in an idle minute")
    return memory


def lateness(nightjar, folder):
    daemon = Daemon(nightjar, folder, ["{ every: 20s }"] * TOGETHER)
    time.sleep(70)
    daemon.stop()
    # When the scheduler hands a run to the system, by its log; and when the process of the run has begun, by the record.
    events = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    fired = [
        moment(event["time"]) - moment(event["scheduled_for"])
        for event in events if event["message"] == "run starts"]
    record = sqlite3.connect(daemon.home / "history.sqlite")
    begun = [row[0] for row in record.execute(
        """SELECT (julianday(runs.started_at) - julianday(due_at)) * 86400
        FROM occurrences JOIN runs ON runs.id = run_id""")]
    for name, late in [("is fired", sorted(fired)), ("run, a process, has begun", sorted(begun))]:
        print(
            f"{TOGETHER} due in the same second, {len(late)} in all, until each {name}: "
            f"p50 {late[len(late) // 2] * 1000:.0f} ms, p99 {late[len(late) * 99 // 100] * 1000:.0f} ms, "
            f"max {late[-1] * 1000:.0f} ms")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def main():
    nightjar, calendar = (str(Path(name).resolve()) for name in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        next_times(calendar, folder)
        idle(nightjar, folder / "idle")
        lateness(nightjar, folder / "late")


if __name__ == "__main__":
    main()
