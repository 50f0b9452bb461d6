"""Answers a report: question, checked statement, rows, shape, and what the answer rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import BUCKETS, EPOCH, Bucket, Period, zone_named
from vaultmeter.model.status import CHOICES, OF_ITEMS, OF_USERS
from vaultmeter.model.table import Table
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.as_of import as_of
from vaultmeter.reports.expired import expired_note
from vaultmeter.reports.groups_seen import terms_seen
from vaultmeter.reports.head import Report
from vaultmeter.reports.notes import compared_note, source_notes
from vaultmeter.reports.paging import Page, paged, without_total
from vaultmeter.reports.ranges import REACHES
from vaultmeter.reports.shape import Row, compared, filled, typed, widened
from vaultmeter.reports.sights import sights
from vaultmeter.reports.unmatched import unmatched
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.rollup import Rolled
from vaultmeter.store.statement import Statement, statement

WHO = ("people", "machines", "everyone")
_TOP = 1000
"""How many rows a top list has unless a limit is asked."""
_DAYS, _DAYS_AT_MOST = 90, 3_660
"""How many days back a report looks unless it is told, and at most."""
_ROLLED = """
    select
        (select value from meta where name = 'rolled'),
        (select coalesce(max(batch), 0) from flushed)
"""
_FROM_TO = "select min(first_time), max(last_time) from sources"
_NO_TIME = Period(EPOCH, EPOCH, zone_named("UTC"))
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
    """Rows at most."""
    offset: int = 0
    """Rows left out before the first."""
    sort: str | None = None
    """The column to sort by, with `-` in front from the highest down."""
    terms: Terms = field(default_factory=Terms)
    days: int | None = None
    """How many days back from the end, of reports that look at so many; 90 unless given."""
    status: str | None = None
    """How active users are, or how items are used, that a report is narrowed to: of `CHOICES`."""


def answer(store: Store, report: Report, ask: Ask) -> Table:
    """The table of a report; raises `Invalid` for options it cannot mean."""
    ask = asked_by_viewer(store, ask)
    rows, total = rows_of(store, report, ask)
    return with_rows(store, report, ask, rows, total)


def rows_of(store: Store, report: Report, ask: Ask) -> tuple[list[Row], int]:
    """The rows of a report that are asked for, typed, and how many there are in all."""
    _check(report, ask)
    ask = asked_by_viewer(store, ask)
    period = _period(report, ask)
    bucket = _bucket(report, ask, period)
    rolled = _rolled(store, ask.viewer)
    rows, total = _rows(store, report, ask, period, bucket, rolled)
    if before := _before(report, ask, period):
        rows = compared(rows, _rows(store, report, ask, before, bucket, rolled)[0])
    return typed(rows, report.columns), total


def told_by_and_by(store: Store, report: Report, ask: Ask) -> tuple[Table, Iterator[Sequence[Row]]]:
    """The table of a report without its rows, and the rows, some at once, as `answer` has them.

    However many there are, they are not in memory together. They have to be read before anything
    else is asked of the store. Raises what `answer` raises.
    """
    if not report.sort or report.columns[0].name == "measure" or "compare" in report.parameters:
        table = answer(store, report, ask)
        return replace(table, rows=()), iter((table.rows,))
    _check(report, ask)
    ask = asked_by_viewer(store, ask)
    about = with_rows(store, report, ask, (), 0)
    period = _period(report, ask)
    bucket = _bucket(report, ask, period)
    built = _statement(store, report, ask, period, bucket, _rolled(store, ask.viewer))
    chunks = store.chunks(built.sql, built.values)
    first, total = without_total(next(chunks, []), len(report.columns))
    shown = max(0, total - ask.offset)
    cut = _cut(ask, shown if ask.limit is None else min(shown, ask.limit), total)
    notes = about.notes if cut is None else (cut, *about.notes)
    return replace(about, total=total, notes=notes), _typed_chunks(report, first, chunks)


def _typed_chunks(
    report: Report, first: Sequence[Row], others: Iterator[list[Row]]
) -> Iterator[Sequence[Row]]:
    yield typed(first, report.columns)
    for rows in others:
        yield typed(without_total(rows, len(report.columns))[0], report.columns)


def with_rows(store: Store, report: Report, ask: Ask, rows: Sequence[Row], total: int) -> Table:
    """The table of rows, with all that is needed to read them rightly."""
    ask = asked_by_viewer(store, ask)
    period = _period(report, ask)
    state = as_of(store, ask.terms, ask.viewer)
    question = _question_of_sources(store, ask, period)
    look_up = partial(_told, store, state, question)
    unseen = tuple(source_notes(look_up, report, question, rows))
    before = _before(report, ask, period)
    if before is not None and (note := compared_note(look_up, before)):
        unseen = (note, *unseen)
    return Table(
        report=report.name,
        title=report.title,
        period=period,
        filters=ask.filters.shown(),
        definitions=_definitions(report, ask),
        columns=report.columns,
        rows=rows,
        total=total,
        complete_to=_complete_to(store, state, ask),
        notes=(
            *_notes(report, ask, period, _cut(ask, len(rows), total)),
            *(found.note() for found in unmatched(partial(store.query_as_of, state), question)),
            *_expired_notes(store, report, ask, period),
            *unseen,
        ),
        as_of=state,
        unseen=unseen,
        compared=before.text() if before else "",
    )


def statement_of(store: Store, report: Report, ask: Ask, *, raw: bool = False) -> Statement:
    """The statement that `answer` runs, for whoever wants to see it; `raw`: without rollups."""
    _check(report, ask)
    ask = asked_by_viewer(store, ask)
    period = _period(report, ask)
    rolled = Rolled() if raw else _rolled(store, ask.viewer)
    return _statement(store, report, ask, period, _bucket(report, ask, period), rolled)


def bounds(store: Store, viewer: Viewer | None = None) -> tuple[datetime, datetime] | None:
    """The instants of the first and the last event that a viewer sees, `None` without any.

    Without a viewer they are those of all events.
    """
    first, last = _first_and_last(store, viewer or Viewer.operator())
    return None if first is None else (first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))


def _complete_to(store: Store, state: str, ask: Ask) -> dict[str, datetime]:
    """The instant up to which each source that may be seen has told what happened, in UTC."""
    question = Question(ask.viewer, ask.period, rolled=_batches(store, ask.viewer))
    told = _told(store, state, question, _COMPLETE_TO)
    return {name: last.replace(tzinfo=UTC) for name, last in told}


def _told(store: Store, state: str, question: Question, sql: str) -> list[Row]:
    """What a select answers that rests on nothing but the state."""
    built = statement(sql, question, store.parse)
    return store.query_as_of(state, built.sql, built.values)


def asked_by_viewer(store: Store, ask: Ask) -> Ask:
    """A question with groups as the viewer may know them."""
    if ask.viewer.grants is None:
        return ask
    terms = terms_seen(store, ask.viewer, ask.terms, ask.filters, ask.period)
    return replace(ask, terms=terms)


def cut_offs_seen(store: Store, viewer: Viewer) -> dict[str, datetime]:
    """Before when (UTC, naive) events are deleted, by product, of products a viewer sees."""
    found = dict(store.query("select cast(product as varchar), before from cut_off"))
    seen = {product for _, product in viewer.pairs()}
    return {name: before for name, before in found.items() if None in seen or name in seen}


def _rolled(store: Store, viewer: Viewer) -> Rolled:
    rolled, newest = store.query(_ROLLED)[0]
    first, last = _first_and_last(store, viewer)
    cut_offs = cut_offs_seen(store, viewer)
    return Rolled(int(rolled or 0), last, first, cut_offs, late=newest > int(rolled or 0))


def _batches(store: Store, viewer: Viewer) -> Rolled:
    """How far rollups reach, where what a viewer sees of the sources is worked out with them."""
    if viewer.grants is None:
        return Rolled()
    rolled, newest = store.query(_ROLLED)[0]
    return Rolled(int(rolled or 0), late=newest > int(rolled or 0))


def _first_and_last(store: Store, viewer: Viewer) -> tuple[Any, Any]:
    """When the first and the last event that a viewer sees happened (UTC, naive)."""
    question = Question(viewer, _NO_TIME, rolled=_batches(store, viewer))
    built = statement(_FROM_TO, question, store.parse)
    first, last = store.query(built.sql, built.values)[0]
    return first, last


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
    if ask.offset < 0:
        raise Invalid(f"An offset of {ask.offset} rows is before the first.", "Give 0 or more.")
    if ask.status is not None and ask.status not in (choices := _choices(report)):
        raise Invalid(f"Unknown status {ask.status!r}.", did_you_mean(ask.status, choices))
    if ask.days is not None and not 1 <= ask.days <= _DAYS_AT_MOST:
        raise Invalid(f"{ask.days} days cannot be looked at.", f"Give 1 to {_DAYS_AT_MOST:,}.")
    ask.period.compared(ask.compare)


def _choices(report: Report) -> tuple[str, ...]:
    """The statuses that somebody may ask a report for; one that has none takes no notice."""
    if "status" not in report.parameters:
        return CHOICES
    return OF_ITEMS if "item_status" in report.definitions else OF_USERS


def _period(report: Report, ask: Ask) -> Period:
    """The period that is looked at: the range, whole buckets of it, or the days up to its end."""
    if "days" in report.parameters:
        return ask.period.last_days(ask.days or _DAYS)
    if report.reach:
        return REACHES[report.reach][0](ask.period)
    return widened(ask.period, cast("Bucket", report.bucket)) if report.bucket else ask.period


def _before(report: Report, ask: Ask, period: Period) -> Period | None:
    """The period that a report compares with, where it does."""
    return period.compared(ask.compare) if "compare" in report.parameters else None


def _bucket(report: Report, ask: Ask, period: Period) -> Bucket:
    return cast("Bucket", report.bucket or ask.per or period.bucket())


def _statement(
    store: Store, report: Report, ask: Ask, period: Period, bucket: Bucket, rolled: Rolled
) -> Statement:
    limit = ask.limit or (_TOP if "limit" in report.parameters else None)
    question = Question(
        viewer=ask.viewer,
        period=period,
        filters=ask.filters,
        bucket=bucket,
        values={
            "who": ask.who,
            "status": ask.status or "",
            "asked_until": ask.period.end.replace(tzinfo=None),
        },
        rolled=rolled,
        terms=ask.terms,
        sights=sights(),
    )
    page = Page(ask.sort, limit, ask.offset)
    return paged(report, page, lambda sql: statement(sql, question, store.parse))


def _rows(
    store: Store, report: Report, ask: Ask, period: Period, bucket: Bucket, rolled: Rolled
) -> tuple[list[Row], int]:
    """The rows that are asked for, and how many there are in all."""
    built = _statement(store, report, ask, period, bucket, rolled)
    rows = store.query(built.sql, built.values)
    if report.sort:
        return without_total(rows, len(report.columns))
    if report.series:
        rows = filled(rows, report.columns, period, bucket)
    end = None if ask.limit is None else ask.offset + ask.limit
    return rows[ask.offset : end], len(rows)


def _cut(ask: Ask, shown: int, total: int) -> str | None:
    """What is said when rows are left out."""
    if shown == total:
        return None
    which = (
        f"Rows {ask.offset + 1:,} to {ask.offset + shown:,}" if ask.offset else f"First {shown:,}"
    )
    return f"{which} of {total:,} rows. Raise --limit to see more."


def _question_of_sources(store: Store, ask: Ask, period: Period) -> Question:
    rolled = _batches(store, ask.viewer)
    return Question(
        ask.viewer, period, ask.filters, rolled=rolled, terms=ask.terms, sights=sights()
    )


def _expired_notes(store: Store, report: Report, ask: Ask, period: Period) -> Iterator[str]:
    """Which events that the report looks for retention has deleted."""
    if not (cut_offs := cut_offs_seen(store, ask.viewer)):
        return
    rolled = _rolled(store, ask.viewer)
    bucket = _bucket(report, ask, period)
    for asked in (period, _before(report, ask, period)):
        if asked is None:
            continue
        built = _statement(store, report, ask, asked, bucket, rolled)
        if built.expired:
            yield expired_note(built.expired, cut_offs)


def _notes(report: Report, ask: Ask, period: Period, cut: str | None) -> tuple[str, ...]:
    notes = [] if cut is None else [cut]
    if ask.status is not None and "status" in report.parameters:
        notes.append(f"Narrowed to the status {ask.status}.")
    if "days" in report.parameters:
        notes.append(f"Looked at: the last {ask.days or _DAYS:,} days of the range, by its end.")
    elif report.reach:
        notes.append(REACHES[report.reach][1])
    elif period != ask.period:
        notes.append(f"The range was widened to whole calendar {report.bucket}s.")
    if before := _before(report, ask, period):
        notes.append(f"Compared with {before.text()}.")
    notes += report.notes
    return tuple(notes)
