"""The two applications: one for the network, one for the command line on the same machine."""

from collections.abc import Sequence
from secrets import token_hex
from time import monotonic

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vaultmeter.api.health import Components, health_routes
from vaultmeter.api.ingest import Ingest
from vaultmeter.api.noted import Noted
from vaultmeter.api.problems import Refusal, problem, server_error
from vaultmeter.model.errors import VaultmeterError

_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]

log = structlog.get_logger("vaultmeter.http")


def public_app(
    ingest: Ingest, components: Components, metrics: Route, routes: Sequence[BaseRoute] = ()
) -> ASGIApp:
    """What is answered at the network address."""
    return Answers(
        [
            Route("/ingest/{source:path}", ingest, methods=["POST"]),
            *health_routes(components),
            metrics,
            *routes,
        ]
    )


def local_app(components: Components, metrics: Route, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """What is answered at the socket file; `routes` are those of administration."""
    return Answers([*health_routes(components), metrics, *routes])


class Answers:
    """Routes, with errors told as problem details, and a line in the log where one is due."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Answer by routes."""
        self._noted = Noted()
        self._router = Router(routes, redirect_slashes=False, default=_not_found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        begun, status = monotonic(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        # Starlette's routes answer by themselves, and in plain text, unless an app is there.
        scope["app"] = self
        try:
            await self._router(scope, receive, noted)
        except Exception as error:
            if status:
                raise
            await _told(error)(scope, receive, noted)
        self._noted.note(scope, status, monotonic() - begun)


def _told(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        headers = dict(error.headers or {})
        return problem(Refusal(error.status_code, f"{error.detail}.", "", headers))
    if isinstance(error, VaultmeterError):
        return problem(error)
    number = token_hex(4)
    log.error("a request failed", error=number, exc_info=error)
    return server_error(number)


async def _not_found(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HTTPException(404)
