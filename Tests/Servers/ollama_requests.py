"""Reads what a request to Ollama says, and refuses it in Ollama's words."""

import base64
import binascii
import json
import re

from http_service import Refusal
from sampling import BadSchema, Settings, json_grammar, schema_grammar

WHOLE = {"num_ctx", "num_predict", "num_keep", "seed", "top_k", "repeat_last_n", "num_batch", "num_gpu", "main_gpu",
         "num_thread"}
FRACTIONS = {"temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty"}
THINKING = (True, False, "low", "medium", "high", "max")
UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
FOREVER = float("inf")


def refuse(status, sentence):
    raise Refusal(status, {"error": sentence})


def body(data):
    """The request's object."""
    if not data.strip():
        refuse(400, "missing request body")
    try:
        value = json.loads(data)
    except ValueError as error:
        refuse(400, f"invalid character in JSON: {error}")
    if not isinstance(value, dict):
        refuse(400, "json: cannot unmarshal into Go value of type api.ChatRequest")
    return value


def options(request):
    """The options, checked for their types as Ollama does it; unknown ones are let pass, also like there."""
    given = request.get("options") or {}
    for name, value in given.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if name in WHOLE and not (number and float(value).is_integer()):
            refuse(500, f'option "{name}" must be of type integer')
        if name in FRACTIONS and not number:
            refuse(500, f'option "{name}" must be of type float32')
        if name == "stop" and not (isinstance(value, list) and all(isinstance(text, str) for text in value)):
            refuse(500, 'option "stop" must be of type array')
    return given


def settings(request):
    """What the options and the format mean for the sampler; Ollama's own defaults where they say nothing."""
    given = options(request)
    limit = int(given.get("num_predict", -1))
    return Settings(
        temperature=given.get("temperature", 0.8), top_k=int(given.get("top_k", 40)), top_p=given.get("top_p", 0.9),
        min_p=given.get("min_p"), repeat_penalty=given.get("repeat_penalty"), seed=int(given.get("seed", -1)),
        max_tokens=None if limit < 0 else limit, stop=given.get("stop", []), grammar=grammar(request.get("format")))


def grammar(form):
    if form in (None, ""):
        return None
    if form == "json":
        return json_grammar()
    if not isinstance(form, dict):
        refuse(500, f'invalid format: {json.dumps(json.dumps(form))}; expected "json" or a valid JSON Schema object')
    try:
        return schema_grammar(json.dumps(form))
    except BadSchema as error:
        refuse_grammar(error)


def refuse_grammar(error):
    """Ollama passes on the body of the server that it runs, as a text inside of its own error."""
    refuse(400, json.dumps({"error": {"code": 400, "message": str(error), "type": "invalid_request_error"}}))


def think(request, model):
    """Whether the model thinks first; one that can does so unless it is told not to."""
    value = request.get("think")
    if value is not None and value not in THINKING:
        allowed = '"high", "medium", "low", "max", true, or false'
        refuse(400, f"invalid think value: {json.dumps(value)} (must be {allowed})")
    if "thinking" not in model.capabilities:
        if value:
            refuse(400, f'"{request["model"]}" does not support thinking')
        return False
    return value is None or bool(value)


def messages(request, model):
    """The messages with their images as bytes."""
    read = []
    for message in request.get("messages") or []:
        if message.get("role") not in ("system", "user", "assistant", "tool"):
            refuse(400, f'invalid role: {message.get("role")}')
        images = [image(data) for data in message.get("images") or []]
        if images and "vision" not in model.capabilities:
            refuse(400, "this model is missing data required for image input")
        read.append({"role": message["role"], "content": message.get("content") or "", "images": images})
    return read


def image(data):
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError, TypeError):
        refuse(400, "illegal base64 data at input byte 0")


def keep_alive(request):
    """Seconds that the model stays loaded; a number, or a duration as Go writes it. Below 0 is for ever."""
    value = request.get("keep_alive", "5m")
    seconds = value if isinstance(value, (int, float)) else _duration(value)
    return FOREVER if seconds < 0 else seconds


def _duration(text):
    part = r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)"
    if not re.fullmatch(f"-?(({part})+|0)", text):
        refuse(400, f'time: invalid duration "{text}"')
    seconds = sum(float(number) * UNITS[unit] for number, unit in re.findall(part, text))
    return -seconds if text.startswith("-") else seconds
