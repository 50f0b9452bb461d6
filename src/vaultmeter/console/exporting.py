"""Reports as files: the very bytes of `vaultmeter report NAME --format json|csv`.

The address has the page's range and filters, and fields of the question beside them. Each file is
noted in the trail, as an export over the API is.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from vaultmeter.api.analytics import analytics_for
from vaultmeter.asked import AnalyticsAsked, ReportAsked, report_told
from vaultmeter.console.asking import Asking
from vaultmeter.console.parts import Part
from vaultmeter.exports import Export, bare
from vaultmeter.exports.csv import EXPORT as CSV
from vaultmeter.exports.json import EXPORT as JSON
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.table import Table
from vaultmeter.reports.head import report_named
from vaultmeter.views.view import View

FORMATS: Mapping[str, tuple[Export, str]] = {
    "json": (JSON, "application/json"),
    "csv": (CSV, "text/csv; charset=utf-8"),
}
"""What writes each format, and what it is called over HTTP; in the order they are offered."""
_ASKED: Mapping[str, Callable[[str], object]] = {
    "who": str,
    "per": str,
    "sort": str,
    "by": str,
    "layout": str,
    "status": str,
    "limit": int,
    "days": int,
}
"""Fields of a question besides the page's state, each with what reads it."""
_PAGE_STATE = ("range", "tz", "compare", "account", "f", "view", "whole")


EVERYTHING: Mapping[str, str] = {
    "json": "for programs",
    "csv": "rows as text",
    "xlsx": "workbook",
    "pdf": "to read and print",
    "parquet": "for data tools",
}
"""The formats of a page as one file, in the order they are offered, each with what it is for."""


@dataclass(frozen=True)
class Link:
    """A file that is there at once: its format, of what it is, and where it is."""

    title: str
    of: str
    url: str


@dataclass(frozen=True)
class OneTable:
    """One table of a page, and its files."""

    title: str
    files: tuple[Link, ...]


@dataclass(frozen=True)
class Whole:
    """All that a page shows as one file: there at once, or made where there is no address."""

    format: str
    about: str
    url: str = ""

    @property
    def title(self) -> str:
        """The name of the format."""
        return self.format.upper() if self.format != "parquet" else "Parquet"


@dataclass(frozen=True)
class Menu:
    """What a page can be exported as."""

    whole: tuple[Whole, ...]
    tables: tuple[OneTable, ...]
    """Its tables one by one, where there are several."""
    others: tuple[Link, ...]
    """Files in the form that other products' consoles export."""


def export_menu(view: View, reports: Sequence[str]) -> Menu:
    """What a page is offered as; files that are there at once are of `view`."""
    one = reports[0] if len(reports) == 1 else ""
    whole = tuple(
        Whole(name, about, export_url(view, one, name) if one and name in FORMATS else "")
        for name, about in EVERYTHING.items()
    )
    tables = () if one else tuple(_table(view, report) for report in reports)
    others = tuple(link for report in reports for link in _as_product(view, report))
    return Menu(whole if reports else (), tables, others)


def _table(view: View, report: str) -> OneTable:
    title = report_named(report).title
    files = (Link(name.upper(), title, export_url(view, report, name)) for name in FORMATS)
    return OneTable(title, tuple(files))


def export_url(view: View, report: str, format_: str, **asked: object) -> str:
    """Where a report is as a file, of a page's range and filters; `asked` as in `_ASKED`."""
    return _url(view, f"/export/{report}.{format_}", asked)


def _as_product(view: View, report: str) -> list[Link]:
    """The file that another product's console exports where this report stands."""
    if report == "overview":
        return [Link("JSON", "as get-analytics-data", _url(view, _ANALYTICS, {}))]
    if report == "password-manager":
        url = export_url(view, report, "json", layout="akeyless")
        return [Link("JSON", "as Akeyless exports it", url)]
    return []


_ANALYTICS = "/export/analytics-data.json"


def _url(view: View, path: str, asked: Mapping[str, object]) -> str:
    extra = {name: str(value) for name, value in asked.items() if name in _ASKED}
    return replace(view.at(path), extra=extra).url()


def _report(asking: Asking) -> Response:
    """A report as a file; raises what reports raise."""
    name, format_ = (asking.parameters[word] for word in ("report", "format"))
    if format_ not in FORMATS:
        raise NotFound(f"There is no format {format_!r}.", did_you_mean(format_, FORMATS))
    report_named(name)
    asked = _asked(asking, name)
    if asked.layout is not None and format_ != "json":
        raise Invalid("A layout is a document, and no table.", "Ask for JSON.")
    told = report_told(asking.app, asking.viewer, asked, asking.app.patience(asking.who))
    body = _written(told.answer, format_)
    return _file(asking, name, format_, body)


def _written(answer: object, format_: str) -> bytes:
    if not isinstance(answer, Table):
        return _as_json(answer)
    return bare(FORMATS[format_][0], answer)


def _analytics(asking: Asking) -> Response:
    """The analytics document as `vaultmeter get-analytics-data` prints it."""
    filters = {name: words for name, words in asking.view.patterns().items() if name == "account"}
    _check(asking)
    document = analytics_for(asking.app, asking.who, AnalyticsAsked(asking.view.when, filters))
    return _file(asking, "analytics-data", "json", _as_json(document))


def _as_json(answer: Any) -> bytes:  # noqa: ANN401  whatever JSON can hold
    return (json.dumps(answer, ensure_ascii=False, indent=2) + "\n").encode()


def _asked(asking: Asking, name: str) -> ReportAsked:
    """The question of the address; raises `Invalid` for what cannot be read.

    A page leaves out what it cannot read, and says so; a file has no place to say it.
    """
    _check(asking)
    view = asking.view
    found: dict[str, Any] = {"compare": view.compare}
    for word, read in _ASKED.items():
        if word in asking.given:
            try:
                found[word] = read(asking.given[word])
            except ValueError as error:
                raise _unread(word, asking.given[word]) from error
    return ReportAsked(name, view.when, view.patterns(), **found)


def _check(asking: Asking) -> None:
    """Raise `Invalid` for a word of the address that is unknown or was not read."""
    for word, value in asking.given.items():
        if word not in _ASKED and word not in _PAGE_STATE:
            raise _unread(word, value)
    left_out = [each for each in asking.view.notices if not each.startswith(_OWN)]
    if left_out:
        raise Invalid(f"The address cannot be read: {left_out[0]}", _AGAIN)


_OWN = tuple(f"“{word}=" for word in _ASKED)
"""How notices about the words of an export begin, which no page knows."""
_AGAIN = "Export again from the page."


def _unread(word: str, value: str) -> Invalid:
    return Invalid(f"The address cannot be read: {word}={value}", _AGAIN)


def _file(asking: Asking, name: str, format_: str, body: bytes) -> Response:
    """The file, and its line in the trail."""
    pairs = [pair for pair in asking.view.pairs() if pair[0] not in _ASKED]
    query = urlencode([*pairs, *((w, asking.given[w]) for w in _ASKED if w in asking.given)])
    asking.app.access.note(asking.who, "report.export", name, format=format_, query=query)
    days = f"{asking.first_day}-to-{asking.last_day}"
    return Response(
        body,
        headers={
            "content-disposition": f'attachment; filename="{name}-{days}.{format_}"',
            "cache-control": "no-store",
        },
        media_type=FORMATS[format_][1],
    )


PARTS = (
    Part(_ANALYTICS, _analytics),
    Part("/export/{report}.{format}", _report),
)
