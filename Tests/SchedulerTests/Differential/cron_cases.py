"""Writes cron expressions with the times that cronsim, which keeps to Debian cron's rules, gives for them.

    cron_cases.py COUNT SEED

Prints a JSON object a line: `cron`, `zone`, `from` and `next`, ten times in UTC. Starts lie around the changes of the
clocks of each zone. Expressions that cronsim refuses have `error` in place of `next`. The exit code is 3 where the module
`cronsim` is not installed.
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

try:
    from cronsim import CronSim, CronSimError
except ImportError:
    sys.exit(3)

# With changes of an hour in the night, in both hemispheres, and none. Lord Howe is not among them: behind its change of
# half an hour, cronsim steps over the half hour before the next full one.
ZONES = [
    "Europe/Lisbon", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "America/St_Johns",
    "Australia/Sydney", "Australia/Adelaide", "America/Chicago", "Pacific/Auckland", "Asia/Jerusalem", "Asia/Kolkata",
]
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()
LOWEST = [0, 0, 1, 1, 0]
HIGHEST = [59, 23, 31, 12, 7]


def changes(zone, year):
    """The hours at which the offset of a zone changes in a year, in UTC."""
    found = []
    moment = datetime(year, 1, 1, tzinfo=timezone.utc)
    before = moment.astimezone(zone).utcoffset()
    while moment.year == year:
        moment += timedelta(hours=1)
        now = moment.astimezone(zone).utcoffset()
        if now != before:
            found.append(moment)
        before = now
    return found


def number(chance, field):
    value = chance.randint(LOWEST[field], HIGHEST[field])
    if field == 3 and chance.random() < 0.3:
        return chance.choice(MONTHS)
    if field == 4 and chance.random() < 0.3:
        return chance.choice(DAYS)
    return str(value)


def term(chance, field):
    kind = chance.random()
    if field == 2 and kind < 0.08:
        return chance.choice(["L", "LW"])
    if field == 4 and kind < 0.08:
        return f"{chance.randint(0, 7)}L"
    if field == 4 and kind < 0.16:
        return f"{chance.randint(0, 7)}#{chance.randint(1, 5)}"
    if kind < 0.5:
        return number(chance, field)
    if kind < 0.75:
        low, high = sorted(chance.sample(range(LOWEST[field], HIGHEST[field] + 1), 2))
        step = f"/{chance.randint(1, 6)}" if chance.random() < 0.3 else ""
        return f"{low}-{high}{step}"
    if kind < 0.9:
        return f"*/{chance.randint(1, max(2, HIGHEST[field] // 3))}"
    return f"{chance.randint(LOWEST[field], HIGHEST[field])}/{chance.randint(1, 9)}"


def field(chance, place):
    # Most expressions that people write leave days open; many are about the hours of the night.
    if chance.random() < (0.2, 0.25, 0.6, 0.8, 0.65)[place]:
        return "*"
    if place == 1 and chance.random() < 0.5:
        return str(chance.randint(0, 4))
    return ",".join(term(chance, place) for _ in range(chance.choice([1, 1, 1, 2, 3])))


def main():
    count, chance = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    starts = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        found = [moment for year in (2025, 2026, 2027) for moment in changes(zone, year)]
        starts[name] = found or [datetime(2026, 6, 1, tzinfo=timezone.utc)]
    for place in range(count):
        name = ZONES[place % len(ZONES)]
        zone = ZoneInfo(name)
        # Some hours before, so that no start lies in the hour that comes twice.
        start = chance.choice(starts[name]) - timedelta(minutes=chance.randint(180, 3000))
        cron = " ".join(field(chance, each) for each in range(5))
        case = {"cron": cron, "zone": name, "from": start.strftime("%Y-%m-%dT%H:%M:%SZ")}
        try:
            times = CronSim(cron, start.astimezone(zone))
            found = []
            for _ in range(10):
                try:
                    found.append(next(times).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
                except (StopIteration, RuntimeError):
                    break
            case["next"] = found
        except CronSimError as error:
            case["error"] = str(error)
        print(json.dumps(case))


if __name__ == "__main__":
    main()
