"""What the model servers share: HTTP on loopback, counting, noticing clients that go away, and control from tests.

POST /_control   {"delay": seconds per token, "load_delay": seconds}; both are optional
GET  /_status    what the server has seen so far, see `Statistics.told`
"""

import http.server
import json
import os
import select
import socket
import sys
import threading

from slot import Gone


class Statistics:
    """Counts chat requests. At any time `requests` is the sum of `answered`, `cancelled` and `active`."""

    def __init__(self):
        self._lock = threading.Lock()
        self._numbers = {"requests": 0, "answered": 0, "cancelled": 0, "reloads": 0, "connections": 0}
        self._last_body = None
        self._last_headers = {}

    def add(self, name, count=1):
        with self._lock:
            self._numbers[name] += count

    def note(self, body, headers):
        with self._lock:
            self._last_body, self._last_headers = body, headers

    def told(self, waiting):
        """Called from a connection that is open for this: it does not count itself. `answered` holds errors too."""
        with self._lock:
            numbers = dict(self._numbers, connections=self._numbers["connections"] - 1)
            active = numbers["requests"] - numbers["answered"] - numbers["cancelled"]
            return dict(
                numbers, active=active, waiting=waiting, last_body=self._last_body, last_headers=self._last_headers)


class Refusal(Exception):
    """Ends a request with a status and a JSON body."""

    def __init__(self, status, body):
        super().__init__(status, body)
        self.status = status
        self.body = body


class Handler(http.server.BaseHTTPRequestHandler):
    """A connection. Subclasses have `routes`, which name a method for "METHOD /path", and the chat's path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    routes = {}
    chat_path = ""
    backend = None
    statistics = None

    def setup(self):
        super().setup()
        self.statistics.add("connections")

    def finish(self):
        self.statistics.add("connections", -1)
        try:
            super().finish()
        except OSError:
            pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def dispatch(self):
        self.body = self._read_body()
        path = self.path.partition("?")[0]
        is_chat = self.command == "POST" and path == self.chat_path
        if is_chat:
            self.statistics.add("requests")
        end = "cancelled"
        try:
            self._answer(path, is_chat)
            end = "answered"
        except (Gone, OSError):
            self.close_connection = True
        finally:
            if is_chat:
                self.statistics.add(end)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = dispatch

    def _answer(self, path, is_chat):
        try:
            if path == "/_status":
                self.send_json(200, self.statistics.told(self.backend.slot.waiting))
            elif path == "/_control":
                self._control()
            else:
                self.check()
                if is_chat:
                    self.statistics.note(_parsed(self.body), dict(self.headers.items()))
                self.route(path)
        except Refusal as refusal:
            self.send_json(refusal.status, refusal.body)

    def check(self):
        """Refuses requests that may not be made at all."""

    def route(self, path):
        method = self.routes.get(f"{self.command} {path}")
        if method:
            getattr(self, method)()
        else:
            self.missing()

    def _control(self):
        for name, value in json.loads(self.body).items():
            if name not in ("delay", "load_delay"):
                raise Refusal(400, {"error": f"unknown: {name}"})
            setattr(self.backend, name, float(value))
        self.send_json(200, {"delay": self.backend.delay, "load_delay": self.backend.load_delay})

    def gone(self):
        """Whether the client closed the connection, as far as one can know."""
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _read_body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._read_chunks()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _read_chunks(self):
        body = b""
        while True:
            size = int(self.rfile.readline().partition(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def send_json(self, status, value):
        self.send_whole(status, "application/json; charset=utf-8", self.encoded(value))

    @staticmethod
    def encoded(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def send_whole(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def start_stream(self, content_type):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send_part(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end_stream(self):
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *arguments):
        pass


def _parsed(body):
    try:
        return json.loads(body)
    except ValueError:
        return None


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(handler):
    """Prints the port, and serves until standard input ends. Answers in progress are not waited for."""
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)
