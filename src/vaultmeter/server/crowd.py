"""All connections of the server: who may come in, and who is sent away for being slow."""

import asyncio
from collections import Counter
from collections.abc import Callable
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Protocol

from vaultmeter.server.limits import Limits

Network = IPv4Network | IPv6Network


class Entry(Enum):
    """How a connection comes in."""

    OPEN = "open"
    RESERVED = "reserved"
    """Only for requests that bring an ingest key: the others' part is used up."""
    REFUSED = "refused"


class Watched(Protocol):
    """A connection that is looked at from time to time."""

    def check(self, now: float) -> None:
        """End what has taken too long; `now` is the time of the event loop."""


class Crowd:
    """Counts the connections of all listeners, by address, and watches them.

    `ended` counts the connections that were refused or closed, by reason. It belongs to the
    thread of the event loop.
    """

    def __init__(self, limits: Limits, is_proxy: Callable[[str], bool] = lambda _: False) -> None:
        """Begin with nobody; connections of proxies stand for many senders each."""
        self.limits = limits
        self.ended: Counter[str] = Counter()
        self._is_proxy = is_proxy
        self._open: dict[Watched, str] = {}
        self._by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def enter(self, connection: Watched, address: str) -> Entry:
        """Count a connection in, and say how it may be used.

        `address` is empty for the socket file, which stays open to its user however full it is.
        """
        place = "" if not address or self._is_proxy(address) else _household(address)
        self._open[connection] = place
        if not address:
            return Entry.OPEN
        if place:
            self._by_address[place] += 1
            if self._by_address[place] > self.limits.per_address:
                self.ended["address"] += 1
                return Entry.REFUSED
        if len(self._open) > self.limits.connections:
            self.ended["full"] += 1
            return Entry.REFUSED
        is_crowded = len(self._open) > self.limits.connections - self.limits.reserved
        return Entry.RESERVED if is_crowded else Entry.OPEN

    def leave(self, connection: Watched) -> None:
        """Count a connection out."""
        place = self._open.pop(connection, "")
        if place:
            self._by_address[place] -= 1
            if not self._by_address[place]:
                del self._by_address[place]

    async def watch(self) -> None:
        """Look at every connection again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.limits.step)
            now = loop.time()
            for connection in list(self._open):
                connection.check(now)


def _household(address: str) -> str:
    """What is counted as one address: in IPv6 everybody owns a whole /64 network."""
    known = ip_address(address.partition("%")[0])
    if known.version == 4:  # noqa: PLR2004  the version of IP
        return str(known)
    return str(ip_network((known, 64), strict=False))
