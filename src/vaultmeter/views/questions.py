"""What an address stands for: the questions to reports whose answers its page shows.

Range, zone, comparison and filters are those of the address; of a table that shows a report, its
search, status and order, too. What a report cannot be asked is said beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from vaultmeter.asked import ReportAsked, When
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import FILTERS
from vaultmeter.reports.head import Report, report_named
from vaultmeter.views.named import Looking
from vaultmeter.views.pages import PageTable, ViewPage, page_at
from vaultmeter.views.view import Defaults, TableView, View, read

_ZONE = "UTC"
"""Of billing months."""
_OF_SOURCES = ("account", "source")
"""Filters that apply to what sources can show."""
_OF_CLIENTS = "client-list"
Words = Mapping[str, list[str]]


@dataclass(frozen=True)
class Standing:
    """What an address stands for: a title, and a question for each of its tables."""

    title: str
    page: ViewPage
    questions: tuple[ReportAsked, ...]
    notes: Mapping[str, str] = field(default_factory=dict)
    """By report, what of the page does not apply to its table."""


def standing_of(looking: Looking, path: str, query: str) -> Standing:
    """What a saved address stands for; raises `NotFound` and `Invalid`."""
    page, id_ = page_at(path)
    pairs = parse_qsl(query, keep_blank_values=True)
    view = read(path, pairs, Defaults(), looking.now, page.words)
    if view.notices:
        raise Invalid(
            f"The address cannot be read: {view.notices[0]}", "Save the view again from its page."
        )
    title, view, own = _narrowed(looking, page, id_, view)
    asked = tuple(_question(page, view, own, name) for name in page.reports)
    notes = {name: _left_out(page, view, name) for name in page.reports}
    return Standing(title, page, asked, {name: note for name, note in notes.items() if note})


def _narrowed(looking: Looking, page: ViewPage, id_: str, view: View) -> tuple[str, View, Words]:
    """The page's title, its view, and the filters of whom or what it is about."""
    if page.about == "user":
        user = looking.user(id_)
        return user.name, _without(view, "user"), user.filters
    if page.about == "item":
        item = looking.item(id_)
        return item.name, replace(_without(view, "item", "item_type"), account=()), item.filters
    if page.about == "source":
        name = looking.source(id_)
        return name, replace(view, filters=(), account=()), {"source": [name]}
    return page.title, _of_page(looking, page, view), {}


def _of_page(looking: Looking, page: ViewPage, view: View) -> View:
    """The view with the range and the filters that mean something on its page."""
    if page.name == "sources":
        return _without(view, *(name for name in FILTERS if name not in _OF_SOURCES))
    if page.name == "password-manager":
        return _without(view, "product")
    if page.name == "clients":
        when = month_in(view.extra.get("month", ""), looking.now)
        return replace(view, range=f"{when.start}..{when.end}", zone=_ZONE)
    return view


def _without(view: View, *names: str) -> View:
    kept = tuple(each for each in view.filters if each.dimension not in names)
    return replace(view, filters=kept)


def _question(page: ViewPage, view: View, own: Words, name: str) -> ReportAsked:
    report, table = report_named(name), page.table_of(name)
    filters = {**view.patterns(), **own}
    asked = ReportAsked(name, view.when, filters, compare=view.compare)
    if "per" in report.parameters and view.bucket:
        asked = replace(asked, per=view.bucket)
    if table is not None:
        asked = replace(asked, **_of_table(table, view.table_of(table.prefix), report, filters))
    if name == _OF_CLIENTS:
        chosen = {"product": view.extra.get("product", ""), "account": _account(view)}
        more = {word: [value] for word, value in chosen.items() if value}
        asked = replace(asked, filters={**asked.filters, **more})
    return asked


def _of_table(table: PageTable, view: TableView, report: Report, filters: Words) -> dict[str, Any]:
    """The fields of a question that a table's search, status and order change."""
    changed: dict[str, Any] = {}
    is_searched = bool(view.q) and bool(table.search) and table.search not in filters
    more = dict(table.parts.get(view.status, {}))
    if is_searched:
        more[table.search] = [f"*{view.q}*"]
    if more:
        changed["filters"] = {**filters, **more}
    if view.status in table.statuses:
        changed["status"] = view.status
    elif table.usual and not is_searched:
        changed["status"] = table.usual
    if view.sort.removeprefix("-") in {column.name for column in report.columns} and report.sort:
        changed["sort"] = view.sort
    return changed


def _left_out(page: ViewPage, view: View, name: str) -> str:
    """What of a table's state its report cannot be asked; empty where nothing."""
    table = page.table_of(name)
    status = "" if table is None else view.table_of(table.prefix).status
    if table is None or not status or status in table.statuses or status in table.parts:
        return ""
    return f"The page's table is narrowed to {status!r}; this one has all rows."


def _account(view: View) -> str:
    """The account whose clients are looked at closely; nothing for the whole organisation."""
    account = view.extra.get("of", "")
    return "" if account == "*" else account


def month_in(text: str, now: datetime) -> When:
    """A billing month such as 2026-11 as reports are asked for it; the running one for others."""
    running = now.astimezone(UTC).date().replace(day=1)
    try:
        first = min(date.fromisoformat(f"{text}-01"), running)
    except ValueError:
        first = running
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return When("all", first.isoformat(), last.isoformat(), _ZONE)
