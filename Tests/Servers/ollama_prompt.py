"""Fits a conversation into the context as Ollama does it, which by default loses parts of it and says nothing.

First the oldest messages go, but never a system message or the last one. If the rest is still too long, tokens are cut
out of its middle, about half a context's worth. `shift: false` refuses that, `truncate: false` refuses both.
"""

import json

from ollama_requests import refuse

IMAGE_TOKENS = 64


def fit(backend, request, messages, context, num_keep):
    """The tokens to evaluate, and how many more the images take."""
    truncate = request.get("truncate") is not False
    kept = newest(backend, messages, context) if truncate else messages
    tokens = backend.tokens(backend.render(kept))
    images = sum(_image_tokens(message) for message in kept)
    if len(tokens) + images < context:
        return tokens, images
    if not truncate:
        refuse_overflow(len(tokens) + images, context)
    if request.get("shift") is False:
        refuse(
            400, "the prompt is longer than the context length currently available to the model; shorten the prompt, "
            "adjust the context length in settings, or use a model with a longer context length")
    keep = min(max(num_keep, 0), context - 1)
    limit = context - max((context - keep) // 2, 1)
    return tokens[:keep] + tokens[keep + len(tokens) - limit:], 0


def newest(backend, messages, context):
    """Leaves out as many of the oldest messages as needed."""
    for start in range(len(messages)):
        kept = [message for message in messages[:start] if message["role"] == "system"] + messages[start:]
        count = backend.count(kept) + sum(_image_tokens(message) for message in kept)
        if count <= context or start == len(messages) - 1:
            return kept
    return messages


def refuse_overflow(count, context):
    """The error of the server that Ollama runs, passed on as a text."""
    refuse(400, json.dumps({"error": {
        "code": 400, "type": "exceed_context_size_error", "n_prompt_tokens": count, "n_ctx": context,
        "message": f"request ({count} tokens) exceeds the available context size ({context} tokens), try increasing it",
    }}))


def _image_tokens(message):
    return IMAGE_TOKENS * len(message["images"])
