"""Whether the process lives, and whether every part of it works."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True)
class Component:
    """A part of the server: whether it works, and what there is to say about it."""

    name: str
    ok: bool
    words: str = ""


Components = Callable[[], Sequence[Component]]
"""Answers every part; asked in a thread, for it may wait for the inbox."""


def health_routes(components: Components) -> list[Route]:
    """`GET /healthz` and `GET /readyz`."""

    async def healthz(_: Request) -> Response:
        return _json({"status": "ok"}, 200)

    async def readyz(_: Request) -> Response:
        found = await asyncio.to_thread(components)
        is_ready = all(component.ok for component in found)
        told = {"ready": is_ready, "components": [vars(component) for component in found]}
        return _json(told, 200 if is_ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _json(told: object, status: int) -> Response:
    return Response(orjson.dumps(told), status, media_type="application/json")
