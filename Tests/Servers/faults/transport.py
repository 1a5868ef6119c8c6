"""Faults of the connection, of HTTP, and of time. What of the answer arrives is right."""

import gzip

from faults.protocols import PIECES

BLOCK = 1 << 20


def good(exchange):
    exchange.good()


def reset_before_head(exchange):
    exchange.reset()


def half_head(exchange):
    exchange.connection.send(b"HTTP/1.1 20")
    exchange.reset()


def reset_before_body(exchange):
    exchange.start()
    exchange.reset()


def reset_mid_line(exchange):
    exchange.start()
    exchange.tokens(1)
    line = exchange.protocol.piece(PIECES[1])
    exchange.part(line[:len(line) // 2])
    exchange.reset()


def reset_after_token(exchange):
    exchange.start()
    exchange.tokens(2)
    exchange.reset()


def close_without_finish(exchange):
    exchange.start()
    exchange.tokens()
    exchange.end()
    exchange.close()


def half_line_end(exchange):
    exchange.start()
    exchange.tokens()
    ending = exchange.protocol.ending()
    exchange.part(ending[:len(ending) // 3])
    exchange.end()
    exchange.close()


def split_utf8(exchange):
    """Cuts before every byte that goes on with a character, and in the middle of every line."""
    body = exchange.good_bytes()
    cuts = {place for place, byte in enumerate(body) if byte & 0xC0 == 0x80}
    place = 0
    for line in body.splitlines(keepends=True):
        cuts.add(place + len(line) // 2)
        place += len(line)
    edges = sorted((cuts | {0, len(body)}))
    exchange.stream(*(body[start:end] for start, end in zip(edges, edges[1:])))


def byte_by_byte(exchange):
    body = exchange.good_bytes()
    exchange.stream(*(body[place:place + 1] for place in range(len(body))))


def hang_before_head(exchange):
    exchange.hang()


def hang_before_token(exchange):
    exchange.start()
    exchange.hang()


def hang_between_tokens(exchange):
    exchange.start()
    exchange.tokens(2)
    exchange.hang()


def pings_forever(exchange):
    exchange.start()
    while True:
        exchange.part(exchange.protocol.comment)
        exchange.connection.pause(0.1)


def drip(exchange):
    """The beginning of a line with text, whose text never ends."""
    exchange.start()
    line = exchange.protocol.piece("hoot")
    opening = line[:line.index(b"hoot")]
    place = 0
    while True:
        exchange.part(opening[place:place + 1] or b"o")
        place += 1
        exchange.connection.pause(0.05)


def endless_tokens(exchange):
    exchange.start()
    while True:
        exchange.part(exchange.protocol.piece("hoot "))
        exchange.connection.pause(0.001)


def huge_line(exchange):
    """One line of 64 MB and a bit, then the end as usual."""
    exchange.start()
    line = exchange.protocol.piece("hoot")
    opening, closing = line.split(b"hoot")
    exchange.part(opening)
    for _ in range(64):
        exchange.part(b"x" * BLOCK)
    exchange.part(closing)
    exchange.part(exchange.protocol.ending(count=1))
    exchange.end()


def huge_header(exchange):
    exchange.good(*(f"X-Filler-{place}: {'x' * 65500}" for place in range(16)))


def slow_head(exchange):
    exchange.connection.pause(0.5)
    exchange.good()


def short_body(exchange):
    body = exchange.good_bytes()
    exchange.head(200, f"Content-Type: {exchange.protocol.content_type}", f"Content-Length: {len(body) + 100}")
    exchange.connection.send(body)
    exchange.close()


def gzipped(exchange):
    exchange.whole(200, exchange.protocol.content_type, gzip.compress(exchange.good_bytes()), "Content-Encoding: gzip")


def crlf_lines(exchange):
    exchange.stream(exchange.good_bytes().replace(b"\n", b"\r\n"))


def keep_alive_close(exchange):
    exchange.good("Connection: keep-alive", "Keep-Alive: timeout=60")
    exchange.close()


FAULTS = {
    "good": good,
    "bad-models": good,
    "bad-version": good,
    "reset-before-head": reset_before_head,
    "half-head": half_head,
    "reset-before-body": reset_before_body,
    "reset-mid-line": reset_mid_line,
    "reset-after-token": reset_after_token,
    "close-without-finish": close_without_finish,
    "half-line-end": half_line_end,
    "split-utf8": split_utf8,
    "byte-by-byte": byte_by_byte,
    "hang-before-head": hang_before_head,
    "hang-before-token": hang_before_token,
    "hang-between-tokens": hang_between_tokens,
    "pings-forever": pings_forever,
    "drip": drip,
    "endless-tokens": endless_tokens,
    "huge-line": huge_line,
    "huge-header": huge_header,
    "slow-head": slow_head,
    "short-body": short_body,
    "gzip": gzipped,
    "crlf-lines": crlf_lines,
    "keep-alive-close": keep_alive_close,
}
