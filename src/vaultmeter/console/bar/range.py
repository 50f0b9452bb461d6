"""The range in the filter bar: its words, presets, the way back and on, and two months of days."""

from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from vaultmeter.console.asking import Asking, last_day
from vaultmeter.console.words import NBSP, Words
from vaultmeter.model.period import DAYS, EPOCH, RANGES, Period, period_of

_MONDAY, _WEEKEND = 0, 5
_MONTHS_SHOWN = 2
KEYS = {"d": "today", "w": "last-7-days", "m": "month-to-date", "y": "year-to-date"}
"""Ranges that a single key leads to."""
_SLIDING = ("today", "last-7-days", "last-30-days", "last-90-days")
"""Ranges that end today and are as long on any day."""
_BY_CALENDAR = ("this-week", "month-to-date", "quarter-to-date", "year-to-date")


@dataclass(frozen=True)
class Choice:
    """An entry of a menu."""

    title: str
    url: str
    is_current: bool = False
    key: str = ""
    """The key that leads to it."""
    words: str = ""
    value: str = ""


@dataclass(frozen=True)
class Day:
    """A day of the calendar."""

    day: date
    css: str
    is_today: bool
    is_future: bool

    @property
    def label(self) -> str:
        """Its words: 22 October."""
        return f"{self.day.day} {self.day:%B}"

    @property
    def typed(self) -> str:
        """As the fields have it: 22 Oct 2026."""
        return typed(self.day)


@dataclass(frozen=True)
class Month:
    """A month of the calendar, week by week; days of other months are left out."""

    title: str
    weeks: tuple[tuple[Day | None, ...], ...]


def typed(day: date) -> str:
    """A day as a field has it: 22 Oct 2026."""
    return f"{day.day} {day:%b} {day.year}"


def days_of(span: Period) -> tuple[date, date]:
    """The first and the last calendar day of a period."""
    return span.start.astimezone(span.zone).date(), last_day(span)


def range_title(name: str) -> str:
    """A range by its name, in words; all of it where it is named by days."""
    words = {"all": "All there is"}.get(name, name.replace("-", " "))
    return words[:1].upper() + words[1:]


def city(zone: str) -> str:
    """The last part of a time zone's name: Berlin."""
    return zone.rpartition("/")[2].replace("_", " ")


def presets(asking: Asking) -> list[Choice]:
    """Every range there is by name."""
    by_range = {name: key for key, name in KEYS.items()}
    view = asking.view
    return [
        Choice(
            range_title(name),
            view.changed(range=name).url(),
            name == view.range,
            by_range.get(name, ""),
            value=name,
        )
        for name in RANGES
    ]


def moved(asking: Asking, steps: int) -> str:
    """The address one range earlier (-1) or later (1); nothing where none is.

    What follows the calendar moves by it: the month to date to the whole month before. A range
    never reaches beyond today, and keeps its length.
    """
    view, today = asking.view, asking.words.today
    if view.range == "all":
        return ""
    first, last = asking.first_day, asking.last_day
    if steps > 0 and last >= today:
        return ""
    first, last = _moved(view.range, first, last, steps)
    if last > today:
        first, last = first - (last - today), today
    return view.changed(range=_named(asking, first, last)).url()


def months(words: Words, last: date, chosen: tuple[date, date]) -> list[Month]:
    """Two months of days, up to that of `last`; the days of the range are marked."""
    begins = [last.replace(day=1)]
    while len(begins) < _MONTHS_SHOWN:
        begins.insert(0, (begins[0] - timedelta(days=1)).replace(day=1))
    return [
        Month(f"{first:%B} {first.year}", tuple(_weeks(words, first, chosen))) for first in begins
    ]


def months_near(last: date, today: date) -> dict[str, str]:
    """The months that the calendar can turn to from the one of `last`, as 2026-11; or nothing."""
    after = _month_from(last.replace(day=1), 1)
    before = _month_from(last.replace(day=1), -1)
    return {
        "month_before": f"{before:%Y-%m}" if before.year > EPOCH.year else "",
        "month_after": f"{after:%Y-%m}" if after <= today else "",
    }


def length_told(asking: Asking) -> str:
    """How long the range is: 30 days, 22 working days; today is not complete."""
    first, last = asking.first_day, asking.last_day
    days = (last - first).days + 1
    whole, rest = divmod(days, 7)
    working = whole * 5 + sum((first + timedelta(n)).weekday() < _WEEKEND for n in range(rest))
    told = f"{asking.words.count(days, 'day')}, {asking.words.count(working, 'working day')}"
    return f"{told}; today is not complete" if last >= asking.words.today else told


def _moved(name: str, first: date, last: date, steps: int) -> tuple[date, date]:
    """Days one range earlier or later."""
    is_month = first.day == 1 and (last + timedelta(days=1)).day == 1
    if name in _BY_CALENDAR and name != "this-week":
        is_month = True
    if is_month:
        size = (last.year - first.year) * 12 + last.month - first.month + 1
        size = {"quarter-to-date": 3, "year-to-date": 12}.get(name, size)
        begins = _month_from(first, size * steps)
        return begins, _month_from(begins, size) - timedelta(days=1)
    days = 7 if name == "this-week" else (last - first).days + 1
    begins = first + timedelta(days=days * steps)
    return begins, begins + timedelta(days=days - 1)


def _month_from(first: date, months_: int) -> date:
    index = first.year * 12 + first.month - 1 + months_
    return date(index // 12, index % 12 + 1, 1)


def _named(asking: Asking, first: date, last: date) -> str:
    """A range of days by the name of one that moves with today, where it is one."""
    zone = asking.period.zone
    if last == asking.words.today:
        for name in _SLIDING:
            span = period_of(name, zone, asking.now)
            if span.start.astimezone(zone).date() == first:
                return name
    return f"{first}{DAYS}{last}"


def _weeks(
    words: Words, first: date, chosen: tuple[date, date]
) -> Iterator[tuple[Day | None, ...]]:
    for week in Calendar(_MONDAY).monthdatescalendar(first.year, first.month):
        yield tuple(_day(words, day, chosen) if day.month == first.month else None for day in week)


def _day(words: Words, day: date, chosen: tuple[date, date]) -> Day:
    begins, ends = chosen
    names = (
        ("in", begins <= day <= ends),
        ("first", day == begins),
        ("last", day == ends),
    )
    css = " ".join(name for name, holds in names if holds)
    return Day(day, css, day == words.today, day > words.today)


def range_words(asking: Asking) -> tuple[str, str]:
    """What the bar says of the range: its name, and its days with the zone's city."""
    days = asking.words.days(asking.first_day, asking.last_day)
    place = city(asking.view.zone)
    if DAYS in asking.view.range:
        return days, place
    return range_title(asking.view.range), f"{days},{NBSP}{place}"
