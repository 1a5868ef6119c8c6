"""What each fault has seen, kept apart by its name with its suffix, so that tests can run side by side."""

import threading
import time


class Entry:
    def __init__(self):
        self.times = []
        self.headers = {}
        self.body = None
        self.aborted = 0


class Ledger:
    def __init__(self):
        self._lock = threading.Lock()
        self._entries = {}
        self._connections = set()

    def opened(self, connection):
        with self._lock:
            self._connections.add(connection)

    def closed(self, connection):
        with self._lock:
            self._connections.discard(connection)

    def request(self, fault, request):
        """Notes a chat request, and says the how manyth it is."""
        with self._lock:
            entry = self._entries.setdefault(fault, Entry())
            entry.times.append(time.monotonic())
            entry.headers, entry.body = request.headers, request.json
            return len(entry.times)

    def aborted(self, fault):
        with self._lock:
            self._entries.setdefault(fault, Entry()).aborted += 1

    def told(self, fault):
        """A connection belongs to the fault that it asked for last."""
        with self._lock:
            entry = self._entries.get(fault, Entry())
            count = sum(connection.fault == fault for connection in self._connections)
            return {
                "connections": count, "requests": len(entry.times), "times": list(entry.times),
                "headers": entry.headers, "body": entry.body, "aborted": entry.aborted}
