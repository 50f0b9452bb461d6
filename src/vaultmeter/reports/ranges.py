"""The ranges that some reports are about, made of the one that is asked."""

from collections.abc import Callable
from datetime import date, timedelta

from vaultmeter.model.period import Period, midnight

_MICROSECOND = timedelta(microseconds=1)


def whole_years(period: Period) -> Period:
    """The calendar years that a period touches."""
    first, last = _days(period)
    return _between(date(first.year, 1, 1), date(last.year + 1, 1, 1), period)


def month_and_three_before(period: Period) -> Period:
    """The calendar month in which a period ends, and the three months before it."""
    month = _days(period)[1].replace(day=1)
    first = month
    for _ in range(3):
        first = (first - timedelta(1)).replace(day=1)
    return _between(first, (month + timedelta(32)).replace(day=1), period)


def last_month(period: Period) -> Period:
    """The calendar month in which a period ends."""
    month = _days(period)[1].replace(day=1)
    return _between(month, (month + timedelta(32)).replace(day=1), period)


REACHES: dict[str, tuple[Callable[[Period], Period], str]] = {
    "years": (whole_years, "The range was widened to whole calendar years."),
    "month and three before": (
        month_and_three_before,
        "It is about the month in which the range ends, and looks at the three before it.",
    ),
}
"""By the word a report's head has for it: what makes the range, and the note that says so."""


def _days(period: Period) -> tuple[date, date]:
    """The first and the last day that a period touches."""
    last = max(period.start, period.end - _MICROSECOND)
    return period.start.astimezone(period.zone).date(), last.astimezone(period.zone).date()


def _between(first: date, after: date, period: Period) -> Period:
    return Period(midnight(first, period.zone), midnight(after, period.zone), period.zone)
