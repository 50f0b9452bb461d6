"""The two applications: one for the network, one for the command line on the same machine."""

import re
from collections.abc import Sequence
from secrets import token_hex
from time import monotonic

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vaultmeter.access.access import Access
from vaultmeter.api.health import Components, health_routes
from vaultmeter.api.ingest import Ingest
from vaultmeter.api.noted import REQUEST, Noted
from vaultmeter.api.problems import Refusal, Wrong, outside, problem, server_error
from vaultmeter.api.who import WHO
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Forbidden, Unavailable, VaultmeterError

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; object-src 'none'"
)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", _CSP.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Headers of every answer that does not have its own."""
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What a sender may call its request."""

log = structlog.get_logger("vaultmeter.http")


def public_app(
    ingest: Ingest,
    components: Components,
    metrics: Route,
    routes: Sequence[BaseRoute] = (),
    access: Access | None = None,
) -> ASGIApp:
    """What is answered at the network address; refusals are noted in the trail of `access`."""
    return Answers(
        [
            Route("/ingest/{source:path}", ingest, methods=["POST"]),
            *health_routes(components),
            metrics,
            *routes,
        ],
        access,
    )


def local_app(
    components: Components,
    metrics: Route,
    routes: Sequence[BaseRoute] = (),
    access: Access | None = None,
) -> ASGIApp:
    """What is answered at the socket file: whoever can open it is the operator."""
    answers = Answers([*health_routes(components), metrics, *routes], access)

    async def as_operator(scope: Scope, receive: Receive, send: Send) -> None:
        scope[WHO] = Principal.operator()
        await answers(scope, receive, send)

    return as_operator


class Answers:
    """Routes, with errors told as problem details, and a line in the log where one is due."""

    def __init__(self, routes: Sequence[BaseRoute], access: Access | None = None) -> None:
        """Answer by routes."""
        self._noted, self._access = Noted(), access
        self._router = Router(routes, redirect_slashes=False, default=_not_found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        begun, status = monotonic(), 0
        scope[REQUEST] = _id_of(scope)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(scope, message.get("headers", []))
            await send(message)

        # Starlette's routes answer by themselves, and in plain text, unless an app is there.
        scope["app"] = self
        try:
            await self._router(scope, receive, noted)
        except Exception as error:
            if status:
                raise
            await (await self._told(error, scope))(scope, receive, noted)
        self._noted.note(scope, status, monotonic() - begun)

    async def _told(self, error: Exception, scope: Scope) -> Response:
        """The answer that tells an error; who was refused something is noted in the trail."""
        if isinstance(error, Forbidden):
            try:
                await run_in_threadpool(self._note_refusal, scope, error)
            except Unavailable as failed:
                return _told(failed, scope)
        return _told(error, scope)

    def _note_refusal(self, scope: Scope, error: Forbidden) -> None:
        who: Principal | None = scope.get(WHO)
        if self._access is not None and who is not None:
            operation = f"{scope['method']} {scope['path']}"
            self._access.note(who, "access.refused", operation, "refused", why=error.message)


def _told(error: Exception, scope: Scope) -> Response:
    request: str = scope[REQUEST]
    if isinstance(error, HTTPException):
        headers = dict(error.headers or {})
        return problem(Refusal(error.status_code, f"{error.detail}.", "", headers), request)
    if isinstance(error, RequestValidationError):
        return problem(_wrong(error), request)
    if isinstance(error, VaultmeterError):
        return problem(outside(error, request, scope.get(WHO)), request)
    log.error("a request failed", error=request, exc_info=error)
    return server_error(request)


def _wrong(error: RequestValidationError) -> Wrong:
    """What does not fit, by field; what was sent is not repeated."""
    fields = [
        {"field": ".".join(map(str, each["loc"][1:])), "words": each["msg"]}
        for each in error.errors()
    ]
    first = fields[0]
    where = f"The field {first['field']!r}" if first["field"] else "The body"
    return Wrong(f"{where} does not fit: {first['words']}.", "", fields)


def _id_of(scope: Scope) -> str:
    """What a request is called in answer, log and problem: as its sender calls it, or at random."""
    sent = Headers(scope=scope).get("x-request-id", "")
    return sent if _REQUEST_ID.fullmatch(sent) else token_hex(8)


def _with_headers(scope: Scope, own: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in own}
    added = [header for header in _HEADERS if header[0] not in there]
    if scope.get("scheme") == "https":
        added.append(_HSTS)
    return [*own, *added, (b"x-request-id", scope[REQUEST].encode())]


async def _not_found(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HTTPException(404)
