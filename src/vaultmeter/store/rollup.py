"""Which part of a stretch of time the monthly rollup answers, and which the events themselves.

Whole months in UTC come from the rollup; the days before and after them, and batches that the
rollup does not hold yet, come from the events. Either way the answer is the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Rolled:
    """How far the rollup reaches: its last batch, and the last event there is (UTC, naive)."""

    batch: int = 0
    last_time: datetime | None = None


def whole_months(start: datetime, end: datetime, rolled: Rolled) -> tuple[datetime, datetime] | None:
    """The whole months between two instants, as one stretch; `None` when there are none.

    A month that is not over counts as whole when no event is later than the end.
    """
    if not rolled.batch or rolled.last_time is None:
        return None
    first = _month_of(start)
    if first < start:
        first = _month_after(first)
    last = _month_of(end)
    if rolled.last_time < end:
        last = max(last, _month_after(_month_of(rolled.last_time)))
    return (first, last) if first < last else None


def _month_of(instant: datetime) -> datetime:
    return instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_after(month: datetime) -> datetime:
    return _month_of(month + timedelta(days=31))
