"""Periods: "last 30 days" in a time zone, to two instants.

A period is half-open, `[start, end)`, and a day in it may have 23, 24 or 25 hours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from vaultmeter.model.errors import Invalid, did_you_mean

Parsed = TypeVar("Parsed")
Bucket = Literal["hour", "day", "week", "month"]
BUCKETS: tuple[Bucket, ...] = ("hour", "day", "week", "month")
RANGES = (
    "today",
    "yesterday",
    "last-7-days",
    "last-30-days",
    "last-90-days",
    "this-week",
    "last-week",
    "month-to-date",
    "last-month",
    "quarter-to-date",
    "last-quarter",
    "year-to-date",
    "last-12-months",
    "all",
)
_DAYS_BY_HOUR, _DAYS_BY_DAY = 2, 92
"""Up to how many days a chart goes by hours, and by days."""
COMPARISONS = ("weekdays", "previous", "year", "none")
"""What a period may be compared with by a word; besides, with any days, `FROM..TO`."""
DAYS = ".."
"""Between the first and the last day of what is named by its days."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a range without `--from` begins: no vault wrote a record before."""
_LATEST_YEAR = 2100


@dataclass(frozen=True)
class Period:
    """Two aware instants and the zone whose calendar they belong to."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.end < self.start:
            raise Invalid(
                f"The range ends ({self.end.isoformat()}) before it starts "
                f"({self.start.isoformat()}).",
                "Swap --from and --to.",
            )

    def compared(self, comparison: str) -> "Period | None":
        """The period this one is compared with, or `None` for the comparison `none`.

        `weekdays` shifts back by the fewest whole weeks that cover the period, so that the same
        days of the week meet; `previous` ends where this one starts; `year` is a year earlier;
        `2026-01-01..2026-01-31` is those days, both included. Raises `Invalid`.
        """
        if DAYS in comparison:
            return self._of_days(comparison)
        shift = _comparison_shift(self, comparison)
        if shift is None:
            return None
        start, end = shift(self.start), shift(self.end)
        if comparison == "previous" and end != self.start:
            # Parts of days: as long as this one, whatever clocks show.
            start, end = self.start - (self.end - self.start), self.start
        return Period(start, max(start, end), self.zone)

    def _of_days(self, text: str) -> "Period":
        """The period of days in the zone of this one."""
        first, last = (_parsed(date.fromisoformat, day) for day in text.split(DAYS, 1))
        if first is None or last is None:
            raise Invalid(
                f"{text!r} are no days to compare with.",
                "Write the first and the last one: 2026-01-01..2026-01-31.",
            )
        start = _edge(first.isoformat(), self.zone, "--compare", last=False)
        end = _edge(last.isoformat(), self.zone, "--compare", last=True)
        if end <= start:
            raise Invalid(f"The days {text!r} end before they start.", "Swap them.")
        return Period(start, end, self.zone)

    def days_before_end(self, days: int) -> datetime:
        """The instant so many calendar days before the end, in UTC."""
        return _Shift(self.zone, days=days)(self.end)

    def last_days(self, days: int) -> "Period":
        """So many calendar days up to the end, wherever this period starts."""
        return Period(min(self.days_before_end(days), self.end), self.end, self.zone)

    def days(self) -> int:
        """How many calendar days the period touches."""
        first = self.start.astimezone(self.zone).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        return (last - first).days + 1

    def text(self) -> str:
        """The period in words: its first and last day, and its zone."""
        first = self.start.astimezone(self.zone)
        last = (self.end - timedelta(microseconds=1)).astimezone(self.zone)
        return f"{first:%Y-%m-%d} to {last:%Y-%m-%d} ({self.zone.key})"

    def bucket(self) -> Bucket:
        """The bucket a chart of this period uses when none is asked for."""
        days = self.days()
        if days <= _DAYS_BY_HOUR:
            return "hour"
        return "day" if days <= _DAYS_BY_DAY else "month"


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name; raises `Invalid` for any other word."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(
            f"Unknown time zone {name!r}.",
            "Use an IANA name such as 'Europe/Paris', 'Asia/Kolkata' or 'UTC'.",
        ) from error


def period_of(
    name: str,
    zone: ZoneInfo,
    now: datetime,
    start: str | None = None,
    end: str | None = None,
    bounds: tuple[datetime, datetime] | None = None,
) -> Period:
    """The period meant by a range name, or by `--from`/`--to`, as of `now`.

    `start` and `end` are dates (midnight in the zone; an end date is included whole) or instants.
    `bounds` are the first and the last event there is: the range `all` covers them.
    """
    if start is None and end is None:
        return _all(zone, now, bounds) if name == "all" else _named(name, zone, now)
    first = EPOCH if start is None else _edge(start, zone, "--from", last=False)
    period = Period(first, now if end is None else _edge(end, zone, "--to", last=True), zone)
    if period.start == period.end:
        raise Invalid(
            f"There is nothing between --from {start} and --to {end}.", "Swap --from and --to."
        )
    return period


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant a calendar day starts in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _named(name: str, zone: ZoneInfo, now: datetime) -> Period:
    if name not in RANGES:
        raise Invalid(f"Unknown range {name!r}.", did_you_mean(name, RANGES))
    today = now.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    first_of_month = today.replace(day=1)
    first_of_quarter = first_of_month.replace(month=today.month - (today.month - 1) % 3)
    spans: dict[str, tuple[date, date]] = {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "last-7-days": (today - timedelta(days=6), tomorrow),
        "last-30-days": (today - timedelta(days=29), tomorrow),
        "last-90-days": (today - timedelta(days=89), tomorrow),
        "this-week": (monday, tomorrow),
        "last-week": (monday - timedelta(days=7), monday),
        "month-to-date": (first_of_month, tomorrow),
        "last-month": (_months_before(first_of_month, 1), first_of_month),
        "quarter-to-date": (first_of_quarter, tomorrow),
        "last-quarter": (_months_before(first_of_quarter, 3), first_of_quarter),
        "year-to-date": (today.replace(month=1, day=1), tomorrow),
        "last-12-months": (_months_before(today, 12) + timedelta(days=1), tomorrow),
    }
    first, last = spans[name]
    return Period(midnight(first, zone), midnight(last, zone), zone)


def _all(zone: ZoneInfo, now: datetime, bounds: tuple[datetime, datetime] | None) -> Period:
    first, last = bounds or (now, now)
    day_after = max(last, now).astimezone(zone).date() + timedelta(days=1)
    return Period(midnight(first.astimezone(zone).date(), zone), midnight(day_after, zone), zone)


def _edge(text: str, zone: ZoneInfo, option: str, *, last: bool) -> datetime:
    day = _parsed(date.fromisoformat, text)
    instant = _parsed(datetime.fromisoformat, text)
    if instant is None:
        raise Invalid(
            f"{option} {text!r} is neither a date nor an instant.",
            "Write 2026-11-01 or 2026-11-01T08:00:00+01:00.",
        )
    if not EPOCH.year <= instant.year < _LATEST_YEAR:
        raise Invalid(
            f"{option} {text!r} is not between {EPOCH.year} and {_LATEST_YEAR}.",
            "No vault wrote a record then. Leave an end out to have all up to it.",
        )
    if day is not None:
        return midnight(day + timedelta(days=1) if last else day, zone)
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)


def _parsed(parse: Callable[[str], Parsed], text: str) -> Parsed | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


class _Shift:
    """Moves an instant back in the calendar of a zone, keeping the wall-clock time.

    The beginning of a day stays one, also where that is not at midnight.
    """

    def __init__(self, zone: ZoneInfo, days: int = 0, months: int = 0) -> None:
        self.zone, self.days, self.months = zone, days, months

    def __call__(self, instant: datetime) -> datetime:
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        day = _months_before(local.date() - timedelta(days=self.days), self.months)
        if instant == midnight(local.date(), self.zone):
            return midnight(day, self.zone)
        return datetime.combine(day, local.time(), self.zone).astimezone(UTC)


def _comparison_shift(period: Period, comparison: str) -> _Shift | None:
    if comparison not in COMPARISONS:
        raise Invalid(f"Unknown comparison {comparison!r}.", did_you_mean(comparison, COMPARISONS))
    if comparison == "none":
        return None
    if comparison == "year":
        return _Shift(period.zone, months=12)
    days = period.days()
    if comparison == "weekdays":
        days = -(-days // 7) * 7
    return _Shift(period.zone, days=days)
