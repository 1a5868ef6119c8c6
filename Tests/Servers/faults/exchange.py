"""A chat request and the ways to answer it, from whole good answers down to single bytes."""

from faults.protocols import PIECES, encoded

REASONS = {
    200: "OK", 302: "Found", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout"}


class Exchange:
    """`count` says the how manyth request for its fault it is. `keeps` tells whether the connection can go on."""

    def __init__(self, connection, request, protocol, count, suffix):
        self.connection = connection
        self.request = request
        self.protocol = protocol
        self.count = count
        self.suffix = suffix
        self.keeps = True

    def head(self, status, *headers):
        lines = [f"HTTP/1.1 {status} {REASONS[status]}", *headers, "", ""]
        self.connection.send("\r\n".join(lines).encode())

    def whole(self, status, content_type, body, *headers):
        self.head(status, f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers)
        self.connection.send(body)

    def refuse(self, status, body, *headers):
        self.whole(status, "application/json", encoded(body), *headers)

    def start(self, *headers):
        """The head of a stream."""
        self.head(200, f"Content-Type: {self.protocol.content_type}", "Transfer-Encoding: chunked", *headers)

    def part(self, data):
        self.connection.send(b"%x\r\n%s\r\n" % (len(data), data))

    def tokens(self, count=len(PIECES)):
        for piece in PIECES[:count]:
            self.part(self.protocol.piece(piece))

    def end(self):
        self.connection.send(b"0\r\n\r\n")

    def stream(self, *parts):
        """A complete stream of these parts."""
        self.start()
        for part in parts:
            self.part(part)
        self.end()

    def good(self, *headers):
        if not self.protocol.streams:
            self.whole(200, "application/json", self.protocol.whole(), *headers)
            return
        self.start(*headers)
        self.tokens()
        self.part(self.protocol.ending())
        self.end()

    def good_bytes(self):
        """The body of a good stream."""
        return b"".join(self.protocol.piece(piece) for piece in PIECES) + self.protocol.ending()

    def close(self):
        self.keeps = False
        self.connection.close()

    def reset(self):
        self.keeps = False
        self.connection.reset()

    def hang(self):
        """Nothing more, until the client goes away."""
        self.connection.pause(float("inf"))
