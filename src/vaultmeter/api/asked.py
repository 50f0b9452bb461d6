"""Questions as the command line asks them, in words, and what they are answered with.

The same functions answer in a command that has the folder open and in a running server, so that
both come to the same. Answers are plain data that JSON can hold; `table_of` makes a table of one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from vaultmeter.app import App
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, period_of, zone_named
from vaultmeter.model.table import Column, Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.analytics_data import analytics_data
from vaultmeter.reports.breakdown import answer_by
from vaultmeter.reports.head import report_named
from vaultmeter.reports.layouts import laid_out
from vaultmeter.reports.pasteable import pasteable
from vaultmeter.reports.run import Ask, answer, bounds, statement_of
from vaultmeter.store import Store

Object = dict[str, Any]


@dataclass(frozen=True)
class When:
    """A range as it is asked for: its name, or days and instants, and a time zone."""

    range: str = "last-30-days"
    start: str | None = None
    end: str | None = None
    zone: str = "UTC"


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


@dataclass(frozen=True)
class AnalyticsAsked:
    """The analytics document as it is asked for."""

    when: When = field(default_factory=When)
    filters: Mapping[str, list[str]] = field(default_factory=dict)


def report_answer(app: App, asked: ReportAsked) -> Table | Object | str:
    """The table of a report, the document of its layout, or its SQL; raises what reports raise."""
    report = report_named(asked.report)
    filters = Filters.of(asked.filters)
    with app.store.reader() as store:
        ask = Ask(
            Viewer.operator(),
            period(app, store, asked.when),
            filters,
            asked.who,
            asked.per,
            asked.compare,
            asked.limit,
            asked.offset,
            asked.sort,
            app.terms(),
            asked.days,
        )
        if asked.layout is not None:
            return laid_out(store, report, ask, asked.layout, app.clock())
        if asked.sql:
            return pasteable(statement_of(store, report, ask))
        if asked.by is not None:
            return answer_by(store, report, ask, asked.by)
        return answer(store, report, ask)


def analytics_answer(app: App, asked: AnalyticsAsked) -> Object:
    """The analytics document; raises what reports raise."""
    filters = Filters.of(asked.filters)
    with app.store.reader() as store:
        found = period(app, store, asked.when)
        return analytics_data(store, Viewer.operator(), found, app.clock(), app.terms(), filters)


def period(app: App, store: Store, when: When) -> Period:
    """The period that is meant; raises `Invalid`."""
    zone = zone_named(when.zone)
    return period_of(when.range, zone, app.clock(), when.start, when.end, bounds(store))


def report_asked(given: Object) -> ReportAsked:
    """A question that arrived as JSON; raises `Invalid` for what is none."""
    return ReportAsked(**_fields(ReportAsked, given))


def analytics_asked(given: Object) -> AnalyticsAsked:
    """The same of the analytics document."""
    return AnalyticsAsked(**_fields(AnalyticsAsked, given))


def table_of(plain: Object) -> Table:
    """The table of an answer that came as JSON."""
    start, end, zone = plain["period"]
    columns = tuple(Column(**column) for column in plain["columns"])
    complete_to = plain["complete_to"].items()
    return Table(
        plain["report"],
        plain["title"],
        Period(datetime.fromisoformat(start), datetime.fromisoformat(end), zone_named(zone)),
        plain["filters"],
        plain["definitions"],
        columns,
        [
            tuple(_read(column, value) for column, value in zip(columns, row, strict=True))
            for row in plain["rows"]
        ],
        plain["total"],
        {name: datetime.fromisoformat(text) for name, text in complete_to},
        tuple(plain["notes"]),
    )


def plain_of(table: Table) -> Object:
    """A table as JSON can hold it."""
    span = table.period
    return vars(table) | {
        "period": [span.start.isoformat(), span.end.isoformat(), span.zone.key],
        "columns": [asdict(column) for column in table.columns],
        "rows": [[_written(value) for value in row] for row in table.rows],
        "complete_to": {name: at.isoformat() for name, at in table.complete_to.items()},
        "notes": list(table.notes),
    }


def _written(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    return value.isoformat() if isinstance(value, date) else value


def _read(column: Column, value: Any) -> Any:  # noqa: ANN401  as above
    if value is None:
        return None
    if column.type == "instant":
        return datetime.fromisoformat(value)
    if column.type == "date":
        return date.fromisoformat(value)
    return value


def _fields(of: type, given: Object) -> Object:
    """The fields of a question, checked for names; raises `Invalid`."""
    known = [each.name for each in fields(of)]
    for name in given:
        if name not in known:
            raise Invalid(f"A question has no field {name!r}.", did_you_mean(name, known))
    if "when" not in given:
        return given
    try:
        return given | {"when": When(**given["when"])}
    except TypeError as error:
        raise Invalid("The field 'when' is no range.", "Send range, start, end, zone.") from error
