"""Stands in for Hugging Face and for Ollama's registry: their protocols over loopback, with faults on demand.

    registry.py FOLDER

FOLDER/hub/ORG/REPO/FILE are repositories, FOLDER/ollama/MODEL/TAG manifests, FOLDER/blobs/sha256-… their layers. The port is
printed. FOLDER/faults.json is read for each request:

- limit: after so many bytes of files in all, connections stay open and nothing more comes
- cut: connections end after so many bytes each
- corrupt: one byte of each file is another
- busy: so many requests for files are answered with 429 first
- ranges: false ignores ranges
- trickle: connections end after so many bytes of each answer
- shift: ranges begin so many bytes later than they should
- next: where a list goes on; on its second page it ends, unless `endless` is set
- token: needed, or the answer is 401
- size: what is told of each file's size

FOLDER/requests.jsonl has a line for each request.
"""

import hashlib
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = sys.argv[1]
LOCK = threading.Lock()
SENT = {"bytes": 0, "busy": 0}


def faults():
    try:
        with open(f"{ROOT}/faults.json") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        authorization = self.headers.get("Authorization")
        with LOCK, open(f"{ROOT}/requests.jsonl", "a") as log:
            line = {"path": self.path, "range": self.headers.get("Range"), "authorization": authorization}
            log.write(json.dumps(line) + "\n")
        fault = faults()
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[0] == "cdn":
            return self.file("/".join(parts[1:]), fault)
        if fault.get("token") and authorization != f"Bearer {fault['token']}":
            return self.answer(401)
        if parts[0] == "api":
            return self.listing("/".join(parts[2:4]), fault, "page=2" in self.path)
        if parts[0] == "v2" and parts[3] == "manifests":
            return self.manifest(f"{ROOT}/ollama/{parts[2]}/{parts[4]}")
        if parts[0] == "v2":
            place = "blobs/" + parts[4].replace(":", "-")
        else:
            place = f"hub/{parts[0]}/{parts[1]}/" + "/".join(parts[4:])
        # By another name, as the real ones lead to other hosts.
        self.answer(302, Location=f"http://localhost:{self.server.server_port}/cdn/{place}?signed=yes")

    def listing(self, repository, fault, is_last):
        folder = f"{ROOT}/hub/{repository}"
        if not os.path.isdir(folder):
            return self.answer(404)
        entries = []
        for name in sorted(os.listdir(folder)):
            with open(f"{folder}/{name}", "rb") as file:
                data = file.read()
            digest = hashlib.sha256(data).hexdigest()
            size = fault.get("size", len(data))
            entries.append({"type": "file", "path": name, "size": size, "lfs": {"oid": digest, "size": size}})
        headers = {}
        if fault.get("next") and (not is_last or fault.get("endless")):
            headers["Link"] = f'<{fault["next"]}>; rel="next"'
            entries = []
        self.answer(200, json.dumps(entries).encode(), **headers)

    def manifest(self, path):
        if not os.path.exists(path):
            return self.answer(404)
        with open(path, "rb") as file:
            self.answer(200, file.read())

    def file(self, place, fault):
        with LOCK:
            SENT["busy"] += 1
            is_busy = SENT["busy"] <= fault.get("busy", 0)
        if is_busy:
            return self.answer(429, Retry_After="0")
        with open(f"{ROOT}/{place}", "rb") as file:
            data = bytearray(file.read())
        if fault.get("corrupt"):
            data[len(data) // 2] ^= 1
        wanted = self.headers.get("Range") if fault.get("ranges", True) else None
        if wanted:
            first, last = (int(number) + fault.get("shift", 0) for number in wanted.removeprefix("bytes=").split("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
            data = data[first:last + 1]
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if fault.get("trickle"):
            self.wfile.write(data[:fault["trickle"]])
            self.close_connection = True
            return
        for start in range(0, len(data), 65536):
            if start >= fault.get("cut", len(data)):
                self.close_connection = True
                return
            piece = data[start:start + 65536]
            with LOCK:
                SENT["bytes"] += len(piece)
                is_over = SENT["bytes"] > fault.get("limit", SENT["bytes"])
            if is_over:
                threading.Event().wait()
            try:
                self.wfile.write(piece)
            except OSError:
                return


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """That a client goes away, or is killed, is what the tests are about."""


server = Server(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
# Ends with the test that started it.
sys.stdin.read()
