"""One request at a time, the others wait in a line of limited length, and clients that went away leave it."""

import contextlib
import threading
import time

POLL = 0.02


class Busy(Exception):
    """The line is full."""


class Gone(Exception):
    """The client went away."""


class Slot:
    """Like `OLLAMA_NUM_PARALLEL=1` with `OLLAMA_MAX_QUEUE=queue`; first come, first served."""

    def __init__(self, queue):
        self._queue = queue
        self._line = []
        self._lock = threading.Lock()

    @property
    def waiting(self):
        """How many wait; the one whose turn it is does not."""
        with self._lock:
            return max(0, len(self._line) - 1)

    @contextlib.contextmanager
    def turn(self, gone):
        """Waits for the turn; `gone()` tells whether the client still listens."""
        place = object()
        with self._lock:
            if len(self._line) > self._queue:
                raise Busy()
            self._line.append(place)
        try:
            while self._line[0] is not place:
                if gone():
                    raise Gone()
                time.sleep(POLL)
            yield
        finally:
            with self._lock:
                self._line.remove(place)


def pause(seconds, gone):
    """Sleeps, but not on when the client went away."""
    end = time.monotonic() + seconds
    while True:
        if gone():
            raise Gone()
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(POLL, left))
