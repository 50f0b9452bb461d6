"""The one HTTP client for addresses that people type in: to the internet, and no further.

A name is resolved once, every address it has is judged, and the connection goes to one of those
very addresses, so that a name that changes its mind in between leads nowhere else. There are no
redirects, no proxies of the environment, no user names in addresses. What must be reached nearby
is named by the administrator, in the setting `egress_allow`.

Whoever asks is told the same of what is forbidden, closed, silent or not understood; the log has
the cause.
"""

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

import httpcore
import structlog

from vaultmeter.access.egress_addresses import Address, address_read, is_public
from vaultmeter.access.egress_backend import Deadline, Guarded
from vaultmeter.access.egress_rules import PORTS, Allowed, Target, target_of
from vaultmeter.access.egress_tls import context_of
from vaultmeter.model.errors import Unavailable
from vaultmeter.model.tls import Tls

MOST_BYTES = 64 << 10
SECONDS = 15.0
_METADATA = frozenset(
    {
        "instance-data",
        "instance-data.ec2.internal",
        "metadata",
        "metadata.azure.internal",
        "metadata.goog",
        "metadata.google.internal",
    }
)
"""Names at which clouds tell their machines secrets."""
_OWN = ("localhost", "local", "internal")
"""Last labels of names that are of this machine or its network (RFC 6761, RFC 6762)."""

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name; raises `OSError`."""

log = structlog.get_logger("vaultmeter.egress")


@dataclass(frozen=True)
class Answer:
    """What was answered: `is_whole` says whether the body is all of it. Header names are lower."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool


class Refused(Exception):
    """A place that no request goes to; told in the log alone."""


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as this machine has them; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


@cache
def _trusting() -> ssl.SSLContext:
    """TLS that trusts whom this machine trusts; reading their certificates takes a while."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class Egress:
    """Sends requests to where requests may go. Several threads may use it."""

    allowed: Allowed = field(default_factory=Allowed)
    resolve: Resolve = system_resolve
    seconds: float = SECONDS
    """From the first look at the name to the last byte of the answer."""
    context: ssl.SSLContext = field(default_factory=_trusting)
    sockets: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        *,
        most_bytes: int = MOST_BYTES,
        needs_tls: bool = False,
        tls: Tls | None = None,
    ) -> Answer:
        """Send one request and read at most so much of its answer, whatever its status.

        With `needs_tls` plain HTTP goes only to what the administrator allows; `tls` are
        certificates for this receiver. Raises `Invalid` for what is no address or certificate,
        and `Unavailable`, in the same words for every other trouble.
        """
        target = target_of(url)
        context = self.context if tls is None else context_of(tls)
        deadline = Deadline(monotonic() + self.seconds)
        try:
            addresses = self._addresses(target, deadline, needs_tls=needs_tls)
            backend = Guarded(self.sockets, addresses, deadline)
            return _answer(backend, context, (method, target, headers or {}, content), most_bytes)
        except (
            Refused,
            OSError,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
        ) as error:
            cause = f"{type(error).__name__}: {error}"
            log.warning("a request went nowhere", host=target.host, port=target.port, cause=cause)
            raise Unavailable(
                f"{target.origin} gives no answer that can be used.",
                "It must be on the internet, at port"
                f" {', '.join(map(str, PORTS[:-1]))} or {PORTS[-1]}, with a certificate that is"
                " right; egress_allow names what may be elsewhere. The log has the cause.",
            ) from None

    def _addresses(self, target: Target, deadline: Deadline, *, needs_tls: bool) -> list[Address]:
        """The addresses of a target, each of which was judged; raises `Refused`, `OSError`."""
        literal = address_read(target.host)
        if literal is None:
            texts = _within(deadline.left(), self.resolve, target.host, target.port)
        else:
            texts = [target.host]
        found = [address_read(text) for text in texts]
        if not found:
            raise Refused("no address")
        for text, address in zip(texts, found, strict=True):
            if address is None or not self._may(target, address, needs_tls=needs_tls):
                raise Refused(f"requests may not go to {text}")
        return [address for address in found if address is not None]

    def _may(self, target: Target, address: Address, *, needs_tls: bool) -> bool:
        if self.allowed.covers(target.host, address, target.port):
            return True
        if needs_tls and target.scheme != "https":
            return False
        return target.port in PORTS and not _is_own(target.host) and is_public(address)


def _is_own(host: str) -> bool:
    return host in _METADATA or host.rpartition(".")[2] in _OWN


def _within(seconds: float, resolve: Resolve, host: str, port: int) -> Sequence[str]:
    """What a resolver finds in time; it cannot be stopped, so that it is left behind."""
    answered: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

    def look() -> None:
        try:
            answered.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answered.put(OSError(str(error)))

    Thread(target=look, name="resolve", daemon=True).start()
    with suppress(Empty):
        found = answered.get(timeout=seconds)
        if isinstance(found, OSError):
            raise found
        return found
    raise TimeoutError("the name was not resolved in time")


def _answer(
    backend: Guarded,
    context: ssl.SSLContext,
    request: tuple[str, Target, Mapping[str, str], bytes | None],
    most_bytes: int,
) -> Answer:
    """Send a request (method, target, headers, content) and read the beginning of its answer."""
    method, target, headers, content = request
    # Compressed answers could be far larger than what is read of them.
    sent = {**headers, "Host": target.authority, "Accept-Encoding": "identity"}
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    with (
        httpcore.ConnectionPool(
            ssl_context=context, network_backend=backend, max_keepalive_connections=0
        ) as pool,
        pool.stream(method, url, headers=list(sent.items()), content=content) as answer,
    ):
        body, is_whole = _read(answer, most_bytes)
        told = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in answer.headers
        }
        return Answer(answer.status, told, body, is_whole)


def _read(answer: httpcore.Response, most_bytes: int) -> tuple[bytes, bool]:
    """The beginning of a body, and whether that is all of it."""
    body = bytearray()
    for part in answer.iter_stream():
        body += part
        if len(body) > most_bytes:
            return bytes(body[:most_bytes]), False
    return bytes(body), True
