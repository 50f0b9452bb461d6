"""Where a source listens, as one address.

`tcp://HOST:PORT`, `udp://HOST:PORT`, `unix:///PATH` and `unixgram:///PATH` are what OpenBao's and
Vault's socket audit device calls tcp, udp, unix and unixgram (`builtin/audit/socket/backend.go`):
JSON lines. With `syslog+` before them the lines are syslog messages that carry JSON.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from vaultmeter.model.errors import Invalid, did_you_mean

Transport = Literal["tcp", "udp", "unix", "unixgram"]

SYSLOG = "syslog+"
SCHEMES = tuple(prefix + kind for prefix in ("", SYSLOG) for kind in get_args(Transport))
"""Every beginning that an address may have."""
_LONGEST_PATH = 107
"""Bytes of the name of a unix socket: sockaddr_un holds 108, the last one zero (unix(7))."""


@dataclass(frozen=True)
class Address:
    """A place to listen at; `host` and `port`, or `path`, as the transport needs."""

    url: str
    transport: Transport
    is_syslog: bool
    host: str = ""
    port: int = 0
    path: Path = Path()

    @property
    def is_stream(self) -> bool:
        """Whether senders connect, so that what they send has no bounds of its own."""
        return self.transport in ("tcp", "unix")

    @property
    def is_local(self) -> bool:
        """Whether it is a file of this machine."""
        return self.transport.startswith("unix")


def address_of(url: str) -> Address:
    """Read an address; raises `Invalid` with what is wrong about it."""
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SCHEMES:
        raise Invalid(
            f"{url!r} is no address to listen at.",
            f"Begin it as in tcp://127.0.0.1:9000. {did_you_mean(scheme, SCHEMES)}",
        )
    transport: Transport = scheme.removeprefix(SYSLOG)  # type: ignore[assignment]  # one of SCHEMES
    is_syslog = scheme.startswith(SYSLOG)
    if transport in ("unix", "unixgram"):
        return Address(url, transport, is_syslog, path=_path(url))
    host, port = _host_and_port(url)
    return Address(url, transport, is_syslog, host, port)


def _path(url: str) -> Path:
    path = url.partition("://")[2]
    if not path.startswith("/") or path.endswith("/") or "\0" in path:
        raise Invalid(f"{url!r} names no absolute path.", "Write unix:///run/vaultmeter/bao.sock.")
    if len(path.encode()) > _LONGEST_PATH:
        raise Invalid(f"The path of {url!r} is too long for a socket.", "Use a shorter one.")
    return Path(path)


def _host_and_port(url: str) -> tuple[str, int]:
    hint = "Write it as tcp://127.0.0.1:9000 or tcp://[::1]:9000."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid(f"{url!r} is no address to listen at: {error}.", hint) from error
    if not host or not port or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise Invalid(f"{url!r} is not a host and a port, and nothing else.", hint)
    return host, port
