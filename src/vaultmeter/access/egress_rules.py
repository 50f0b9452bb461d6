"""Where a request wants to go, read in one way only, and where it may go besides the internet."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network
from typing import Self

from vaultmeter.access.egress_addresses import Address, Network, address_read, is_in
from vaultmeter.model.errors import Invalid

PORTS = (80, 443, 8443)
"""The ports that requests go to, unless others are allowed."""
_USUAL = {"http": 80, "https": 443}
_LONGEST = 2048
_LONGEST_NAME = 253
_LAST_PORT = 0xFFFF
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!\"$-~]*)?",
    re.IGNORECASE,
)
"""What is read of an address: no user, no fragment, no character that is not plain ASCII."""
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label with which a name is taken for an IPv4 address (WHATWG URL, 3.5)."""


@dataclass(frozen=True)
class Target:
    """Where a request goes: `host` is a name or an address, in lower case and without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port, as the request's header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"


def target_of(url: str) -> Target:
    """Read an address; raises `Invalid` for one that could be read in more than one way."""
    parts = _URL.fullmatch(url) if len(url) <= _LONGEST else None
    host = None if parts is None else _host(parts["host"].lower())
    if parts is None or host is None:
        raise Invalid(
            f"{url[:200]!r} is no address that requests go to.",
            "Write https://HOST/PATH: a name in plain letters, or an address of four numbers or"
            " in brackets; no user, no #.",
        )
    scheme = parts["scheme"].lower()
    port = int(parts["port"] or _USUAL[scheme])
    if not 0 < port <= _LAST_PORT:
        raise Invalid(f"{url!r} has no port that exists.", "Ports are 1 to 65535.")
    return Target(scheme, host, port, parts["path"] or "/")


def _host(text: str) -> str | None:
    """A host as it is compared, without brackets and the dot at the end; `None` for none."""
    if text.startswith("["):
        address = address_read(text[1:-1])
        return str(address) if isinstance(address, IPv6Address) else None
    name = text.removesuffix(".")
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        return None
    if _NUMBER.fullmatch(labels[-1]):
        # 127.1, 0x7f.1 and 2130706433 are read as addresses by some, and as names by others.
        return name if address_read(name) is not None and text == name else None
    return name


@dataclass(frozen=True)
class _Entry:
    host: str | None
    network: Network | None
    port: int | None

    def covers(self, host: str, address: Address, port: int) -> bool:
        if port != self.port if self.port is not None else port not in PORTS:
            return False
        if self.network is not None:
            return is_in(address, self.network)
        return host == self.host


@dataclass(frozen=True)
class Allowed:
    """What the administrator lets requests go to: hosts, addresses and networks, with ports.

    `idp.acme.internal`, `10.0.0.0/8`, `127.0.0.1:8200`, `[fd00::1]:8443`; one without a port
    stands for the usual ports alone, one with a port for that port.
    """

    entries: tuple[_Entry, ...] = ()

    @classmethod
    def read(cls, texts: Iterable[str]) -> Self:
        """Read the setting `egress_allow`; raises `Invalid`."""
        return cls(tuple(map(_entry, texts)))

    def covers(self, host: str, address: Address, port: int) -> bool:
        """Whether one of them names a place."""
        return any(entry.covers(host, address, port) for entry in self.entries)


def _entry(text: str) -> _Entry:
    bare, port = text.strip().lower(), None
    parts = re.fullmatch(r"(\[[^\]]*\]|[^:]*):([0-9]{1,5})", bare)
    if parts and 0 < int(parts[2]) <= _LAST_PORT:
        bare, port = parts[1], int(parts[2])
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    try:
        return _Entry(None, ip_network(bare), port)
    except ValueError:
        host = _host(bare)
    if host is None or ":" in host:
        raise Invalid(
            f"egress_allow holds {text!r}, which is no host, address or network.",
            "Write idp.acme.internal, 10.0.0.0/8, 127.0.0.1:8200 or [fd00::1]:8443, with commas.",
        )
    return _Entry(host, None, port)
