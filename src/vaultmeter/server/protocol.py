"""HTTP/1.1 of uvicorn with ceilings: slow, greedy and ambiguous connections are ended.

uvicorn has no time limit for headers and bodies and no ceiling for headers; a request that could
be read in two ways is refused here, so that no proxy in front reads it the other way (RFC 9112,
section 11.2).
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from vaultmeter.server.crowd import Crowd, Entry

_NEVER = frozenset({"TRACE", "CONNECT"})
_HEADER_OVERHEAD = len(b": \r\n")
_RESERVED_HEADER_SECONDS = 2.0
"""Where connections are scarce, a request must tell soon who sends it."""

Headers = list[tuple[bytes, bytes]]
MayEnter = Callable[[str, bytes, Headers], bool]
"""Says of method, target and headers whether they may use what is kept for senders with a key."""


class _Refused(Exception):
    def __init__(self, reason: str, status: int, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.status, self.detail = reason, status, detail


class LimitedProtocol(HttpToolsProtocol):
    """One connection. Its phase is `header`, `body`, `idle` or, once refused, `ending`."""

    def __init__(self, crowd: Crowd, may_enter: MayEnter, **uvicorn: Any) -> None:  # noqa: ANN401  as uvicorn gives them
        """Begin, as a part of a crowd."""
        super().__init__(**uvicorn)
        self._crowd, self._limits, self._may_enter = crowd, crowd.limits, may_enter
        self._entry = Entry.OPEN
        self._phase = "header"
        self._since = self.loop.time()
        self._unread_since: float | None = None
        self._raw_header_bytes = 0
        self._header_bytes = 0
        self._body_bytes = 0
        self._refusal: _Refused | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Come in, or be told that there is no room."""
        super().connection_made(transport)
        if self.client:
            # A socket for both families shows addresses of IPv4 within IPv6.
            self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])
        self._entry = self._crowd.enter(self, self.client[0] if self.client else "")
        if self._entry is Entry.REFUSED:
            self._write_refusal(503, "Too many connections are open; come back in a while.")
            self._phase = "ending"
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave."""
        self._crowd.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the connection was refused already."""
        if self._phase == "ending":
            return
        if self._phase == "idle":
            self._begin("header")
        if self._phase == "header":
            self._raw_header_bytes += len(data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # What follows is of another protocol, which is not spoken here.
            self.cycle.keep_alive = False
        except httptools.HttpParserError:
            self._refuse(self._refusal or _Refused("malformed", 400, "This is no valid request."))
        else:
            if self._phase == "header" and self._raw_header_bytes > self._limits.header_bytes:
                self._refuse(self._too_large())

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._header_bytes = 0
        if self._phase != "header":
            self._begin("header")

    def on_url(self, url: bytes) -> None:
        """The request's target, or a part of it."""
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; what follows a body as trailer is measured, and not believed."""
        self._measure(len(name) + len(value) + _HEADER_OVERHEAD)
        if self._phase == "header":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """All headers are there: the request may begin, unless it is refused."""
        if refusal := self._refusal_of_request():
            self._stop(refusal)
        super().on_headers_complete()
        self._raw_header_bytes = self._body_bytes = 0
        self._begin("body")

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body ends."""
        super().on_message_complete()
        self._begin("idle")

    def on_response_complete(self) -> None:
        """The answer is on its way."""
        super().on_response_complete()
        if self._phase in {"body", "idle"}:
            self._since = self.loop.time()

    def resume_writing(self) -> None:
        """The other side reads."""
        self._unread_since = None
        super().resume_writing()

    def check(self, now: float) -> None:
        """End what has taken too long."""
        if self._is_unread(now):
            self._crowd.ended["unread"] += 1
            self.transport.abort()
        elif self.transport.is_closing():
            self._end_closing(now)
        elif refusal := self._overdue(now - self._since):
            self._refuse(refusal)

    def _begin(self, phase: str) -> None:
        self._phase, self._since = phase, self.loop.time()

    def _measure(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > self._limits.header_bytes:
            self._stop(self._too_large())

    def _too_large(self) -> _Refused:
        most = self._limits.header_bytes
        return _Refused("header_size", 431, f"The headers have more than {most} bytes.")

    def _stop(self, refusal: _Refused) -> None:
        """Leave the parser, which tells that a callback failed and not why."""
        self._refusal = refusal
        raise refusal

    def _refusal_of_request(self) -> _Refused | None:
        method = self.parser.get_method().decode("ascii")
        if method in _NEVER:
            return _Refused("method", 405, f"{method} is not answered here.")
        codings = [value for name, value in self.headers if name == b"transfer-encoding"]
        lengths = [value for name, value in self.headers if name == b"content-length"]
        if codings and (lengths or [value.lower() for value in codings] != [b"chunked"]):
            detail = "Send either Content-Length, or Transfer-Encoding: chunked alone."
            return _Refused("ambiguous", 400, detail)
        if len(self.pipeline) >= self._limits.pipelined:
            return _Refused("pipelined", 400, "Wait for answers before sending more requests.")
        is_reserved = self._entry is Entry.RESERVED
        if is_reserved and not self._may_enter(method, self.url, self.headers):
            return _Refused("full", 503, "Too many connections are open; come back in a while.")
        return None

    def _is_unread(self, now: float) -> bool:
        """Whether an answer has waited too long for somebody to read it."""
        if not self.transport.get_write_buffer_size():
            self._unread_since = None
        elif self._unread_since is None:
            self._unread_since = now
        return self._unread_since is not None and (
            now - self._unread_since > self._limits.unread_seconds
        )

    def _end_closing(self, now: float) -> None:
        """What was closed waits for the other side to read; not for ever."""
        if self._phase != "ending":
            self._phase, self._since = "ending", now
        elif now - self._since > self._limits.linger_seconds:
            self.transport.abort()

    def _overdue(self, elapsed: float) -> _Refused | None:
        limits = self._limits
        quiet = {"ending": limits.linger_seconds, "idle": limits.idle_seconds}.get(self._phase)
        if quiet is not None:
            if elapsed > quiet and (self._phase == "ending" or self._is_answered()):
                self.transport.close()
        elif self._phase == "header" and elapsed > self._header_seconds():
            return _Refused("slow_header", 408, "The headers took too long.")
        elif self._phase == "body" and self._is_slow(elapsed):
            return _Refused("slow_body", 408, "The body took too long.")
        return None

    def _header_seconds(self) -> float:
        longest = self._limits.header_seconds
        return min(longest, _RESERVED_HEADER_SECONDS) if self._entry is Entry.RESERVED else longest

    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _is_slow(self, elapsed: float) -> bool:
        limits = self._limits
        if self._is_answered():
            # Refused before its end: its sender gets a moment to read why.
            return elapsed > limits.linger_seconds
        if elapsed > limits.body_seconds:
            return True
        is_due = elapsed > limits.body_grace and not self.flow.read_paused
        return is_due and self._body_bytes < limits.body_rate * elapsed

    def _refuse(self, refusal: _Refused) -> None:
        """Answer why, if nothing else is being answered, and close once that is read."""
        self._crowd.ended[refusal.reason] += 1
        waits_for_body = self._phase == "body"
        self._begin("ending")
        self.flow.resume_reading()
        if self._is_answered():
            self._say_and_end(refusal, is_silent=waits_for_body or not self._has_begun())
        elif waits_for_body and not self.cycle.response_started and not self.pipeline:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._say_and_end(refusal, is_silent=False)
        else:
            # An earlier request is being answered: the connection ends with that answer.
            self.cycle.keep_alive = False

    def _has_begun(self) -> bool:
        """Whether anything of a request came: a silent connection is ended without a word."""
        return self._raw_header_bytes > 0

    def _say_and_end(self, refusal: _Refused, *, is_silent: bool) -> None:
        if is_silent:
            self.transport.close()
            return
        self._write_refusal(refusal.status, refusal.detail)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _write_refusal(self, status: int, detail: str) -> None:
        status_line = STATUS_LINE[status]
        title = status_line.split(b" ", 2)[2].strip().decode()
        body = orjson.dumps(
            {"type": "about:blank", "title": title, "status": status, "detail": detail}
        )
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        self.transport.write(b"".join([status_line, *lines, b"\r\n", body]))
