"""The good answers of both protocols, piece by piece, for the faults to take apart."""

import json

MODEL = "owl"
CONTEXT = 4096
PIECES = ['{"cat', 'egory":', '"bug"}', " Gr", "üße", " ", "🦉"]
TEXT = "".join(PIECES)


def encoded(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def prompt_tokens(body):
    """About one for every four bytes of what the messages say."""
    texts = []
    for message in (body or {}).get("messages") or []:
        content = message.get("content") or ""
        texts += [content] if isinstance(content, str) else [part.get("text", "") for part in content]
    return max(1, -(-len("".join(texts).encode()) // 4))


class Ollama:
    """Lines of JSON. `data` is one line, `piece` a line with text, `ending` the last one."""

    name = "ollama"
    content_type = "application/x-ndjson"
    comment = b"\n"

    def __init__(self, body):
        self.model = MODEL
        self.prompt = prompt_tokens(body)
        self.streams = (body or {}).get("stream") is not False

    def data(self, value):
        return encoded(value) + b"\n"

    def raw(self, text):
        return text + b"\n"

    def object(self, message, **rest):
        return dict({"model": self.model, "created_at": "2026-11-25T12:00:00Z", "message": message}, **rest)

    def piece(self, text, **message):
        return self.data(self.object(dict({"role": "assistant", "content": text}, **message), done=False))

    def thought(self, text):
        return self.piece("", thinking=text)

    def numbers(self, count):
        return {"prompt_eval_count": self.prompt, "eval_count": count}

    def last(self, reason, numbers, text=""):
        return self.object(
            {"role": "assistant", "content": text}, done=True, done_reason=reason, total_duration=5000000,
            load_duration=1000000, prompt_eval_duration=1000000, eval_duration=3000000, **numbers)

    def ending(self, reason="stop", count=len(PIECES), numbers=None):
        return self.data(self.last(reason, numbers or self.numbers(count)))

    def whole(self):
        return encoded(self.last("stop", self.numbers(len(PIECES)), TEXT))

    def error(self, sentence, **more):
        """An error's body; what else OpenAI's form tells is left out."""
        return {"error": sentence}

    def error_line(self, sentence):
        return self.data(self.error(sentence))

    def overflow(self):
        return {"error": encoded(_overflow()).decode()}

    def missing(self):
        return {"error": f"model '{MODEL}' not found"}


class OpenAI:
    """Server-sent events. `data` is one event, `piece` an event with text, `ending` all that follows the text."""

    name = "openai"
    content_type = "text/event-stream"
    comment = b": ping\n\n"

    def __init__(self, body):
        self.model = MODEL
        self.prompt = prompt_tokens(body)
        self.streams = bool((body or {}).get("stream"))
        self.with_usage = bool(((body or {}).get("stream_options") or {}).get("include_usage"))

    def data(self, value):
        return self.raw(encoded(value))

    def raw(self, text):
        return b"data: " + text + b"\n\n"

    def object(self, choices, **rest):
        return dict({
            "id": "chatcmpl-owl", "object": "chat.completion.chunk", "created": 1795600000, "model": self.model,
            "choices": choices}, **rest)

    def choice(self, delta, reason=None, index=0):
        return {"index": index, "delta": delta, "finish_reason": reason}

    def piece(self, text, **delta):
        return self.data(self.object([self.choice(dict({"content": text}, **delta))]))

    def thought(self, text):
        return self.data(self.object([self.choice({"reasoning_content": text})]))

    def numbers(self, count):
        return {"prompt_tokens": self.prompt, "completion_tokens": count, "total_tokens": self.prompt + count}

    def finish(self, reason="stop", count=len(PIECES), numbers=None):
        """The chunk with the reason, and the one with the numbers where they are asked for."""
        end = self.data(self.object([self.choice({}, reason)]))
        if self.with_usage or numbers:
            end += self.data(self.object([], usage=numbers or self.numbers(count)))
        return end

    def ending(self, reason="stop", count=len(PIECES), numbers=None):
        return self.finish(reason, count, numbers) + self.raw(b"[DONE]")

    def whole(self):
        choice = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
        return encoded(dict(self.object([choice], usage=self.numbers(len(PIECES))), object="chat.completion"))

    def error(self, sentence, kind="server_error", code=500):
        return {"error": {"message": sentence, "type": kind, "param": None, "code": code}}

    def error_line(self, sentence):
        return self.data(self.error(sentence))

    def overflow(self):
        return _overflow()

    def missing(self):
        return self.error(f"The model `{MODEL}` does not exist.", "NotFoundError", 404)


def _overflow():
    """The error of llama-server, which Ollama passes on as a text."""
    sentence = f"request (9000 tokens) exceeds the available context size ({CONTEXT} tokens), try increasing it"
    return {"error": {
        "code": 400, "message": sentence, "type": "exceed_context_size_error", "n_prompt_tokens": 9000,
        "n_ctx": CONTEXT}}
