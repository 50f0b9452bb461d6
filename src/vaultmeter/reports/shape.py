"""Shapes the rows of a report after its SQL: buckets to instants, gaps to zeros, comparisons."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from vaultmeter.model.period import Bucket, Period, midnight
from vaultmeter.model.table import Column
from vaultmeter.store.zones import last_change

Row = tuple[Any, ...]


def typed(rows: Sequence[Row], columns: Sequence[Column]) -> list[Row]:
    """Make the instants of the rows aware and the dates dates; other cells come right already."""
    casts = [
        (place, _CASTS[column.type])
        for place, column in enumerate(columns)
        if column.type in _CASTS
    ]
    if not casts or not rows:
        return list(rows)
    # Column by column: a report of everybody has ten thousands of cells.
    cells: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, cast in casts:
        cells[place] = [cell if cell is None else cast(cell) for cell in cells[place]]
    return list(zip(*cells, strict=True))


def filled(
    rows: Sequence[Row], columns: Sequence[Column], period: Period, bucket: Bucket
) -> list[Row]:
    """One row for every bucket of the period, in order; empty ones hold zeros.

    The first column is the bucket: the engine's local date for days and longer, an instant in
    UTC for hours. It comes back as the instant the bucket begins.
    """
    by_start = {_start_of(row[0], period, bucket): row[1:] for row in rows}
    empty = tuple(0 for _ in columns[1:])
    return [(start, *by_start.get(start, empty)) for start in bucket_starts(period, bucket)]


def bucket_starts(period: Period, bucket: Bucket) -> list[datetime]:
    """The instants at which the buckets that touch a period begin."""
    if period.start >= period.end:
        return []
    if bucket == "hour":
        return _hours(period)
    day = _first_day(period.start.astimezone(period.zone).date(), bucket)
    starts = []
    while (start := midnight(day, period.zone)) < period.end:
        starts.append(start)
        day = _next_day(day, bucket)
    return starts


def widened(period: Period, bucket: Bucket) -> Period:
    """The period, widened to whole buckets."""
    first = _first_day(period.start.astimezone(period.zone).date(), bucket)
    last = (period.end - timedelta(microseconds=1)).astimezone(period.zone).date()
    end = _next_day(_first_day(last, bucket), bucket)
    return Period(midnight(first, period.zone), midnight(end, period.zone), period.zone)


def compared(rows: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """Rows `(measure, value, ...)` with the value of another period and the change beside them."""
    values = {row[0]: row[1] for row in before}
    return [
        (name, value, values[name], value - values[name], _percent(value, values[name]))
        for name, value, *_ in rows
    ]


def _percent(value: int, before: int) -> float | None:
    return round(100 * (value - before) / before, 1) if before else None


def _hours(period: Period) -> list[datetime]:
    """Where hours of the wall clock begin; one is shorter when clocks change by half an hour."""
    hours = []
    start = _hour_of(period.start, period)
    while start < period.end:
        hours.append(start)
        start = _hour_of(start + timedelta(hours=1), period)
    return hours


def _hour_of(instant: datetime, period: Period) -> datetime:
    local = instant.astimezone(period.zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = instant - past
    return max(start, last_change(period.zone, start, instant) or start)


def _start_of(value: datetime, period: Period, bucket: Bucket) -> datetime:
    if bucket == "hour":
        return value.replace(tzinfo=UTC)
    day = value.date() if isinstance(value, datetime) else value
    return midnight(day, period.zone)


def _first_day(day: date, bucket: Bucket) -> date:
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def _next_day(day: date, bucket: Bucket) -> date:
    if bucket == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if bucket == "week" else 1)


def _instant(value: datetime | date) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _date(value: datetime | date) -> date:
    return value.date() if isinstance(value, datetime) else value


_CASTS: dict[str, Callable[[Any], Any]] = {"instant": _instant, "date": _date}
