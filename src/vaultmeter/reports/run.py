"""Answers a report: question, checked statement, rows, shape, and what the answer rests on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import BUCKETS, Bucket, Period
from vaultmeter.model.table import Table
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import Report
from vaultmeter.reports.shape import compared, filled, typed, widened
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.rollup import Rolled
from vaultmeter.store.statement import Statement, statement

WHO = ("people", "machines", "everyone")
_TOP = 1000
"""How many rows a top list has unless a limit is asked."""
_COMPLETE_TO = "select name, last_time from sources where last_time is not null order by name"


@dataclass(frozen=True)
class Ask:
    """What somebody asks of a report."""

    viewer: Viewer
    period: Period
    filters: Filters = field(default_factory=Filters)
    who: str = "people"
    per: str | None = None
    compare: str = "weekdays"
    limit: int | None = None
    terms: Terms = field(default_factory=Terms)


def answer(store: Store, report: Report, ask: Ask) -> Table:
    """The table of a report; raises `Invalid` for options it cannot mean."""
    _check(report, ask)
    period = _period(report, ask)
    bucket = _bucket(report, ask, period)
    rows = _rows(store, report, ask, period, bucket)
    if "compare" in report.parameters and (before := period.compared(ask.compare)):
        rows = compared(rows, _rows(store, report, ask, before, bucket))
    limit = _limit(report, ask)
    is_cut = limit is not None and len(rows) > limit
    return Table(
        report=report.name,
        title=report.title,
        period=period,
        filters=ask.filters.shown(),
        definitions=_definitions(report, ask),
        columns=report.columns,
        rows=typed(rows[:limit] if is_cut else rows, report.columns),
        complete_to=_complete_to(store, ask),
        notes=_notes(store, report, ask, period, cut_at=limit if is_cut else None),
    )


def statement_of(store: Store, report: Report, ask: Ask) -> Statement:
    """The statement that `answer` runs, for whoever wants to see it."""
    _check(report, ask)
    period = _period(report, ask)
    return _statement(store, report, ask, period, _bucket(report, ask, period))


def bounds(store: Store) -> tuple[datetime, datetime] | None:
    """The instants of the first and the last event, `None` when there is none."""
    first, last = store.query("select min(first_time), max(last_time) from source")[0]
    return None if first is None else (first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))


def _complete_to(store: Store, ask: Ask) -> dict[str, datetime]:
    """The instant up to which each source that may be seen has told what happened, in UTC."""
    built = statement(_COMPLETE_TO, Question(ask.viewer, ask.period), store.parse)
    return {name: last.replace(tzinfo=UTC) for name, last in store.query(built.sql, built.values)}


def _rolled(store: Store) -> Rolled:
    last = store.query("select max(last_time) from source")[0][0]
    return Rolled(int(store.meta("rolled") or 0), last)


def _definitions(report: Report, ask: Ask) -> dict[str, str]:
    """The words a report uses, those that are settings as they are set."""
    settings = {"status": ask.terms.status.text()}
    return {word: settings.get(word, text) for word, text in report.definitions.items()}


def _check(report: Report, ask: Ask) -> None:
    for name in report.needs:
        if name not in ask.filters.patterns:
            raise Invalid(f"The report {report.name!r} is about one {name}.", f"Add --{name} NAME.")
    if ask.who not in WHO:
        raise Invalid(f"Unknown choice {ask.who!r} of --who.", did_you_mean(ask.who, WHO))
    if ask.per is not None and ask.per not in BUCKETS:
        raise Invalid(f"Unknown bucket {ask.per!r}.", did_you_mean(ask.per, BUCKETS))
    if ask.limit is not None and ask.limit < 1:
        raise Invalid(f"A limit of {ask.limit} rows shows nothing.", "Give --limit 1 or more.")
    ask.period.compared(ask.compare)


def _limit(report: Report, ask: Ask) -> int | None:
    return ask.limit or (_TOP if "limit" in report.parameters else None)


def _period(report: Report, ask: Ask) -> Period:
    return widened(ask.period, cast("Bucket", report.bucket)) if report.bucket else ask.period


def _bucket(report: Report, ask: Ask, period: Period) -> Bucket:
    return cast("Bucket", report.bucket or ask.per or period.bucket())


def _statement(store: Store, report: Report, ask: Ask, period: Period, bucket: Bucket) -> Statement:
    question = Question(
        viewer=ask.viewer,
        period=period,
        filters=ask.filters,
        bucket=bucket,
        values={"who": ask.who, "limit": (ask.limit or _TOP) + 1},
        rolled=_rolled(store),
        terms=ask.terms,
    )
    return statement(report.sql, question, store.parse)


def _rows(
    store: Store, report: Report, ask: Ask, period: Period, bucket: Bucket
) -> list[tuple[Any, ...]]:
    built = _statement(store, report, ask, period, bucket)
    rows = store.query(built.sql, built.values)
    return filled(rows, report.columns, period, bucket) if report.series else rows


def _notes(
    store: Store, report: Report, ask: Ask, period: Period, *, cut_at: int | None
) -> tuple[str, ...]:
    notes = []
    if cut_at is not None:
        notes.append(f"First {cut_at:,} rows; there are more. Raise --limit to see them.")
    if period != ask.period:
        notes.append(f"The range was widened to whole calendar {report.bucket}s.")
    if "compare" in report.parameters and (before := period.compared(ask.compare)):
        notes.append(f"Compared with {before.text()}.")
    notes += [text for (text,) in store.query("select distinct text from note order by text")]
    rejected, unknown = store.query(
        "select (select count(*) from reject), (select coalesce(sum(events), 0) from unknown_kind)"
    )[0]
    if rejected:
        notes.append(f"{rejected:,} lines were rejected and are in no number: vaultmeter rejects.")
    if unknown:
        notes.append(f"{unknown:,} events are of kinds no connector knows; they count as other.")
    return tuple(notes)
