"""The models that the LM Studio stand-in has downloaded, and the one of them that is loaded.

A request loads its model ("just in time"). Only one such model stays; a second one takes its place, and after `ttl`
seconds without a request it goes too.
"""

import threading
import time
from dataclasses import dataclass

from slot import pause

TTL = 3600


@dataclass(frozen=True)
class Model:
    id: str
    type: str = "llm"
    thinks: bool = False


MODELS = [
    Model("fledgling"), Model("thinker", thinks=True), Model("seer", "vlm"),
    Model("text-embedding-hash", "embeddings"),
]


def find(name):
    return next((model for model in MODELS if model.id == name), None)


class Library:
    """Describes the models, and knows which is loaded, and until when."""

    def __init__(self, backend, statistics, context):
        self.context = min(context, backend.trained_context)
        self._backend = backend
        self._statistics = statistics
        self._loaded = None
        self._expires = 0.0
        self._loads = 0
        self._lock = threading.Lock()

    @property
    def loaded(self):
        with self._lock:
            return self._loaded if time.monotonic() < self._expires else None

    def use(self, model, gone):
        """Loads the model if it is not there. To be called in the slot."""
        if self.loaded is not model:
            pause(self._backend.load_delay, gone)
            self._backend.unload()
            self._statistics.add("reloads", 1 if self._loads else 0)
            self._loads += 1
        self._backend.load(self.context)
        self.keep(model, TTL)

    def keep(self, model, seconds):
        with self._lock:
            self._loaded, self._expires = model, time.monotonic() + seconds

    def described(self, model):
        """An entry of /api/v0/models."""
        told = {
            "id": model.id, "object": "model", "type": model.type, "publisher": "nightjar",
            "arch": self._backend.metadata["general.architecture"], "compatibility_type": "gguf", "quantization": "F16",
            "state": "loaded" if self.loaded is model else "not-loaded",
            "max_context_length": self._backend.trained_context}
        return dict(told, loaded_context_length=self.context) if self.loaded is model else told
