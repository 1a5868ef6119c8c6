"""Prints the answers that do not fit their schemas: a JSON list of {schema, answer, whole} comes in."""

import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(3)

for case in json.load(sys.stdin):
    try:
        value = json.loads(case["answer"])
    except ValueError as error:
        print(json.dumps(case["schema"]), case["answer"], error)
        continue
    # What a grammar leaves open, it may get wrong.
    if case["whole"]:
        for error in Draft202012Validator(case["schema"], format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(value):
            print(json.dumps(case["schema"]), case["answer"], error.message)
