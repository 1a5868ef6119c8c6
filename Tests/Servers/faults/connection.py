"""One client's connection, without any HTTP library between: whatever a fault wants on the wire can be put there."""

import json
import socket
import ssl
import struct
import time

POLL = 0.02
LARGEST_HEAD = 1 << 20


class ClientLeft(Exception):
    """The client closed the connection."""


class Request:
    """What the client asked for."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.target = target
        self.path = target.partition("?")[0]
        self.headers = headers
        self.body = body

    def header(self, name):
        return next((value for key, value in self.headers.items() if key.lower() == name), "")

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Connection:
    """Reads requests, and writes what it is told to."""

    def __init__(self, sock):
        self._socket = sock
        self._read = b""
        self.fault = None

    def request(self):
        """The next request; None when the client has no more, or does not speak HTTP."""
        while b"\r\n\r\n" not in self._read:
            if not self._fill() or len(self._read) > LARGEST_HEAD:
                return None
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        if len(lines[0].split(" ")) != 3:
            return None
        method, target, _ = lines[0].split(" ")
        headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        request = Request(method, target, headers, b"")
        if request.header("expect").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in request.header("transfer-encoding").lower():
            request.body = self._chunks()
        else:
            request.body = self._exactly(int(request.header("content-length") or 0))
        return request

    def _fill(self):
        try:
            data = self._socket.recv(65536)
        except OSError:
            return False
        self._read += data
        return bool(data)

    def _exactly(self, count):
        while len(self._read) < count:
            if not self._fill():
                raise ClientLeft()
        data, self._read = self._read[:count], self._read[count:]
        return data

    def _line(self):
        while b"\r\n" not in self._read:
            if not self._fill():
                raise ClientLeft()
        line, _, self._read = self._read.partition(b"\r\n")
        return line

    def _chunks(self):
        body = b""
        while True:
            size = int(self._line().partition(b";")[0], 16)
            body += self._exactly(size)
            self._line()
            if size == 0:
                return body

    def send(self, data):
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise ClientLeft() from error

    def pause(self, seconds):
        """Waits, and notices when the client leaves."""
        end = time.monotonic() + seconds
        while True:
            self._notice()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(POLL, left))

    def _notice(self):
        """Takes in what the client sent meanwhile, which may be its goodbye."""
        self._socket.settimeout(0)
        try:
            data = self._socket.recv(65536)
            if not data:
                raise ClientLeft()
            self._read += data
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError as error:
            raise ClientLeft() from error
        finally:
            self._socket.settimeout(None)

    def reset(self):
        """Ends with an RST, as a crashed server's machine does. The client gets a moment to read what it has."""
        time.sleep(0.1)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.close()

    def close(self):
        try:
            self._socket.close()
        except OSError:
            pass
