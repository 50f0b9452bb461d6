"""The API under `/api/v1`, put together from its resources."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from types import ModuleType
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from vaultmeter.api.kept import Kept
from vaultmeter.api.rate import Rate
from vaultmeter.api.v1 import (
    account_groups,
    accounts,
    analytics,
    definitions,
    deliveries,
    evidence,
    exports,
    forwarders,
    groups,
    identities,
    inventory,
    items,
    keys,
    ledger,
    limits,
    me,
    notices,
    openid,
    rebuild,
    records,
    rejects,
    reports,
    retention,
    roles,
    rules,
    schedules,
    secrets,
    sign_in,
    sources,
    trail,
    users,
    views,
)
from vaultmeter.api.v1.described import complete
from vaultmeter.api.v1.operations import Door, Operation, allowed, declaration, resource
from vaultmeter.app import App
from vaultmeter.model.access import Principal
from vaultmeter.sources import Sources

Routes = Callable[[App], APIRouter]
"""Makes the operations of a resource on an open folder."""
PREFIX = "/api/v1"
RESOURCES: tuple[ModuleType, ...] = (
    accounts,
    account_groups,
    definitions,
    evidence,
    identities,
    inventory,
    items,
    ledger,
    limits,
    notices,
    rebuild,
    records,
    rejects,
    retention,
    rules,
    schedules,
    groups,
    me,
    openid,
    secrets,
    sign_in,
    trail,
    users,
    roles,
    keys,
    forwarders,
    deliveries,
    views,
    exports,
)
"""Every resource, in the order the description has them; each has `routes(app)`."""

METHOD_NOT_ALLOWED = 405
_MOST_BODY = 10 << 20
"""Bytes of a body at most, where an operation says nothing else."""
_PROBLEMS = {
    400: "The request cannot be understood.",
    401: "Nobody is known by what the request brings.",
    403: "Whoever asks may not do this.",
    404: "What is asked for does not exist, or may not be seen.",
    409: "It is there already, or somebody else is at work on it.",
    413: "The body is too large.",
    415: "The body is of a kind that is not taken here.",
    422: "What was sent is not valid.",
    429: "Requests come too fast: see Retry-After.",
    431: "The headers, with the address, are too large.",
    503: "The data is being made ready: see Retry-After.",
    504: "The question takes longer than it may.",
    507: "There is no room for what is sent.",
}


class Api(FastAPI):
    """The library's application, whose errors are told by whoever called it."""

    def build_middleware_stack(self) -> ASGIApp:
        """Nothing between us and the routes but what the library cannot do without."""
        return AsyncExitStackMiddleware(self.router)

    def openapi(self) -> dict[str, Any]:
        """The description, made when it is first asked for."""
        if self.openapi_schema is None:
            complete(super().openapi(), PREFIX, self.state.operations)
        return self.openapi_schema or {}

    def methods(self, path: str) -> set[str]:
        """Every method that an address has."""
        return {
            method
            for route in self.state.operations
            if route.path_regex.match(path.removeprefix(PREFIX))
            for method in route.methods or ()
        }


def api(app: App, sources_of: Sources, kept: Kept, resources: Sequence[Routes] = ()) -> Api:
    """The API of an open folder; `resources` besides those of `RESOURCES`.

    Raises `TypeError` for an operation that does not declare who may call it.
    """
    made = Api(
        title="vaultmeter",
        version=version("vaultmeter"),
        description="Usage reports for secrets managers and password vaults.",
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        redirect_slashes=False,
    )
    made.state.door = Door(app.access, Rate(app.settings.api_rate))
    made.state.operations = []
    problems: dict[int | str, dict[str, Any]] = {
        status: {
            "description": words,
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
        for status, words in _PROBLEMS.items()
    }
    # Asked most often, and looked for in this order.
    first: Sequence[Routes] = (
        lambda app: reports.routes(app, kept),
        lambda app: analytics.routes(app, kept),
    )
    # What ends in a name with slashes comes after what ends in a word.
    last: Sequence[Routes] = (
        lambda app: sources.routes(app, sources_of),
        _description(made),
    )
    for routes in (*first, *(module.routes for module in RESOURCES), *resources, *last):
        router = routes(app)
        made.state.operations += checked(router)
        made.include_router(router, prefix=PREFIX, responses=problems, max_body_size=_MOST_BODY)
    return made


def checked(router: APIRouter) -> list[APIRoute]:
    """The operations of a router; raises `TypeError` where one is not declared."""
    for route in router.routes:
        if not isinstance(route, Operation):
            raise TypeError(f"{route} is no operation: begin with resource('TITLE').")
        declaration(route)
    return [route for route in router.routes if isinstance(route, Operation)]


class BelowPrefix(BaseRoute):
    """Everything under `/api/v1`.

    Addresses are matched as they were sent: a slash within a name is `%2F`.
    """

    def __init__(self, api: Api) -> None:
        """Answer by an API."""
        self._api = api

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the address is below."""
        is_below = scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/")
        return (Match.FULL if is_below else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; raises what is told as a problem."""
        scope["path"] = scope.get("raw_path", b"").decode("ascii") or scope["path"]
        try:
            await self._api(scope, receive, send)
        except HTTPException as error:
            if error.status_code == METHOD_NOT_ALLOWED:
                allowed_ = self._api.methods(scope["path"])
                error.headers = {"Allow": ", ".join(sorted(allowed_))}
            raise


def _description(made: Api) -> Routes:
    def routes(_: App) -> APIRouter:
        router = resource("Description")

        @router.get("/openapi.json", include_in_schema=False)
        def openapi(_who: Annotated[Principal, allowed(None)]) -> JSONResponse:
            return JSONResponse(made.openapi())

        return router

    return routes
