"""Which parts of a stretch of time the rollups answer, and which the events themselves.

Whole months in UTC come from the monthly rollup, whole days from the daily one, the hours before
and after them from the events. Either way the answer is the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

_DIMENSIONS = "source, account, identity, kind, detail, intent, outcome, product, auth_method"


@dataclass(frozen=True)
class Rollup:
    """A stored table of events added up by UTC bucket and dimensions."""

    table: str
    bucket: Literal["month", "day"]
    dimensions: str


MONTHLY = Rollup("activity_month", "month", _DIMENSIONS)
DAILY = Rollup("activity_day", "day", _DIMENSIONS)
ITEMS_MONTHLY = Rollup("item_month", "month", f"{_DIMENSIONS}, item")
ROLLUPS = (MONTHLY, DAILY, ITEMS_MONTHLY)
"""Every rollup that is kept."""


@dataclass(frozen=True)
class Rolled:
    """How far the rollups reach: their last batch, and the last event there is (UTC, naive)."""

    batch: int = 0
    last_time: datetime | None = None


@dataclass(frozen=True)
class Piece:
    """A stretch of time, `[start, end)`, and the rollup that answers it; `None` for the events."""

    start: datetime
    end: datetime
    rollup: Rollup | None = None


def pieces(
    start: datetime, end: datetime, rolled: Rolled, usable: tuple[Rollup, ...]
) -> list[Piece]:
    """A stretch cut into pieces, each answered by the coarsest usable rollup, in order of time."""
    if start >= end:
        return []
    if not usable or not rolled.batch or rolled.last_time is None:
        return [Piece(start, end)]
    first, last = _whole(start, end, rolled.last_time, usable[0].bucket)
    if first >= last:
        return pieces(start, end, rolled, usable[1:])
    return [
        *pieces(start, first, rolled, usable[1:]),
        Piece(first, last, usable[0]),
        *pieces(last, end, rolled, usable[1:]),
    ]


def _whole(
    start: datetime, end: datetime, last_time: datetime, bucket: Literal["month", "day"]
) -> tuple[datetime, datetime]:
    """The whole buckets between two instants, as one stretch, which may be empty.

    A bucket that is not over counts as whole when no event is later than the end.
    """
    first = _floor(start, bucket)
    if first < start:
        first = _following(first, bucket)
    last = _floor(end, bucket)
    if last_time < end:
        last = max(last, _following(_floor(last_time, bucket), bucket))
    return first, min(last, _following(_floor(end, bucket), bucket))


def _floor(instant: datetime, bucket: Literal["month", "day"]) -> datetime:
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.replace(day=1) if bucket == "month" else midnight


def _following(start: datetime, bucket: Literal["month", "day"]) -> datetime:
    return (
        _floor(start + timedelta(days=31), "month") if bucket == "month" else start + timedelta(1)
    )
