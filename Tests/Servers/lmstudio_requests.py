"""Reads what a request to LM Studio says, and refuses it in LM Studio's words where those are known."""

import base64
import binascii
import json
import re

from http_service import Refusal
from sampling import BadSchema, Settings, schema_grammar

LEARN = "Learn more at: https://lmstudio.ai/docs/developer/core/authentication."


def refuse(sentence, status=400):
    """The short form, that most refusals have."""
    raise Refusal(status, {"error": sentence})


def refuse_model(sentence, code):
    """The long form, as OpenAI has it."""
    error = {"message": sentence, "type": "invalid_request_error", "param": "model", "code": code}
    raise Refusal(400, {"error": error})


def check_token(header, token):
    if token is None or header == f"Bearer {token}":
        return
    if header is None:
        sentence = (
            "An LM Studio API token is required to make requests to this server, but none was provided using the "
            f"Authorization header using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN'). {LEARN}")
    else:
        sentence = f"The LM Studio API token that was provided is not valid. {LEARN}"
    raise Refusal(401, {"error": {"type": "invalid_request", "code": "invalid_api_key", "message": sentence}})


def body(data):
    try:
        value = json.loads(data)
    except ValueError as error:
        refuse(f"Invalid JSON: {error}")
    if not isinstance(value, dict):
        refuse("Invalid JSON: an object is expected")
    return value


def settings(request):
    """What the request says about the answer; LM Studio's own defaults where it says nothing."""
    limit = request.get("max_tokens")
    stop = request.get("stop") or []
    return Settings(
        temperature=request.get("temperature", 0.8), top_k=request.get("top_k", 40), top_p=request.get("top_p", 0.95),
        min_p=0.05, repeat_penalty=request.get("repeat_penalty"), seed=request.get("seed"),
        max_tokens=None if limit is None or limit < 0 else limit, stop=[stop] if isinstance(stop, str) else stop,
        grammar=_grammar(request.get("response_format")))


def _grammar(form):
    kind = (form or {}).get("type", "text")
    if kind not in ("json_schema", "text"):
        refuse("'response_format.type' must be 'json_schema' or 'text'")
    if kind == "text":
        return None
    schema = (form.get("json_schema") or {}).get("schema")
    if not isinstance(schema, dict):
        refuse("'response_format.json_schema.schema' must be an object")
    try:
        return schema_grammar(json.dumps(schema))
    except BadSchema as error:
        refuse(str(error))


def messages(request, model):
    """The messages with their text parts joined and their images as bytes."""
    if not isinstance(request.get("messages"), list):
        refuse("'messages' field is required")
    read = []
    for message in request["messages"]:
        content = message.get("content") or ""
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        images = [_image(part) for part in parts if part.get("type") == "image_url"]
        if images and model.type != "vlm":
            refuse("Model does not support images. Please use a model that does.")
        text = "".join(part.get("text", "") for part in parts if part.get("type") == "text")
        read.append({"role": message.get("role", "user"), "content": text, "images": images})
    return read


def _image(part):
    data = re.fullmatch(r"data:image/[\w.+-]+;base64,(.+)", part.get("image_url", {}).get("url", ""), re.DOTALL)
    try:
        return base64.b64decode(data.group(1), validate=True)
    except (AttributeError, binascii.Error, ValueError):
        refuse("'url' field must be a base64 encoded image.")
