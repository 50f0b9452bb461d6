"""Reports over the local socket: what commands ask of a running server."""

from collections.abc import Callable
from json import JSONDecodeError
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vaultmeter.api.asked import (
    Object,
    analytics_answer,
    analytics_asked,
    plain_of,
    report_answer,
    report_asked,
)
from vaultmeter.app import App
from vaultmeter.model.errors import Invalid
from vaultmeter.model.table import Table

_JSON = "application/json"


def routes(app: App) -> list[Route]:
    """The addresses `/local/report` and `/local/analytics`, for an open folder."""

    async def report(request: Request) -> Response:
        asked = report_asked(await _body(request))
        return await _answered(lambda: _told(report_answer(app, asked)))

    async def analytics(request: Request) -> Response:
        asked = analytics_asked(await _body(request))
        return await _answered(lambda: analytics_answer(app, asked))

    return [
        Route("/local/report", report, methods=["POST"]),
        Route("/local/analytics", analytics, methods=["POST"]),
    ]


def _told(answer: Table | Object | str) -> Object:
    """An answer as JSON can hold it: a `table`, a `document` or a `text`."""
    if isinstance(answer, Table):
        return {"table": plain_of(answer)}
    return {"text": answer} if isinstance(answer, str) else {"document": answer}


async def _answered(answer: Callable[[], Object]) -> Response:
    found = await run_in_threadpool(answer)
    return Response(orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS), media_type=_JSON)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid("The request is no JSON.", "Send a question as a JSON object.") from error
    if not isinstance(body, dict):
        raise Invalid("The request is no JSON object.", "Send a question as a JSON object.")
    return body
