"""A model server for tests that kill its client: OpenAI's protocol, no model, and a log of what was asked.

The answer is a pure function of the last user message, `answer_to`, so that a test can tell which answers it must
find. The model is "owl". README.md describes the log.

Prints `PORT`. Ends with its standard input.
"""

import argparse
import hashlib
import json
import os
import socket
import sys
import threading

from faults import metadata
from faults.connection import ClientLeft, Connection
from faults.exchange import Exchange
from faults.protocols import OpenAI, encoded


def answer_to(message):
    """The pieces of the answer; each counts as a token."""
    return ["label of ", hashlib.sha256(message.encode()).hexdigest()[:8]]


def last_user_message(body):
    for message in reversed((body or {}).get("messages") or []):
        if message.get("role") == "user":
            content = message.get("content") or ""
            return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    return ""


class Log:
    """A file of JSON lines. A line is whole as soon as it is there: others read along."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._file = open(path, "ab", buffering=0)
        self._count = 0

    def asked(self, message):
        """The request's number. Numbers stand in the file in their order."""
        with self._lock:
            self._count += 1
            self._write(self._count, message, "asked")
            return self._count

    def answered(self, number, message):
        with self._lock:
            self._write(number, message, "answered")

    def _write(self, number, message, event):
        self._file.write(encoded({"n": number, "user": message, "event": event}) + b"\n")


class Server:
    def __init__(self, log, delay):
        self._log = log
        self._delay = delay
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        # Its connections inherit this.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._listener.getsockname()[1]

    def accept(self):
        while True:
            sock, _ = self._listener.accept()
            threading.Thread(target=self._converse, args=(sock,), daemon=True).start()

    def _converse(self, sock):
        """All requests of one client."""
        connection = Connection(sock)
        try:
            request = connection.request()
            while request:
                self._answer(connection, request)
                if request.header("connection").lower() == "close":
                    break
                request = connection.request()
        except ClientLeft:
            pass
        finally:
            connection.close()

    def _answer(self, connection, request):
        protocol = OpenAI(request.json)
        exchange = Exchange(connection, request, protocol, 0, "")
        route = f"{request.method} {request.path}"
        if route == "POST /v1/chat/completions":
            self._chat(exchange, protocol, last_user_message(request.json))
        else:
            exchange.whole(*metadata.answer("good", route))

    def _chat(self, exchange, protocol, message):
        number = self._log.asked(message)
        # Also without a delay: who is gone already gets no answer.
        exchange.connection.pause(self._delay)
        pieces = answer_to(message)
        if protocol.streams:
            parts = [protocol.piece(piece) for piece in pieces]
            exchange.stream(*parts, protocol.ending(count=len(pieces)))
        else:
            answer = json.loads(protocol.whole())
            answer["choices"][0]["message"]["content"] = "".join(pieces)
            answer["usage"] = protocol.numbers(len(pieces))
            exchange.whole(200, "application/json", encoded(answer))
        self._log.answered(number, message)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", required=True, metavar="FILE", help="where a line goes for each request and answer")
    parser.add_argument("--delay", type=float, default=0, metavar="SECONDS", help="how long each answer waits")
    given = parser.parse_args()
    server = Server(Log(given.log), given.delay)
    threading.Thread(target=server.accept, daemon=True).start()
    print(server.port, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
