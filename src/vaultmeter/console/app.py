"""The console's addresses: pages, the changes that forms ask for, signing in, and assets."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vaultmeter.api.kept import Kept
from vaultmeter.app import App
from vaultmeter.charts import chart_names, compiled, version
from vaultmeter.console import signing
from vaultmeter.console.acts import Act, Form
from vaultmeter.console.answering import Answering
from vaultmeter.console.answers import Answers
from vaultmeter.console.assets import Asset, asset, sent
from vaultmeter.console.page import Page
from vaultmeter.console.pages import ACTS, PAGES, PARTS
from vaultmeter.console.parts import Part
from vaultmeter.model.errors import Invalid
from vaultmeter.sources import Sources

Handler = Callable[[Request], Awaitable[Response]]
_LONGEST_FORM = 1 << 20
"""Bytes of a form at most."""


def routes(app: App, kept: Kept, sources_of: Sources) -> list[BaseRoute]:
    """Every address of the console of an open folder; questions are worked out by `kept`."""
    answering = Answering(app, sources_of, Answers(app, kept.apart))
    return [
        *(Route(page.path, _page(answering, kept, page), methods=["GET"]) for page in PAGES),
        *(Route(part.path, _part(answering, kept, part), methods=["GET"]) for part in PARTS),
        *(Route(act.path, _act(answering, kept, act), methods=["POST"]) for act in ACTS),
        *signing.routes(app, kept),
        Route("/static/charts/{name}.{hash}.json", _chart(kept), methods=["GET"]),
        Route("/static/{hash}/{name}", asset, methods=["GET"]),
    ]


def _page(answering: Answering, kept: Kept, page: Page) -> Handler:
    async def handler(request: Request) -> Response:
        return await kept.in_thread(lambda: answering.page(request, page))

    return handler


def _part(answering: Answering, kept: Kept, part: Part) -> Handler:
    async def handler(request: Request) -> Response:
        return await kept.in_thread(lambda: answering.part(request, part))

    return handler


def _act(answering: Answering, kept: Kept, act: Act) -> Handler:
    async def handler(request: Request) -> Response:
        form = Form(await form_of(request))
        return await kept.in_thread(lambda: answering.act(request, act, form))

    return handler


async def form_of(request: Request) -> bytes:
    """The body of a form; raises `Invalid` for one that is too long."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_FORM:
            raise Invalid("The form is too long.", "Send less at once.")
    return body


def _chart(kept: Kept) -> Handler:
    """A chart as the browser draws it; the first time it takes a second to be made."""

    async def handler(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in chart_names():
            raise HTTPException(404)
        found = Asset.of(f"{name}.json", await kept.in_thread(lambda: compiled(name)))
        return sent(request, found, is_current=request.path_params["hash"] == version(name))

    return handler
