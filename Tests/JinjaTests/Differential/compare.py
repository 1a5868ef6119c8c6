"""Renders the cases on standard input with Python's jinja2 and prints the results.

In:  a JSON list of {"template", "data", "convention", "trim_blocks", "lstrip_blocks", "keep_trailing_newline",
     "lenient"}.
Out: a JSON list of {"output"} or {"error"}. Exit code 3 where jinja2 is not installed.
"""

import datetime
import json
import sys

try:
    import jinja2
    import jinja2.ext
    import jinja2.sandbox
except ImportError:
    sys.exit(3)


def plain(value):
    return list(value)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def written_as_json(value):
    if isinstance(value, (str, jinja2.Undefined)):
        return value
    return json.dumps(value, ensure_ascii=False, default=plain)


def raise_exception(message):
    raise jinja2.TemplateRuntimeError(message)


def strftime_now(format):
    return datetime.datetime(2026, 1, 2).strftime(format)


def render(case):
    environment = jinja2.sandbox.SandboxedEnvironment(
        undefined=jinja2.Undefined if case["lenient"] else jinja2.StrictUndefined,
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=case["trim_blocks"],
        lstrip_blocks=case["lstrip_blocks"],
        keep_trailing_newline=case["keep_trailing_newline"],
        finalize=written_as_json if case["convention"] == "json" else None,
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = strftime_now
    try:
        return {"output": environment.from_string(case["template"]).render(case["data"])}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([render(case) for case in json.load(sys.stdin)], sys.stdout)
