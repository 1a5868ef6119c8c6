"""A model server with every fault one can think of, for both protocols and without a model.

The first segment of a path names the fault: /reset-mid-line/api/chat, /reset-mid-line/v1/chat/completions. A suffix
(/good~my-test/...) makes a fault of its own count. The model is "owl". README.md lists the faults.

Prints `PORT TLSPORT CERTIFICATE`, where the second port speaks TLS with a self-signed certificate for localhost, or
`PORT 0 -` where that cannot be made. Ends with its standard input.

GET /_status?fault=NAME tells what the fault has seen, see faults/ledger.py.
"""

import os
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import threading
import urllib.parse

from faults import certificate, contents, metadata, refusals, transport
from faults.connection import ClientLeft, Connection
from faults.exchange import Exchange
from faults.ledger import Ledger
from faults.protocols import Ollama, OpenAI, encoded

FAULTS = {**transport.FAULTS, **refusals.FAULTS, **contents.FAULTS}
CHATS = {"POST /api/chat": Ollama, "POST /v1/chat/completions": OpenAI}

ledger = Ledger()


def handle(connection, request):
    """Answers one request, and says whether the connection can go on."""
    if request.path == "/_status":
        query = urllib.parse.parse_qs(request.target.partition("?")[2])
        return send(connection, request, 200, "application/json", encoded(ledger.told(query.get("fault", [""])[0])))
    full, _, rest = request.path[1:].partition("/")
    name, _, suffix = full.partition("~")
    route = f"{request.method} /{rest}"
    connection.fault = full
    if name not in FAULTS:
        return send(connection, request, 404, "text/plain", b"there is no such fault")
    if route not in CHATS:
        return send(connection, request, *metadata.answer(name, route))
    count = ledger.request(full, request)
    exchange = Exchange(connection, request, CHATS[route](request.json), count, suffix)
    try:
        FAULTS[name](exchange)
    except ClientLeft:
        ledger.aborted(full)
        raise
    return exchange.keeps and wants_more(request)


def send(connection, request, status, content_type, body):
    Exchange(connection, request, None, 0, "").whole(status, content_type, body)
    return wants_more(request)


def wants_more(request):
    return request.header("connection").lower() != "close"


def converse(sock, context):
    """All requests of one client."""
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(context.wrap_socket(sock, server_side=True) if context else sock)
    except OSError:
        sock.close()
        return
    ledger.opened(connection)
    try:
        request = connection.request()
        while request and handle(connection, request):
            request = connection.request()
    except ClientLeft:
        pass
    finally:
        ledger.closed(connection)
        connection.close()


def listen(context=None):
    """Serves on a port of its own, which it returns."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def accept():
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=converse, args=(sock, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def tls(folder):
    """The second port and its certificate, as they are printed."""
    files = certificate.made(folder)
    if not files:
        return "0 -"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return f"{listen(context)} {files[0]}"


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = tempfile.mkdtemp(prefix="nightjar-faults-")
    try:
        print(listen(), tls(folder), flush=True)
        sys.stdin.read()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


if __name__ == "__main__":
    main()
