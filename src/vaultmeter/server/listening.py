"""Opens the places the server listens at, and closes them when every answer is given."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Self, cast

from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.server import ServerState

from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.server.crowd import Crowd
from vaultmeter.server.limits import Limits
from vaultmeter.server.local import prepare_local_socket
from vaultmeter.server.protocol import Headers, LimitedProtocol, MayEnter

_BACKLOG = 2048
_UNREAD = 256 << 10
"""Bytes of answers that the kernel holds for a connection: 4 MiB where nothing is set."""
_PRIVATE = 0o600
"""The mode of the socket file: its user's alone."""
_STEP = 0.05
"""Seconds between two looks at whether every connection has ended."""


@dataclass(frozen=True)
class Address:
    """A host and a port; port 0 means any that is free."""

    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `host:port`, `[::]:port` or `:port`; raises `Invalid`."""
        host, colon, port = text.rpartition(":")
        if not colon or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:  # noqa: PLR2004  the last port
            raise Invalid(
                f"{text!r} is no address to listen at.", "Write 127.0.0.1:8080 or [::]:8080."
            )
        return cls(host.removeprefix("[").removesuffix("]") or "::", int(port))

    def __str__(self) -> str:
        """As it is read."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Proxies:
    """The addresses and networks whose `X-Forwarded-For` and `-Proto` are believed."""

    networks: tuple[str, ...] = ()

    @classmethod
    def read(cls, texts: Iterable[str]) -> Self:
        """Read addresses and networks; raises `Invalid` for anything else, such as `*`."""
        found = []
        for text in texts:
            try:
                found.append(str(ip_network(text)))
            except ValueError as error:
                hint = "Write addresses or networks, such as 10.0.0.7 or 10.0.0.0/8."
                raise Invalid(f"{text!r} is no address of a proxy.", hint) from error
        return cls(tuple(found))

    def __contains__(self, address: str) -> bool:
        """Whether an address is one of them."""
        if not self.networks:
            return False
        known = ip_address(address.partition("%")[0])
        return any(known in ip_network(network) for network in self.networks)


@dataclass(frozen=True)
class Certificate:
    """The files of a TLS certificate (with its chain) and of its key, both PEM."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later with this certificate; raises `Invalid`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            if self.key.stat().st_mode & 0o007:
                raise Invalid(f"Everybody may read {self.key}.", f"Run: chmod o= {self.key}")
            context.load_cert_chain(self.certificate, self.key)
        except OSError as error:
            message = f"The certificate {self.certificate} cannot be used: {_cause(error)}."
            raise Invalid(message, "Both are PEM, and the key is of that very one.") from error
        return context


def _cause(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}"


def _nobody(_method: str, _target: bytes, _headers: Headers) -> bool:
    return False


@dataclass
class Listeners:
    """Every place the server listens at, within one event loop.

    `may_enter` says which requests may use the connections that are kept for senders with a key.
    """

    limits: Limits = field(default_factory=Limits)
    proxies: Proxies = field(default_factory=Proxies)
    may_enter: MayEnter = _nobody

    def __post_init__(self) -> None:
        """Begin with no place, and nobody connected."""
        self.crowd = Crowd(self.limits, lambda address: address in self.proxies)
        self._state = ServerState()
        self._servers: list[asyncio.Server] = []
        self._files: list[Path] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def open_network(
        self, app: ASGIApp, address: Address, certificate: Certificate | None = None
    ) -> Address:
        """Listen at an address of the network; answers it, with the port that was found.

        Raises `Invalid` and `Unavailable`.
        """
        context = certificate.context() if certificate else None
        bound = _bound(address)
        try:
            await self._open(app, bound, context)
        except BaseException:
            bound.close()
            raise
        return Address(address.host, bound.getsockname()[1])

    async def open_local(self, app: ASGIApp, data: Path) -> Path:
        """Listen at the socket file of a data folder, which only its user may open."""
        path = prepare_local_socket(data)
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # The file is made with the mode of the socket. The process's mask is not touched: it
            # is that of the other threads too, which make files and folders meanwhile.
            os.fchmod(bound.fileno(), _PRIVATE)
            bound.bind(str(path))
            await self._open(app, bound, None)
        except BaseException:
            bound.close()
            raise
        self._files.append(path)
        return path

    def check(self) -> None:
        """Raise what ended a task that is to run as long as the server listens."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def close(self, seconds: float) -> int:
        """Listen no longer; give running requests so long to end. Answers how many did not."""
        for server in self._servers:
            server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        until = time.monotonic() + seconds
        while self._state.connections and time.monotonic() < until:  # noqa: ASYNC110  uvicorn tells nobody when one ends
            await asyncio.sleep(_STEP)
        unfinished = len(self._state.connections)
        await self._abandon()
        for file in self._files:
            file.unlink(missing_ok=True)
        return unfinished

    async def _abandon(self) -> None:
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = [*self._tasks, *self._state.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

    async def _open(
        self, app: ASGIApp, bound: socket.socket, context: ssl.SSLContext | None
    ) -> None:
        make = partial(LimitedProtocol, crowd=self.crowd, may_enter=self.may_enter)
        config = self._config(app, make)
        self._stamp()
        loop = asyncio.get_running_loop()
        protocol = partial(make, config=config, server_state=self._state, app_state={})
        waiting = {"ssl_handshake_timeout": self.limits.header_seconds} if context else {}
        bound.setblocking(False)  # noqa: FBT003  as the standard library has it
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD)
        server = await loop.create_server(
            protocol, sock=bound, ssl=context, backlog=_BACKLOG, **cast("Any", waiting)
        )
        self._servers.append(server)
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self.crowd.watch()),
                asyncio.create_task(self._keep_stamping()),
            ]

    def _config(self, app: ASGIApp, make: Any) -> Config:  # noqa: ANN401  uvicorn takes any factory
        config = Config(
            cast("Any", app),
            http=make,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=bool(self.proxies.networks),
            forwarded_allow_ips=list(self.proxies.networks),
            server_header=False,
            timeout_keep_alive=int(self.limits.idle_seconds) or 1,
        )
        config.load()
        return config

    def _stamp(self) -> None:
        now = formatdate(time.time(), usegmt=True).encode()
        self._state.default_headers = [(b"date", now)]

    async def _keep_stamping(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._stamp()


def _bound(address: Address) -> socket.socket:
    """A listening socket; `::` takes IPv4 too."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        family, sockaddr = found[0][0], found[0][4]
        is_both = address.host == "::" and socket.has_dualstack_ipv6()
        bound = socket.create_server(
            cast("tuple[str, int]", sockaddr[:2]),
            family=family,
            backlog=_BACKLOG,
            dualstack_ipv6=is_both,
        )
        # Connections inherit it. Without, the body of each answer waits until its headers are
        # acknowledged, some 40 ms; asyncio sets it for sockets that it makes itself alone.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise Unavailable(
            f"{address} cannot be listened at: {error.strerror or error}.",
            "Choose another address with --listen.",
        ) from error
    return bound
