"""What one connection, and all of them together, may take of the server."""

from dataclasses import dataclass

from vaultmeter.settings import Settings


@dataclass(frozen=True)
class Limits:
    """Ceilings of the HTTP listener; times are in seconds, sizes in bytes.

    They keep strangers from using up connections and memory (OWASP ASVS 5.0, 2.4.1 and 4.2.1).
    """

    header_seconds: float = 10
    """From the first byte of a request, or the opening of its connection, to the last header."""
    header_bytes: int = 16 << 10
    """Request line and headers."""
    body_seconds: float = 30
    """From the last header to the end of the body."""
    body_rate: float = 1024
    """Bytes of body a second, at the least, once the grace is over."""
    body_grace: float = 5
    """How long a body may be slower than that."""
    idle_seconds: float = 30
    """Between two requests."""
    unread_seconds: float = 30
    """How long an answer may wait for somebody to read it."""
    linger_seconds: float = 2
    """How long a refused connection is listened to, so that its sender can read why."""
    connections: int = 2000
    """All together; beyond it a connection is refused when it opens."""
    reserved: int = 400
    """How many of them are kept for senders with an ingest key."""
    per_address: int = 100
    """Connections of one address (of one /64 network in IPv6); proxies are not counted."""
    pipelined: int = 16
    """Requests sent on one connection without waiting for an answer."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The ceilings, with what is set of them."""
        return cls(
            connections=settings.connections,
            reserved=settings.connections // 5,
            per_address=settings.connections_per_address,
        )

    @property
    def step(self) -> float:
        """Seconds between two looks at every connection."""
        shortest = min(self.header_seconds, self.body_seconds, self.idle_seconds)
        return min(1.0, shortest / 4, self.linger_seconds / 2)
