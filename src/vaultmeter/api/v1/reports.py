"""Reports: the list of them, what each answers, and the answers, which are kept while they hold."""

from collections.abc import Hashable
from typing import Annotated
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from vaultmeter.api.kept import Answer, Kept, Question
from vaultmeter.api.v1.asking import ReportName, ReportQuery, SqlQuery
from vaultmeter.api.v1.negotiated import CSV, JSON, format_of
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Page, PageCursor, PageLimit, cursor_of, page_of
from vaultmeter.api.v1.validated import is_known, validated
from vaultmeter.app import App
from vaultmeter.asked import ReportAsked, Told, report_answer, report_told
from vaultmeter.exports import bare
from vaultmeter.exports.csv import EXPORT as CSV_EXPORT
from vaultmeter.exports.json import document
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import all_reports, report_named

_Viewing = Annotated[Principal, allowed(Permission.REPORTS)]
_NEXT = "next"
"""Where an answer's headers have the cursor of the next page."""


def routes(app: App, kept: Kept) -> APIRouter:
    """`GET reports`, `reports/{name}`, and its `columns` and `sql`."""
    router = resource("Reports")

    @router.get("/reports", response_model=Page)
    def list_(_who: _Viewing, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List every report and the question it answers."""
        return page_of([report.plain() for report in all_reports()], limit, cursor)

    @router.get("/reports/{name}/columns", response_model=Page)
    def columns(name: ReportName, _who: _Viewing) -> Object:
        """List the columns of a report: their names, titles, types and units."""
        return {"rows": report_named(name).plain()["columns"], "next": None}

    @router.get("/reports/{name}/sql", response_class=PlainTextResponse)
    def sql(name: ReportName, who: _Viewing, query: Annotated[SqlQuery, Query()]) -> str:
        """Tell the SQL of a report, for those who see everything that it asks."""
        who.require_everywhere(Permission.REPORTS)
        asked = ReportAsked(**{**vars(query.asked(name)), "sql": True})
        return str(report_answer(app, who.viewer(Permission.REPORTS), asked))

    @router.get("/reports/{name}", response_model=None, responses=_ANSWERS)
    async def report(
        name: ReportName, who: _Viewing, query: Annotated[ReportQuery, Query()], request: Request
    ) -> Response:
        """Answer a report.

        JSON is the object that the command line prints; CSV is one row a line, and is noted in
        the trail as an export. An unchanged answer is 304 to a request with `If-None-Match`.
        """
        format_ = format_of(request.headers.get("accept"), query.format)
        asked, viewer = query.asked(name), who.viewer(Permission.REPORTS)
        if asked.layout is not None and format_ == "csv":
            raise Invalid("A layout is a document, and no table.", "Ask for JSON.")
        question = Question(viewer, _words(app, asked, format_))
        sent = await kept.answer(question, lambda: _made(app, viewer, asked, format_))
        if format_ == "csv" and not is_known(request, sent):
            await run_in_threadpool(
                app.access.note, who, "report.export", name, format=format_, query=request.url.query
            )
        return validated(request, sent, _headers(request, sent.answer))

    return router


_DOCUMENT = {"$ref": "#/components/schemas/Document"}
_ANSWERS: dict[int | str, Object] = {
    200: {
        "description": "The answer.",
        "content": {
            # A layout is a document of its own.
            JSON: {"schema": {"anyOf": [_DOCUMENT, {"type": "object"}]}},
            CSV: {"schema": {"type": "string"}},
        },
        "headers": {
            "ETag": {"schema": {"type": "string"}, "description": "For `If-None-Match`."},
            "Link": {"schema": {"type": "string"}, "description": "The next page: `rel=next`."},
        },
    },
    304: {"description": "The answer is still the one that is known."},
    406: {"description": "Neither of JSON and CSV is accepted."},
}


def _words(app: App, asked: ReportAsked, format_: str) -> Hashable | None:
    """A question, as equal for all that mean the same; raises `Invalid`."""
    when = asked.when.key(app.clock())
    if when is None:
        return None
    filters = tuple(sorted((name, tuple(words)) for name, words in asked.filters.items()))
    rest = (value for name, value in vars(asked).items() if name not in {"when", "filters"})
    return ("report", format_, when, filters, *rest)


def _made(app: App, viewer: Viewer, asked: ReportAsked, format_: str) -> Answer:
    """A report as it is sent; raises what reports raise."""
    told = report_told(app, viewer, asked, app.settings.report_seconds)
    if format_ == "csv":
        return _csv(told, asked)
    answer = told.answer
    found = document(answer) if isinstance(answer, Table) else answer
    body = orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS)
    return Answer(body, JSON, told.as_of, _next(answer, asked))


def _csv(told: Told, asked: ReportAsked) -> Answer:
    if not isinstance(told.answer, Table):
        raise Invalid("This is no table.", "Ask for JSON.")
    name = ("content-disposition", f'attachment; filename="{asked.report}.csv"')
    headers = (name, *_next(told.answer, asked))
    return Answer(bare(CSV_EXPORT, told.answer), CSV, told.as_of, headers)


def _next(answer: Table | Object | str, asked: ReportAsked) -> tuple[tuple[str, str], ...]:
    """Where the rows go on, if they do."""
    if not isinstance(answer, Table) or not answer.rows:
        return ()
    after = asked.offset + len(answer.rows)
    return ((_NEXT, cursor_of(after)),) if after < answer.total else ()


def _headers(request: Request, answer: Answer) -> dict[str, str]:
    headers = dict(answer.headers)
    if cursor := headers.pop(_NEXT, None):
        asked = [each for each in request.query_params.multi_items() if each[0] != "cursor"]
        query = urlencode([*asked, ("cursor", cursor)])
        headers["link"] = f'<{request.url.path}?{query}>; rel="next"'
    return headers
