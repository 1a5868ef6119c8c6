"""An Ollama to test against: its native API, faithful in form and in its traps, with the demonstration model behind it.

All names have the same weights. `thinker` thinks before it answers, `seer` takes images, `cloudy:671b` claims to run in
the cloud and answers all the same, so that a test sees whether a client refuses it. See README.md for what differs from
the real server, and http_service.py for /_control and /_status.
"""

import time

import http_service
import ollama_requests as requests
import options
import pretended
from backend import Backend, BadMessages
from ollama_models import MODELS, Library, find, stamp
from ollama_prompt import fit
from sampling import BadSchema
from slot import Busy, pause

VERSION = "0.33.0"
BUSY = "server busy, please try again.  maximum pending requests exceeded"


class Handler(http_service.Handler):
    library = None
    context = 4096
    chat_path = "/api/chat"
    routes = {
        "GET /": "root", "HEAD /": "root", "GET /api/version": "version", "HEAD /api/version": "version",
        "GET /api/tags": "tags", "GET /api/ps": "running", "GET /v1/models": "open_models", "POST /api/show": "show",
        "POST /api/embed": "embed", "POST /api/chat": "chat",
    }

    @staticmethod
    def encoded(value):
        """As Go writes JSON, which makes escapes of what HTML could mistake."""
        text = http_service.Handler.encoded(value)
        return text.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")

    def root(self):
        self.send_whole(200, "text/plain; charset=utf-8", b"Ollama is running")

    def missing(self):
        known = any(route.endswith(f" {self.path}") for route in self.routes)
        text = b"405 method not allowed" if known else b"404 page not found"
        self.send_whole(405 if known else 404, "text/plain", text)

    def version(self):
        self.send_json(200, {"version": VERSION})

    def tags(self):
        self.send_json(200, {"models": self.library.tags()})

    def running(self):
        self.send_json(200, {"models": self.library.running()})

    def open_models(self):
        listed = [{"id": model.name, "object": "model", "created": 0, "owned_by": "library"} for model in MODELS]
        self.send_json(200, {"object": "list", "data": listed})

    def show(self):
        request = requests.body(self.body)
        self.send_json(200, self.library.shown(self._model(request.get("model") or request.get("name"))))

    def _model(self, name):
        if not name:
            requests.refuse(400, "model is required")
        return find(name) or requests.refuse(404, f"model '{name}' not found")

    def embed(self):
        request = requests.body(self.body)
        self._model(request.get("model"))
        texts = request.get("input") or []
        texts = [texts] if isinstance(texts, str) else texts
        counts = [len(self.backend.tokens(text)) for text in texts]
        if request.get("truncate") is False and max(counts, default=0) > self._context(request):
            requests.refuse(400, "the input length exceeds the context length")
        vectors = [pretended.embedding(text, request.get("dimensions") or pretended.DIMENSIONS) for text in texts]
        self.send_json(200, {
            "model": request["model"], "embeddings": vectors, "total_duration": 1000, "load_duration": 1000,
            "prompt_eval_count": sum(min(count, self._context(request)) for count in counts)})

    def chat(self):
        began = time.monotonic()
        request = requests.body(self.body)
        model = self._model(request.get("model"))
        thinks = requests.think(request, model)
        settings = requests.settings(request)
        messages = requests.messages(request, model)
        stays = requests.keep_alive(request)
        if not messages and stays == 0:
            self.library.keep(model, 0)
            self._bare(request, "unload")
            return
        try:
            with self.backend.slot.turn(self.gone):
                load = self.library.use(model, self._runner(request), self.gone)
                try:
                    if messages:
                        reply = Reply(self, request, model, began, load)
                        reply.send(self._thoughts(thinks), self._answer_to(request, messages, settings))
                    else:
                        self._bare(request, "load")
                finally:
                    self.library.keep(model, stays)
        except Busy:
            requests.refuse(503, BUSY)

    def _bare(self, request, reason):
        self.send_json(200, {
            "model": request["model"], "created_at": stamp(time.time()), "done": True, "done_reason": reason,
            "message": {"role": "assistant", "content": ""}})

    def _context(self, request):
        """What the request wants, but never more than the model was trained with."""
        wanted = int(requests.options(request).get("num_ctx") or self.context)
        return min(wanted, self.backend.trained_context)

    def _runner(self, request):
        """What a loaded model must have been loaded with to be used again; the context is the first."""
        given = requests.options(request)
        names = ("num_batch", "num_gpu", "main_gpu", "num_thread")
        return (self._context(request), request.get("shift") is not False, *(given.get(name) for name in names))

    def _answer_to(self, request, messages, settings):
        keep = int(requests.options(request).get("num_keep", 4))
        images = [image for message in messages for image in message["images"]]
        try:
            tokens, image_tokens = fit(self.backend, request, messages, self._context(request), keep)
            if images:
                return pretended.Speech(
                    self.backend, len(tokens) + image_tokens, pretended.seen(images), self.gone)
            return self.backend.answer(tokens, settings, self.gone)
        except BadMessages as error:
            requests.refuse(500, str(error))
        except BadSchema as error:
            requests.refuse_grammar(error)

    def _thoughts(self, thinks):
        for place, piece in enumerate(pretended.THOUGHTS if thinks else []):
            pause(self.backend.delay if place else 0, self.gone)
            yield piece


class Reply:
    """Writes one answer: line by line, or all at once where the request says `"stream": false`."""

    def __init__(self, handler, request, model, began, load):
        self._handler = handler
        self._streams = request.get("stream") is not False
        self._common = dict(model.remote, model=request["model"])
        self._began = began
        self._load = load
        self._started = False
        self._thoughts = 0

    def send(self, thoughts, answer):
        """The head comes with the first line, as from the real server: until then nothing is heard of it."""
        whole, thought = "", ""
        prompt_began = time.monotonic()
        for piece in thoughts:
            thought += piece
            self._thoughts += 1
            self._line({"role": "assistant", "content": "", "thinking": piece}, {"done": False})
        first = None
        for piece in answer:
            first = first or time.monotonic()
            whole += piece
            self._line({"role": "assistant", "content": piece}, {"done": False})
        last = self._last(answer, prompt_began, first or time.monotonic())
        if self._streams:
            self._line({"role": "assistant", "content": ""}, last)
            self._handler.end_stream()
        else:
            message = {"role": "assistant", "content": whole}
            self._handler.send_json(200, self._object(dict(message, thinking=thought) if thought else message, last))

    def _last(self, answer, prompt_began, first):
        now = time.monotonic()
        told = {
            "total_duration": now - self._began, "load_duration": self._load, "eval_duration": now - first,
            "prompt_eval_duration": first - prompt_began}
        return dict(
            {name: max(1, int(seconds * 1e9)) for name, seconds in told.items()}, done=True, done_reason=answer.finish,
            prompt_eval_count=answer.prompt_count, eval_count=self._thoughts + answer.sampled)

    def _line(self, message, rest):
        if not self._streams:
            return
        if not self._started:
            self._handler.start_stream("application/x-ndjson")
            self._started = True
        self._handler.send_part(self._handler.encoded(self._object(message, rest)) + b"\n")

    def _object(self, message, rest):
        return dict(self._common, created_at=stamp(time.time()), message=message, **rest)


def main():
    given = options.parser(__doc__.splitlines()[0]).parse_args()
    Handler.backend = Backend(given.model, given.delay, given.load_delay, given.queue)
    Handler.statistics = http_service.Statistics()
    Handler.library = Library(Handler.backend, Handler.statistics)
    Handler.context = given.n_ctx
    http_service.serve(Handler)


if __name__ == "__main__":
    main()
