"""How many answers are the same, however many are asked for at once, with guesses and without.

    same_answers.py WORK.json

WORK.json is what `engine.py --work` has written. Greedy answers may differ where the best two tokens are as probable as
each other to the last digits: sums are rounded in another order in another batch. Reproducible ones may not.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent / ".build/release/engine-bench"
WAYS = {
    "one at a time": ["--parallel", "1", "--no-drafts"],
    "one at a time, guessing": ["--parallel", "1"],
    "16 at a time": ["--parallel", "16", "--no-drafts"],
    "16 at a time, guessing": ["--parallel", "16"],
    "reproducible, one at a time": ["--together", "1", "--reproducible"],
    "reproducible, all at once": ["--reproducible"],
}


def texts(work, options):
    done = subprocess.run([ENGINE, work, *options], capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    print(f"  {result['seconds']:.1f} s, {result['accepted']} of {result['drafted']} guesses right", file=sys.stderr)
    return result["texts"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    work = parser.parse_args().work
    answers = {way: texts(work, options) for way, options in WAYS.items()}
    pairs = [("one at a time", way) for way in list(WAYS)[1:4]]
    pairs += [("16 at a time", "16 at a time, guessing"), tuple(list(WAYS)[4:])]
    wrong = False
    for first, second in pairs:
        same = sum(one == other for one, other in zip(answers[first], answers[second], strict=True))
        print(f"{first} / {second}: {same} of {len(answers[first])} the same")
        wrong = first.startswith("reproducible") and same < len(answers[first])
    sys.exit(wrong)


if __name__ == "__main__":
    main()
