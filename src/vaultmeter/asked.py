"""Questions as the command line asks them, in words, and what they are answered with.

The same functions answer in a command that has the folder open and in a running server, so that
both come to the same.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from vaultmeter.app import App
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, period_of, zone_named
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.as_of import as_of
from vaultmeter.reports.breakdown import answer_by
from vaultmeter.reports.head import report_named
from vaultmeter.reports.layouts import laid_out
from vaultmeter.reports.pasteable import pasteable
from vaultmeter.reports.run import (
    Ask,
    answer,
    bounds,
    statement_of,
    told_by_and_by,
    with_rows,
)
from vaultmeter.reports.shape import Row
from vaultmeter.store import Store

Object = dict[str, Any]


@dataclass(frozen=True)
class When:
    """A range as it is asked for: its name, or days and instants, and a time zone."""

    range: str = "last-30-days"
    start: str | None = None
    end: str | None = None
    zone: str = "UTC"

    @property
    def needs_bounds(self) -> bool:
        """Whether it depends on what there is."""
        return self.range == "all" and self.start is None and self.end is None

    def key(self, now: datetime) -> Hashable | None:
        """Equal for two that mean the same, at the same state; `None` where each moment differs.

        Raises `Invalid`.
        """
        zone = zone_named(self.zone)
        if self.needs_bounds:
            return "all", self.zone, now.astimezone(zone).date()
        if self.start is not None and self.end is None:
            return None
        span = period_of(self.range, zone, now, self.start, self.end)
        return span.start, span.end, self.zone


@dataclass(frozen=True)
class ReportAsked:
    """A report as it is asked for; `filters` are words by filter."""

    report: str
    when: When = field(default_factory=When)
    filters: Mapping[str, list[str]] = field(default_factory=dict)
    who: str = "people"
    per: str | None = None
    compare: str = "weekdays"
    limit: int | None = None
    offset: int = 0
    sort: str | None = None
    days: int | None = None
    by: str | None = None
    layout: str | None = None
    sql: bool = False
    status: str | None = None


@dataclass(frozen=True)
class AnalyticsAsked:
    """The analytics document as it is asked for."""

    when: When = field(default_factory=When)
    filters: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """An answer: a table, the document of a layout, or a text of SQL; and what it rests on."""

    answer: Table | Object | str
    as_of: str


def report_answer(app: App, viewer: Viewer, asked: ReportAsked) -> Table | Object | str:
    """The table of a report, the document of its layout, or its SQL; raises what reports raise."""
    return report_told(app, viewer, asked).answer


def report_told(app: App, viewer: Viewer, asked: ReportAsked, seconds: float | None = None) -> Told:
    """The same with the state it rests on; it is given up after so many seconds."""
    with app.store.reader(seconds) as store:
        return told_from(app, store, viewer, asked)


def told_from(app: App, store: Store, viewer: Viewer, asked: ReportAsked) -> Told:
    """The same of a store that is being read."""
    ask = _ask(app, store, viewer, asked)
    found = _answered(app, store, ask, asked)
    if isinstance(found, Table) and viewer.grants is None:
        return Told(found, found.as_of)
    # Kept answers are held against the state of everything; a table tells its viewer's own.
    return Told(found, as_of(store, ask.terms))


def told_by_and_by_from(
    app: App, store: Store, viewer: Viewer, asked: ReportAsked, now: datetime
) -> tuple[Table, Iterator[Sequence[Row]]]:
    """A report's table without its rows, and the rows by and by; relative ranges are as of `now`.

    The rows have to be read before anything else is asked of the store. Raises what reports raise.
    """
    if asked.layout is not None or asked.sql:
        raise Invalid("A layout is a document, and no table.", "Ask for JSON of the report itself.")
    ask, report = _ask(app, store, viewer, asked, now), report_named(asked.report)
    if asked.by is not None:
        table = answer_by(store, report, ask, asked.by)
        return replace(table, rows=()), iter((table.rows,))
    return told_by_and_by(store, report, ask)


def about_from(app: App, store: Store, viewer: Viewer, asked: ReportAsked) -> Told:
    """What there is to know of a report besides its rows, which are not counted."""
    ask = _ask(app, store, viewer, asked)
    about = with_rows(store, report_named(asked.report), ask, (), 0)
    return Told(about, as_of(store, ask.terms))


def _ask(
    app: App, store: Store, viewer: Viewer, asked: ReportAsked, now: datetime | None = None
) -> Ask:
    return Ask(
        viewer,
        period(app, store, viewer, asked.when, now),
        Filters.of(asked.filters),
        asked.who,
        asked.per,
        asked.compare,
        asked.limit,
        asked.offset,
        asked.sort,
        app.terms(),
        asked.days,
        asked.status,
    )


def _answered(app: App, store: Store, ask: Ask, asked: ReportAsked) -> Table | Object | str:
    report = report_named(asked.report)
    if asked.layout is not None:
        return laid_out(store, report, ask, asked.layout, app.clock())
    if asked.sql:
        return pasteable(statement_of(store, report, ask))
    if asked.by is not None:
        return answer_by(store, report, ask, asked.by)
    return answer(store, report, ask)


def period(
    app: App, store: Store, viewer: Viewer, when: When, now: datetime | None = None
) -> Period:
    """The period that is meant, as of `now` or this moment; raises `Invalid`.

    The range `all` is that of what is seen.
    """
    zone = zone_named(when.zone)
    found = bounds(store, viewer) if when.needs_bounds else None
    return period_of(when.range, zone, now or app.clock(), when.start, when.end, found)
