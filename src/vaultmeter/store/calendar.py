"""The calendar of a period: its months and days, as instants, so that no engine knows zones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from vaultmeter.model.period import EPOCH, Period, midnight
from vaultmeter.store.scope import Scope


@dataclass(frozen=True)
class Stretch:
    """A month or a day of a zone, by its first day, and the part of a period in it (UTC, naive)."""

    first: date
    start: datetime
    end: datetime


def months(period: Period) -> list[Stretch]:
    """The calendar months that a period touches, none before 1970."""
    return _stretches(period, lambda day: day.replace(day=1), timedelta(32))


def calendar(scope: Scope) -> str:
    """The logical table of the calendar days of the period."""
    found = _stretches(scope.question.period, lambda day: day, timedelta(1))
    scope.values |= {
        "calendar_days": [day.first for day in found],
        "calendar_starts": [day.start for day in found],
        "calendar_ends": [day.end for day in found],
    }
    return """
        select
            day,
            cast(date_trunc('month', day) as date) as month,
            start,
            until
        from (
            select
                unnest(cast($calendar_days as date[])) as day,
                unnest(cast($calendar_starts as timestamp[])) as start,
                unnest(cast($calendar_ends as timestamp[])) as until
        )
    """


def _stretches(period: Period, first_of: Callable[[date], date], step: timedelta) -> list[Stretch]:
    found: list[Stretch] = []
    at = max(period.start, EPOCH)
    day = first_of(at.astimezone(period.zone).date())
    while at < period.end:
        day_after = first_of(day + step)
        following = min(midnight(day_after, period.zone), period.end)
        found.append(Stretch(day, _naive(at), _naive(following)))
        at, day = following, day_after
    return found


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
