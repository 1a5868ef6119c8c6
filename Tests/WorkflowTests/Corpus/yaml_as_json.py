"""Reads YAML from standard input as PyYAML does, a reader of YAML 1.1, and prints it as JSON.

The exit code is 3 where the module `yaml` is not installed.
"""

import json
import sys

try:
    import yaml
except ImportError:
    sys.exit(3)

print(json.dumps(yaml.safe_load(sys.stdin.buffer.read().decode())))
