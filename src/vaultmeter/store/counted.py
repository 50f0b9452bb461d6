"""The logical tables of what happened: events, and events counted.

Counts come from the rollups where they can answer, and from the events elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vaultmeter.model.visibility import measure_in_sql
from vaultmeter.store.measures import MEASURES, MOMENTS
from vaultmeter.store.rollup import (
    DAILY,
    ITEM_USAGE_DAILY,
    ITEM_USAGE_MONTHLY,
    ITEMS_DAILY,
    ITEMS_MONTHLY,
    MONTHLY,
    USAGE_DAILY,
    USAGE_MONTHLY,
    Piece,
    Rollup,
    any_counts,
    latest_in,
    pieces,
    sum_in,
)
from vaultmeter.store.scope import EVERY_FILTER, Scope
from vaultmeter.store.zones import offset_changes

Columns = Callable[[Rollup | None], str]
"""Writes the columns of rows of a rollup, or of the events."""

_DIMENSIONS = ("source", "account", "identity", "product", "auth_method")


@dataclass(frozen=True)
class Stretch:
    """A stretch of time to count (UTC, naive), and its name among the bound values."""

    name: str
    start: datetime
    end: datetime


def rows(
    scope: Scope,
    stretch: Stretch,
    columns: Columns,
    rollups: tuple[Rollup, ...],
    conditions: list[str],
) -> str:
    """The select of the rows that answer a stretch: of these rollups, coarsest first, or events.

    The events that are read are those that the rollups hold.
    """
    cut = pieces(stretch.start, stretch.end, scope.question.rolled, rollups)
    for piece in cut:
        if piece.rollup is None or piece.rollup.bucket != "month":
            scope.note_expired(piece.start, piece.end)
    held = [*conditions, *(rollup.where for rollup in rollups[:1])]
    parts = [
        _piece(
            scope,
            piece,
            f"{stretch.name}_{number}",
            columns,
            conditions if piece.rollup else held,
        )
        for number, piece in enumerate(cut or [Piece(stretch.start, stretch.start)])
    ]
    rolled = [piece for piece in cut if piece.rollup]
    if rolled and scope.question.rolled.late:
        scope.values["rolled"] = scope.question.rolled.batch
        late = Piece(rolled[0].start, rolled[-1].end)
        since = [*held, "event.batch > $rolled"]
        parts.append(_piece(scope, late, f"{stretch.name}_late", columns, since))
    return "\nunion all\n".join(parts)


def events(scope: Scope, *, ever: bool = False) -> str:
    """The events of the period, or of all times, themselves."""
    intents = scope.intents()
    scope.note_expired(scope.start, scope.end)
    where = "\n and ".join(scope.conditions(intents)) if ever else scope.in_period(intents)
    return events_that(scope, where)


def events_that(scope: Scope, where: str) -> str:
    """The select of the events that meet a condition, with the columns of the logical table."""
    return f"""
        select
            event.id as event_id, event.time, {scope.local_time()} as local_time,
            {scope.bucket()} as bucket,
            event.source, event.account, event.identity, event.item, event.session,
            event.kind, event.detail, event.intent, event.outcome, event.weight,
            event.product, event.auth_method, event.ip, event.agent, event.source_event,
            event.evidence, event.glance, {measure_in_sql()} as measure, event.batch, event.line
        from event
        where {where}
    """


def activity(scope: Scope) -> str:
    """What happened in the period, kind by kind, with how many events it was."""
    by_item = "item" in scope.columns or is_by_item(scope)
    rollups = _fine_for_buckets(
        scope, (ITEMS_MONTHLY, ITEMS_DAILY) if by_item else (MONTHLY, DAILY)
    )
    conditions = scope.conditions(scope.intents())
    stretch = Stretch("activity", scope.start, scope.end)
    return rows(scope, stretch, lambda rollup: _done(scope, rollup), rollups, conditions)


def usage(scope: Scope) -> str:
    """The measures of the period, by who acted."""
    rollups = _fine_for_buckets(scope, measuring(scope))
    conditions = scope.conditions(None)
    stretch = Stretch("usage", scope.start, scope.end)
    held = {*MEASURES, *MOMENTS}

    def columns(rollup: Rollup | None) -> str:
        return _measured(scope, rollup, _DIMENSIONS, held)

    return rows(scope, stretch, columns, rollups, conditions)


def item_usage(scope: Scope) -> str:
    """The measures of the period, by what was acted on; only those that are asked count."""
    dimensions, named = ITEM_USAGE_MONTHLY.dimensions, {**MEASURES, **MOMENTS}
    held = (*ITEM_USAGE_MONTHLY.sums, *ITEM_USAGE_MONTHLY.latest)
    asked = [named[name] for name in held if name in scope.columns]
    filters = EVERY_FILTER
    by_outcome = bool(asked) and all(measure.outcome for measure in asked)
    if by_outcome:
        # Each counts one outcome: a filter on outcomes lets all of it through, or nothing.
        filters -= {"outcome"}
    conditions = ["event.item is not null", *scope.conditions(None, filters)]
    rollups: tuple[Rollup, ...] = (ITEM_USAGE_MONTHLY, ITEM_USAGE_DAILY)
    if {"user", "auth_method", "kind", "outcome"} & filters & set(scope.patterns):
        rollups = (ITEMS_MONTHLY, ITEMS_DAILY)
        if asked:
            conditions.append(any_counts(asked, every_intent="kind" in scope.patterns))
    stretch = Stretch("item_usage", scope.start, scope.end)

    def columns(rollup: Rollup | None) -> str:
        return _measured(scope, rollup, dimensions, set(held), by_outcome=by_outcome)

    return rows(scope, stretch, columns, _fine_for_buckets(scope, rollups), conditions)


def measuring(scope: Scope) -> tuple[Rollup, ...]:
    """The rollups that hold the measures of what the filters let through."""
    if is_by_item(scope):
        return (ITEMS_MONTHLY, ITEMS_DAILY)
    if {"kind", "outcome"} & set(scope.patterns):
        return (MONTHLY, DAILY)
    return (USAGE_MONTHLY, USAGE_DAILY)


def _piece(scope: Scope, piece: Piece, name: str, columns: Columns, conditions: list[str]) -> str:
    low, high = f"{name}_start", f"{name}_end"
    scope.values |= {low: piece.start, high: piece.end}
    time = "event.start" if piece.rollup else "event.time"
    return "\nunion all\n".join(
        f"""
        select {columns(piece.rollup)}
        from {piece.rollup.table if piece.rollup else "event"} as event
        where {time} >= ${low}
            and {time} < ${high}
            and {" and ".join(each)}
        """
        for each in scope.either(conditions)
    )


def _done(scope: Scope, rollup: Rollup | None) -> str:
    counts = {name: f"event.{name}" if rollup else value for name, value in MONTHLY.sums.items()}
    return f"""
        {_bucket(scope, rollup)} as bucket,
        event.source, event.account, event.identity,
        {"null" if rollup in (MONTHLY, DAILY) else "event.item"} as item,
        event.kind, event.detail, event.intent, event.outcome, event.product, event.auth_method,
        {", ".join(f"{value} as {name}" for name, value in counts.items())},
        {"event.last_time" if rollup else "event.time"} as last_time
    """


def _measured(
    scope: Scope,
    rollup: Rollup | None,
    dimensions: tuple[str, ...],
    held: set[str],
    *,
    by_outcome: bool = False,
) -> str:
    """The bucket, these dimensions, and those of the measures and moments that are asked.

    `by_outcome` has the filter on outcomes look at each measure, and not at each row.
    """
    every, asked = "kind" in scope.patterns, held & scope.columns
    sums = {name: each for name, each in MEASURES.items() if name in asked}
    moments = {name: each for name, each in MOMENTS.items() if name in asked}
    values = {name: f"event.{name}" for name in dimensions}
    values |= {name: sum_in(each, rollup, every_intent=every) for name, each in sums.items()}
    values |= {name: latest_in(each, rollup, every_intent=every) for name, each in moments.items()}
    if by_outcome and "outcome" in scope.patterns:
        outcomes = f"cast({scope.words('outcome')} as outcome[])"
        for name, measure in (sums | moments).items():
            let_through = f"list_contains({outcomes}, '{measure.outcome}')"
            values[name] = f"if({let_through}, {values[name]}, {0 if name in sums else 'null'})"
    columns = ", ".join(f"{value} as {name}" for name, value in values.items())
    return f"{_bucket(scope, rollup)} as bucket, {columns}"


def _bucket(scope: Scope, rollup: Rollup | None) -> str:
    return f"date_trunc('{scope.question.bucket}', event.start)" if rollup else scope.bucket()


def is_by_item(scope: Scope) -> bool:
    """Whether a filter names items: only rollups that hold them answer it."""
    return bool({"item", "item_type"} & set(scope.patterns))


def _fine_for_buckets(scope: Scope, rollups: tuple[Rollup, ...]) -> tuple[Rollup, ...]:
    """Those of the rollups whose buckets can be told apart as the report wants."""
    if "bucket" not in scope.columns:
        return rollups
    period, bucket = scope.question.period, scope.question.bucket
    if offset_changes(period.zone, period.start, period.end) != [(None, 0)]:
        return ()
    fine = {"month": ("month", "day"), "week": ("day",), "day": ("day",), "hour": ()}
    return tuple(rollup for rollup in rollups if rollup.bucket in fine[bucket])
