"""What pushes are counted by, and the page that shows every count (OpenMetrics 1.0)."""

import asyncio
from hmac import compare_digest
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vaultmeter.api.keys import header
from vaultmeter.api.problems import Refusal
from vaultmeter.settings import Settings

_FORWARDED = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


class PushCounts:
    """Counts of pushes. Sources are named only once their key was right."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Begin at nothing."""
        self._pushes = Counter(
            "vaultmeter_pushes",
            "Pushes by source and by the status they were answered with.",
            ["source", "status"],
            registry=registry,
        )
        self._records = Counter(
            "vaultmeter_push_records", "Lines accepted from pushes.", ["source"], registry=registry
        )
        self._rejects = Counter(
            "vaultmeter_push_rejects",
            "Lines of batches that were told back as no record.",
            ["source", "reason"],
            registry=registry,
        )
        self._seconds = Histogram(
            "vaultmeter_push_seconds",
            "From the last byte of a push to its acknowledgement.",
            registry=registry,
            buckets=_SECONDS,
        )

    def answered(self, source: str, status: int) -> None:
        """A push was answered."""
        self._pushes.labels(source, str(status)).inc()

    def accepted(self, source: str, lines: int) -> None:
        """Lines were accepted that were not there before."""
        self._records.labels(source).inc(lines)

    def answered_after(self, seconds: float) -> None:
        """A push was acknowledged so long after its last byte."""
        self._seconds.observe(seconds)

    def told(self, source: str, reason: str) -> None:
        """A line was told back."""
        self._rejects.labels(source, reason).inc()


def metrics_route(registry: CollectorRegistry, settings: Settings) -> Route:
    """`GET /metrics`, for this machine, for who has the key, or for everybody, as it is set."""

    async def metrics(request: Request) -> Response:
        if not _may_read(request, settings):
            raise Refusal(
                401,
                "Metrics are for this machine, and for who has their key.",
                "Set metrics_key and send 'Authorization: Bearer KEY'.",
                {"WWW-Authenticate": "Bearer"},
            )
        text = await asyncio.to_thread(_written, registry)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Route("/metrics", metrics)


def _written(registry: CollectorRegistry) -> bytes:
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]  # it has no types
    return text


def _may_read(request: Request, settings: Settings) -> bool:
    if settings.metrics_open or request.client is None:
        # Without an address it is the socket file, which only its user opens.
        return True
    if settings.metrics_key:
        given = header(request.scope["headers"], b"authorization").encode("latin-1")
        return compare_digest(given, b"Bearer " + settings.metrics_key.encode())
    if _FORWARDED.intersection(request.headers.keys()):
        # A proxy of this machine that is not trusted brings strangers under its own address.
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        # What a proxy forwards may be any word.
        return False
