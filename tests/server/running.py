"""A listening server within the test's process: a real inbox, a real gate and real sockets."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any, TypeVar

import orjson
from prometheus_client import CollectorRegistry
from starlette.routing import Route

from vaultmeter.api.app import local_app, public_app
from vaultmeter.api.health import Component
from vaultmeter.api.ingest import Ingest, Offers
from vaultmeter.api.keys import brings_key
from vaultmeter.api.metrics import PushCounts, metrics_route
from vaultmeter.clock import system_clock
from vaultmeter.inbox.batches import Delivery, Receipt, Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.inbox.redaction import Redacted
from vaultmeter.life import Life
from vaultmeter.model.ingest_key import hash_of, new_key
from vaultmeter.receive import gate as gates
from vaultmeter.receive.door import SourceDoor
from vaultmeter.receive.gate import Gate
from vaultmeter.server.limits import Limits
from vaultmeter.server.listening import Address, Certificate, Listeners, Proxies
from vaultmeter.server.metrics import FlushCounts, ServerMetrics, Sights
from vaultmeter.settings import Settings

Answer = TypeVar("Answer")
_PATIENCE = 20.0
gates._IDLE = 0.05
"""Many servers end in these tests; the gate of each is to notice soon."""


@dataclass
class Reply:
    """What a request was answered with."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  whatever JSON can hold
        """Read the body."""
        return orjson.loads(self.body)


class StandingGate:
    """A gate whose disk does not answer, until it is told to."""

    def __init__(self, gate: Gate) -> None:
        """Stand before a real one."""
        self._gate = gate
        self.waiting: list[tuple[Delivery, Future[Receipt]]] = []

    def offer(self, delivery: Delivery) -> Future[Receipt]:
        """Keep the delivery for later."""
        answer: Future[Receipt] = Future()
        self.waiting.append((delivery, answer))
        return answer

    def redact(self, source: Source, content: bytes) -> Redacted:
        """Redact as the real one does."""
        return self._gate.redact(source, content)

    def go_on(self) -> None:
        """Accept everything that waits."""
        for delivery, answer in self.waiting:
            answer.set_result(self._gate.offer(delivery).result(_PATIENCE))


@dataclass
class Running:
    """A server that runs in a thread, with one source, `vault`."""

    folder: Path
    limits: Limits = field(default_factory=Limits)
    settings: Mapping[str, Any] = field(default_factory=dict)
    proxies: tuple[str, ...] = ()
    certificate: Certificate | None = None
    stands: bool = False
    listen: str = "127.0.0.1:0"
    components: list[Component] = field(default_factory=lambda: [Component("inbox", ok=True)])
    sights: Sights | None = None
    routes: tuple[Route, ...] = ()

    def __post_init__(self) -> None:
        """Open the inbox and listen."""
        self.folder.mkdir(exist_ok=True)
        self.set = Settings(data=self.folder, **{"reserve_bytes": 0, **self.settings})
        self.inbox = Inbox(self.folder, system_clock, 1 << 20)
        self.gate = Gate(self.inbox, self.set)
        self.source = self.inbox.source("vault", "events", "acme")
        self.key = new_key("vault")
        self.doors = {"vault": SourceDoor(self.source, hash_of(self.key))}
        self.registry = CollectorRegistry()
        self.flushes = FlushCounts(self.registry)
        self.standing = StandingGate(self.gate)
        offers: Offers = self.standing if self.stands else self.gate
        self.ingest = Ingest(self.doors.get, offers, self.set, PushCounts(self.registry))
        self.listeners = Listeners(self.limits, Proxies.read(self.proxies), self._may_enter)
        sights = self.sights or Sights(self.folder)
        self.registry.register(ServerMetrics(self.listeners.crowd, sights))
        self._life = Life()
        self._loop = asyncio.new_event_loop()
        self._threads = [
            Thread(target=self._loop.run_forever),
            Thread(target=self.gate.run, args=(self._life,)),
        ]
        for thread in self._threads:
            thread.start()
        self.local: Path | None = None
        try:
            self.address = self.within(self._open())
        except BaseException:
            self.close()
            raise

    def _may_enter(self, method: str, target: bytes, headers: list[tuple[bytes, bytes]]) -> bool:
        return brings_key(self.doors.get, method, target, headers)

    async def _open(self) -> Address:
        metrics = metrics_route(self.registry, self.set)
        app = public_app(self.ingest, lambda: self.components, metrics, self.routes)
        wanted = Address.read(self.listen)
        address = await self.listeners.open_network(app, wanted, self.certificate)
        self.local = await self.listeners.open_local(
            local_app(lambda: self.components, metrics), self.folder
        )
        return address

    def within(self, act: Coroutine[Any, Any, Answer]) -> Answer:
        """Do something in the server's event loop."""
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(_PATIENCE)

    def close(self, seconds: float = 1.0) -> None:
        """Stop listening, and end everything."""
        self.within(self.listeners.close(seconds))
        self.ingest.close()
        self._life.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self.inbox.close()

    def connect(self, *, buffer: int | None = None) -> socket.socket:
        """Open a plain connection; `buffer` is how much it takes in unread."""
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if buffer is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        opened.settimeout(_PATIENCE)
        opened.connect(("127.0.0.1", self.address.port))
        return opened

    def client(self, context: ssl.SSLContext | None = None) -> HTTPConnection:
        """Open a connection that speaks HTTP."""
        if context:
            port = self.address.port
            return HTTPSConnection("localhost", port, timeout=_PATIENCE, context=context)
        return HTTPConnection("127.0.0.1", self.address.port, timeout=_PATIENCE)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request on a connection of its own."""
        client = self.client()
        try:
            client.request(method, path, body, dict(headers or {}))
            return reply_of(client.getresponse())
        finally:
            client.close()

    def push(self, body: bytes, **headers: str) -> Reply:
        """Push with the right key; `content_encoding="gzip"` sets that header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", "/ingest/vault", body, self.bearer() | named)

    def bearer(self) -> dict[str, str]:
        """Give the header that carries the key."""
        return {"Authorization": f"Bearer {self.key}"}

    def accepted(self) -> bytes:
        """Read back everything the inbox holds."""
        return b"".join(self.inbox.content(batch) for batch in self.inbox.each_batch())

    def ended(self, reason: str) -> int:
        """Count the connections that were ended for a reason."""
        return self.listeners.crowd.ended[reason]

    def metric(self, name: str, **labels: str) -> float | None:
        """Read one number of the metrics."""
        return self.registry.get_sample_value(name, labels)


@contextmanager
def running(folder: Path, **parts: Any) -> Iterator[Running]:  # noqa: ANN401  the parts of a server
    """Run a server within a block."""
    server = Running(folder, **parts)
    try:
        yield server
    finally:
        server.close()


def reply_of(response: HTTPResponse) -> Reply:
    """Read an answer to its end."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, headers, response.read())


def local_reply(path: Path) -> Reply:
    """Ask over a socket file."""
    client = HTTPConnection("vaultmeter")
    client.sock = socket.socket(socket.AF_UNIX)
    client.sock.connect(str(path))
    client.request("GET", "/readyz")
    reply = reply_of(client.getresponse())
    client.close()
    return reply


def read_all(opened: socket.socket) -> bytes:
    """Read until the other side closes."""
    parts = []
    try:
        while part := opened.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def wait_for(condition: Callable[[], bool], seconds: float = _PATIENCE) -> None:
    """Wait until something is true; fails when it does not become so."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until, "it did not become true in time"
        sleep(0.02)
