"""Faults that are an answer of their own instead of a stream: errors, retries, redirections, pages of proxies."""

import email.utils
import time

LOGIN = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Password</form></body></html>"
PROXY = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center><hr>nginx</body></html>"
PUBLIC = "http://93.184.215.14"


def html_200(exchange):
    exchange.whole(200, "text/html; charset=utf-8", LOGIN)


def _broken(exchange, status):
    """A server tells of its own errors in JSON, a proxy before it sends a page."""
    if status in (502, 504):
        exchange.whole(status, "text/html", PROXY % (status, status))
    else:
        exchange.refuse(status, exchange.protocol.error("the owl is not well", code=status))


def _then_good(status, *headers):
    def fault(exchange):
        if exchange.count > 1:
            exchange.good()
        elif status == 429:
            exchange.refuse(429, exchange.protocol.error("too many owls", code=429), *(make() for make in headers))
        else:
            _broken(exchange, status)
    return fault


def _date():
    """A date has no fractions of seconds: the wait is between one and two seconds."""
    return f"Retry-After: {email.utils.formatdate(time.time() + 2, usegmt=True)}"


def retry_long(exchange):
    exchange.refuse(429, exchange.protocol.error("too many owls", code=429), "Retry-After: 86400")


def _refused(status, sentence, kind):
    def fault(exchange):
        exchange.refuse(status, exchange.protocol.error(sentence, kind=kind, code=status))
    return fault


def token_echo(exchange):
    sentence = f"invalid token: {exchange.request.header('authorization')}"
    exchange.refuse(401, exchange.protocol.error(sentence, kind="invalid_request_error", code=401))


def model_missing(exchange):
    exchange.refuse(404, exchange.protocol.missing())


def overflow(exchange):
    exchange.refuse(400, exchange.protocol.overflow())


def redirect_public(exchange):
    path = "/" + exchange.request.path.split("/", 2)[2]
    exchange.whole(302 if exchange.count % 2 else 307, "text/plain", b"elsewhere", f"Location: {PUBLIC}{path}")


def redirect_local(exchange):
    path = exchange.request.path.split("/", 2)[2]
    exchange.whole(307, "text/plain", b"elsewhere", f"Location: /good~{exchange.suffix or 'redirected'}/{path}")


FAULTS = {
    "html-200": html_200,
    "500-then-good": _then_good(500),
    "502-then-good": _then_good(502),
    "503-then-good": _then_good(503),
    "504-then-good": _then_good(504),
    "429-retry-after": _then_good(429, lambda: "Retry-After: 1"),
    "429-retry-date": _then_good(429, _date),
    "429-long": retry_long,
    "always-503": lambda exchange: _broken(exchange, 503),
    "always-500": lambda exchange: _broken(exchange, 500),
    "bad-request": _refused(400, "the option 'owlishness' is not known", "invalid_request_error"),
    "unauthorized": _refused(401, "a token is required", "invalid_request_error"),
    "forbidden": _refused(403, "this token may not do that", "permission_error"),
    "token-echo": token_echo,
    "model-missing": model_missing,
    "overflow": overflow,
    "redirect-public": redirect_public,
    "redirect-local": redirect_local,
}
