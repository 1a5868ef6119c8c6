"""An LM Studio to test against: its OpenAI-compatible API and its model list, with the demonstration model behind it.

`thinker` tells its thoughts as `reasoning_content`, `seer` takes images. With `--token` a bearer token is asked for.
Like the real one it answers unknown paths with status 200 and an error. See README.md for what differs from the real
server, and http_service.py for /_control and /_status.
"""

import time
import uuid

import http_service
import lmstudio_requests as requests
import options
import pretended
from backend import Backend, BadMessages
from http_service import Refusal
from lmstudio_models import MODELS, TTL, Library, find
from sampling import BadSchema
from slot import Busy, pause

IMAGE_TOKENS = 64


class Overflow(Exception):
    """The prompt does not fit."""


class Handler(http_service.Handler):
    library = None
    token = None
    chat_path = "/v1/chat/completions"
    routes = {
        "GET /v1/models": "open_models", "GET /api/v0/models": "models", "POST /v1/embeddings": "embed",
        "POST /v1/chat/completions": "chat",
    }

    def check(self):
        requests.check_token(self.headers.get("Authorization"), self.token)

    def missing(self):
        path, _, name = self.path.partition("/api/v0/models/")
        if self.command == "GET" and not path and name:
            model = find(name) or requests.refuse(f"Model '{name}' not found", 404)
            self.send_json(200, self.library.described(model))
        else:
            self.send_json(200, {"error": f"Unexpected endpoint or method. ({self.command} {self.path})"})

    def open_models(self):
        listed = [{"id": model.id, "object": "model", "owned_by": "organization_owner"} for model in MODELS]
        self.send_json(200, {"data": listed, "object": "list"})

    def models(self):
        self.send_json(200, {"object": "list", "data": [self.library.described(model) for model in MODELS]})

    def embed(self):
        request = requests.body(self.body)
        model = self._model(request)
        texts = request.get("input") or []
        texts = [texts] if isinstance(texts, str) else texts
        data = [
            {"object": "embedding", "embedding": pretended.embedding(text), "index": place}
            for place, text in enumerate(texts)]
        self.send_json(200, {
            "object": "list", "data": data, "model": model.id, "usage": {"prompt_tokens": 0, "total_tokens": 0}})

    def _model(self, request):
        """The model that is named, or without a name the one that is loaded."""
        name = request.get("model")
        if not name:
            return self.library.loaded or requests.refuse_model(
                "No models loaded. Please load a model in the developer page or use the 'lms load' command.", None)
        known = ", ".join(model.id for model in MODELS)
        return find(name) or requests.refuse_model(
            f'Invalid model identifier "{name}". Please specify a valid downloaded model (e.g., {known}).',
            "model_not_found")

    def chat(self):
        request = requests.body(self.body)
        model = self._model(request)
        settings = requests.settings(request)
        messages = requests.messages(request, model)
        try:
            with self.backend.slot.turn(self.gone):
                self.library.use(model, self.gone)
                reply = StreamedReply(self, request, model) if request.get("stream") else WholeReply(self, model)
                try:
                    self._answer_with(reply, model, messages, settings)
                finally:
                    self.library.keep(model, request.get("ttl") or TTL)
        except Busy:
            requests.refuse("Too many requests are waiting.", 503)

    def _answer_with(self, reply, model, messages, settings):
        try:
            answer = self._answer_to(messages, settings)
        except (Overflow, BadMessages, BadSchema) as error:
            reply.fail(str(error))
            return
        thoughts = pretended.THOUGHTS if model.thinks else []
        for place, thought in enumerate(thoughts):
            pause(self.backend.delay if place else 0, self.gone)
            reply.add("reasoning_content", thought)
        for piece in answer:
            reply.add("content", piece)
        completion = answer.sampled + len(thoughts)
        reply.finish(answer.finish, {
            "prompt_tokens": answer.prompt_count, "completion_tokens": completion,
            "total_tokens": answer.prompt_count + completion})

    def _answer_to(self, messages, settings):
        images = [image for message in messages for image in message["images"]]
        tokens = self.backend.tokens(self.backend.render(messages))
        count = len(tokens) + IMAGE_TOKENS * len(images)
        if count >= self.library.context:
            raise Overflow(
                "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: "
                f"{count}>= n_ctx: {self.library.context}). Try to load the model with a larger context length, or "
                "provide a shorter input.")
        if images:
            return pretended.Speech(self.backend, count, pretended.seen(images), self.gone)
        return self.backend.answer(tokens, settings, self.gone)


def common(model, kind):
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex[:24]}", "object": kind, "created": int(time.time()), "model": model.id,
        "system_fingerprint": model.id}


class StreamedReply:
    """Server-sent events. The head goes out before the prompt is looked at, so errors are events under status 200."""

    def __init__(self, handler, request, model):
        self._handler = handler
        self._common = common(model, "chat.completion.chunk")
        self._with_usage = (request.get("stream_options") or {}).get("include_usage")
        handler.start_stream("text/event-stream")

    def add(self, name, text):
        self._choice({"role": "assistant", name: text}, None)

    def finish(self, reason, usage):
        self._choice({}, reason)
        if self._with_usage:
            self._data(self._handler.encoded(dict(self._common, choices=[], usage=usage)))
        self._data(b"[DONE]")
        self._handler.end_stream()

    def fail(self, sentence):
        data = self._handler.encoded({"error": {"message": sentence}})
        self._handler.send_part(b"event: error\ndata: " + data + b"\n\n")
        self._handler.end_stream()

    def _choice(self, delta, reason):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        self._data(self._handler.encoded(dict(self._common, choices=[choice])))

    def _data(self, data):
        self._handler.send_part(b"data: " + data + b"\n\n")


class WholeReply:
    """One JSON object."""

    def __init__(self, handler, model):
        self._handler = handler
        self._common = common(model, "chat.completion")
        self._message = {"role": "assistant", "content": ""}

    def add(self, name, text):
        self._message[name] = self._message.get(name, "") + text

    def finish(self, reason, usage):
        choice = {
            "index": 0, "message": dict(self._message, tool_calls=[]), "logprobs": None, "finish_reason": reason}
        self._handler.send_json(200, dict(self._common, choices=[choice], usage=usage, stats={}))

    def fail(self, sentence):
        raise Refusal(400, {"error": sentence})


def main():
    parser = options.parser(__doc__.splitlines()[0])
    parser.add_argument("--token", help="the bearer token to ask for")
    given = parser.parse_args()
    Handler.backend = Backend(given.model, given.delay, given.load_delay, given.queue)
    Handler.statistics = http_service.Statistics()
    Handler.library = Library(Handler.backend, Handler.statistics, given.n_ctx)
    Handler.token = given.token
    http_service.serve(Handler)


if __name__ == "__main__":
    main()
