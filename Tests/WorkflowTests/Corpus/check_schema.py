"""Tells which workflow files the JSON Schema for editors accepts.

Usage: check_schema.py SCHEMA FILE…

Prints a JSON object from each file's name to true (accepted), false (refused) or null (the file is no YAML, or holds
what JSON cannot, such as a key that is a list). Words are read as Nightjar reads them, and not by YAML 1.1: `yes`, `017`,
`1_000` and `12:30:00` are text. The exit code is 3 where the modules `yaml` or `jsonschema` are not installed.
"""

import json
import os
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)


class Loader(yaml.SafeLoader):
    """A loader with the rules of Nightjar for unquoted words; it refuses a key given twice."""

    # Its own table, not the one of YAML 1.1 that it would inherit.
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        mapping = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in mapping:
                raise yaml.constructor.ConstructorError(
                    None, None, "a key that is no text, or is given twice", key.start_mark)
            mapping[key.value] = self.construct_object(value, deep=True)
        return mapping


for tag, pattern, firsts in [
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
]:
    Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), [*firsts, ""] if tag == "null" else [*firsts])


def is_accepted(file, validator):
    try:
        with open(file, encoding="utf-8") as text:
            return validator.is_valid(yaml.load(text, Loader))
    except yaml.YAMLError:
        return None


def main(schema, *files):
    with open(schema, encoding="utf-8") as text:
        validator = jsonschema.Draft202012Validator(json.load(text))
    print(json.dumps({os.path.basename(file): is_accepted(file, validator) for file in files}, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
