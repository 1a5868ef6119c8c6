"""A small HTTP server on loopback for the tests. Prints its port, and ends with its standard input.

/echo       tells method, path, headers and body as JSON
/status/N   answers with that status
/bytes/N    answers with so many bytes
/redirect   leads to the URL in the query
/loop       leads to itself
/silent     never answers
"""

import http.server
import json
import sys
import threading
import time
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        parts = urllib.parse.urlsplit(self.path)
        name, _, number = parts.path.strip("/").partition("/")
        if name == "silent":
            time.sleep(600)
        elif name == "loop":
            self.send(302, b"", [("Location", "/loop")])
        elif name == "redirect":
            self.send(302, b"", [("Location", urllib.parse.unquote(parts.query))])
        elif name == "status":
            self.send(int(number), b"status " + number.encode())
        elif name == "bytes":
            self.send(200, b"x" * int(number))
        else:
            headers = {key.lower(): value for key, value in self.headers.items()}
            told = {"method": self.command, "path": self.path, "headers": headers, "body": body}
            self.send(200, json.dumps(told).encode(), [("Content-Type", "application/json"), ("X-Owl", "hoots")])

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

    def send(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
