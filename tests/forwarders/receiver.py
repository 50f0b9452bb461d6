"""Somebody who gets what is forwarded: an HTTP server on loopback that behaves as it is told."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any


@dataclass(frozen=True)
class Got:
    """A request that came: header names are lower."""

    path: str
    headers: dict[str, str]
    body: bytes
    peer: dict[str, Any] | None
    """The certificate that was shown, where there was one."""


Behave = Callable[["Talk", Got], None]
"""Answers a request, or does not."""


class Talk(BaseHTTPRequestHandler):
    """One connection."""

    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Keep the request, and behave."""
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            # Whoever sent it was killed in the middle: it is no request.
            self.close_connection = True
            return
        told = {name.lower(): value for name, value in self.headers.items()}
        peer = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        got = Got(self.path, told, body, peer)
        with self.server.receiver.alone:
            self.server.receiver.got.append(got)
        self.close_connection = True
        self.server.receiver.behave(self, got)

    def answer(self, status: int, body: bytes = b"", /, **headers: str) -> None:
        """Answer with a status."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401  the library's
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, receiver: "Receiver") -> None:
        self.receiver = receiver
        super().__init__(("127.0.0.1", 0), Talk)

    def handle_error(self, *_: object) -> None:
        """Say nothing: those who hang up in the middle are what is tested."""


@dataclass
class Receiver:
    """A server, what it got, and how it behaves."""

    behave: Behave = field(default=lambda talk, _: talk.answer(200))
    got: list[Got] = field(default_factory=list)
    alone: Lock = field(default_factory=Lock)
    over: Event = field(default_factory=Event)
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def allow(self) -> tuple[str, ...]:
        """What the setting `egress_allow` needs for it."""
        return (f"127.0.0.1:{self.port}",)


@contextmanager
def receiving(
    behave: Behave | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Give a receiver within a block."""
    made = Receiver()
    if behave is not None:
        made.behave = behave
    server = _Server(made)
    made.port = server.server_address[1]
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        made.scheme = "https"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answers(*statuses: int, **headers: str) -> Behave:
    """Behave by answering with one status after the other, the last one for ever."""
    left = list(statuses)

    def behave(talk: Talk, _: Got) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        talk.answer(status, b"", **headers)

    return behave


def hangs(talk: Talk, _: Got) -> None:
    """Behave by never answering."""
    talk.server.receiver.over.wait(20)


def hangs_up(talk: Talk, _: Got) -> None:
    """Behave by closing the connection without an answer."""
    with suppress(OSError):
        talk.connection.close()


def drips(talk: Talk, _: Got) -> None:
    """Behave by answering a byte at a time, for longer than anybody waits."""
    with suppress(OSError):
        for char in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Slow: " + b"x" * 400:
            if talk.server.receiver.over.is_set():
                return
            talk.wfile.write(bytes([char]))
            talk.wfile.flush()
            time.sleep(0.05)
