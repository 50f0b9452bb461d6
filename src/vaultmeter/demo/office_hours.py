"""When work happens: time zones, working days, the shape of a day, and machines' rhythms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

from vaultmeter.demo.scale import DAY_US

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Flags, Floats, Ints
    from vaultmeter.demo.scale import Scale

ZONES: Final = (
    "America/Los_Angeles",
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Tokyo",
)

STEADY, OFFICE, NIGHTLY = 0, 1, 2
"""The rhythms a machine can follow: around the clock, office hours, or in nightly batches."""

_HOUR_US: Final = DAY_US // 24
_HOURS: Final = np.arange(24)
_MONDAY_TO_SUNDAY: Final = np.array([1.05, 1.1, 1.08, 1.0, 0.82, 0.06, 0.045])
_WORKDAYS: Final = 5
_JANUARY, _AUGUST, _DECEMBER = 0, 7, 11
_CHRISTMAS_EVE: Final = 24
_BUSTLE_AT_CHRISTMAS: Final = 0.12
_BUSTLE_IN_AUGUST: Final = 0.88

# How many sessions start around a local hour of the day, with a dip at lunch.
_DAY_HOURS: Final = (0, 5, 7, 8, 9, 10, 11.5, 12.5, 13.5, 15, 17, 18, 19, 22, 24)
_DAY_SHAPE: Final = (0.1, 0.05, 0.8, 5, 13, 12, 10, 4, 10, 11, 8, 4, 1.4, 0.8, 0.1)
_DAY_CLOCK_US: Final = np.linspace(0, DAY_US, 4 * 24 + 1)
_DAY_MASS: Final = np.interp(_DAY_CLOCK_US / _HOUR_US, _DAY_HOURS, _DAY_SHAPE).cumsum()
_DAY_SHARE: Final = (_DAY_MASS - _DAY_MASS[0]) / (_DAY_MASS[-1] - _DAY_MASS[0])

# How busy machines that follow the offices, or nightly ones, are around an hour of the day, UTC.
_OFFICE_BY_HOUR: Final = np.interp(
    _HOURS, (0, 4, 8, 12, 15, 19, 23), (0.5, 0.5, 1.9, 1.7, 2.1, 1, 0.5)
)
_NIGHTLY_BY_HOUR: Final = np.interp(_HOURS, (0, 1, 2, 4, 5, 21, 23), (3, 8, 6, 1.5, 0.1, 0.1, 1))
_ON_WORKDAYS, _AT_WEEKENDS = 1.3, 0.15


@dataclass(frozen=True)
class Calendar:
    """The local days around a scale's span.

    Day numbers count from 1970-01-01 and index the arrays after subtracting `first_day`.
    `offset_us` [zones, days] is local time minus UTC at that local day's noon; `bustle` [days]
    is how much office work a local date sees (about 1 on a plain working day).
    """

    first_day: int
    offset_us: Ints
    bustle: Floats

    @property
    def days(self) -> int:
        """How many local days the calendar knows: the whole span and two days on each side."""
        return len(self.bustle)

    def earliest_us(self, place: int) -> int:
        """Give a time (UTC) before which nobody does anything on the day at an array index."""
        return (self.first_day + place) * DAY_US - DAY_US // 2


def calendar_of(scale: Scale) -> Calendar:
    """Lay out the local days that any time zone needs to cover the scale's span."""
    first = scale.start_us // DAY_US - 2
    days = np.arange(first, scale.until_us // DAY_US + 3)
    return Calendar(first, _offsets_us(days), _bustle(days))


def local_clock_us(share: Floats) -> Ints:
    """Turn uniform shares [0, 1) into microseconds after local midnight, crowded by day."""
    return np.interp(share, _DAY_SHARE, _DAY_CLOCK_US).astype(np.int64)


def weekday_of(days: Ints) -> Ints:
    """Give the weekday, 0 for Monday to 6, of day numbers."""
    days_since_a_monday = days + 3
    return np.asarray(days_since_a_monday % 7)


def is_workday(days: Ints) -> Flags:
    """Say which day numbers fall on Monday to Friday."""
    return np.asarray(weekday_of(days) < _WORKDAYS)


def month_of(days: Ints) -> Ints:
    """Give the calendar month, 0 for January to 11, of day numbers."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months % 12, dtype=np.int64)


class Rhythm:
    """How machines' traffic spreads over the span, as cumulative masses that can be inverted."""

    def __init__(self, scale: Scale) -> None:
        """Tabulate each rhythm's mass hour by hour over the scale's span."""
        hours = np.arange(scale.start_us // _HOUR_US, -(-scale.until_us // _HOUR_US) + 1)
        self._knots_us = (hours * _HOUR_US).astype(np.float64)
        clock, workday = hours[:-1] % 24, is_workday(hours[:-1] // 24)
        masses = (
            np.ones(len(clock)),
            _OFFICE_BY_HOUR[clock] * np.where(workday, _ON_WORKDAYS, _AT_WEEKENDS),
            _NIGHTLY_BY_HOUR[clock],
        )
        self._cumulative = [np.concatenate([[0.0], np.cumsum(mass)]) for mass in masses]

    def mass_at(self, rhythm: int, time_us: Ints) -> Floats:
        """Give the mass (about one per hour) a rhythm has passed by each time (UTC)."""
        return np.asarray(np.interp(time_us, self._knots_us, self._cumulative[rhythm]))

    def time_at(self, rhythm: int, mass: Floats) -> Ints:
        """Give the times (microseconds UTC) at which a rhythm reaches each mass."""
        times = np.interp(mass, self._cumulative[rhythm], self._knots_us)
        return times.astype(np.int64)


def _offsets_us(days: Ints) -> Ints:
    noons = [datetime(1970, 1, 1, 12) + timedelta(days=int(day)) for day in days]  # noqa: DTZ001
    offsets = [
        [noon.replace(tzinfo=zone).utcoffset() or timedelta(0) for noon in noons]
        for zone in map(ZoneInfo, ZONES)
    ]
    one_us = timedelta(microseconds=1)
    return np.array([[offset // one_us for offset in row] for row in offsets], dtype=np.int64)


def _bustle(days: Ints) -> Floats:
    bustle = _MONDAY_TO_SUNDAY[weekday_of(days)]
    months = month_of(days)
    first_of_month = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
    day_of_month = days - first_of_month.astype(np.int64) + 1
    christmas = (months == _DECEMBER) & (day_of_month >= _CHRISTMAS_EVE)
    new_year = (months == _JANUARY) & (day_of_month == 1)
    bustle = np.where(christmas | new_year, bustle * _BUSTLE_AT_CHRISTMAS, bustle)
    return np.where(months == _AUGUST, bustle * _BUSTLE_IN_AUGUST, bustle)
