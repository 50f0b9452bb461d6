"""The people of the invented organisation and on which days each of them works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.arrays import zipf
from vaultmeter.demo.names import ACCOUNT_EARLY, ACCOUNT_ENGINEERS, ACCOUNT_ZONES
from vaultmeter.demo.office_hours import is_workday, local_clock_us, month_of, weekday_of
from vaultmeter.demo.scale import DAY_US

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Flags, Floats, Ints
    from vaultmeter.demo.office_hours import Calendar
    from vaultmeter.demo.scale import Scale

NO_LAST_DAY: Final = 10**6
"""A day number long after every span: this person stays."""

_ADMIN_SHARE: Final = 0.05
_PASSIVE_SHARE: Final = 0.08
_LAPSED_A_YEAR: Final = 0.07
_LEAVERS_A_YEAR: Final = 0.09
_SHORTEST_STAY_DAYS: Final = 21
_ADOPTION_DAYS: Final = 45
_KEENNESS_AT_FIRST: Final = 0.2
_STEEPNESS: Final = 0.55
_KEENNESS_SPREAD: Final = 0.8
_MOST_KEENNESS, _MOST_KEENNESS_IF_PASSIVE = 15.0, 0.4
_MONTHS_PER_HOLIDAY: Final = 5
_HOLIDAY_DAYS: Final = (7, 9, 14, 16, 21)
_HOLIDAY_CHOICES: Final = 3
_HOLIDAY_APPEAL: Final = np.array([2, 3, 2, 4, 3, 5, 9, 9, 4, 3, 2, 7], dtype=np.float64)
_EARLY_BIRD_US: Final = 75 * 60_000_000


@dataclass(frozen=True)
class Staff:
    """The people, one entry each; `account` indexes ACCOUNTS and `zone` indexes ZONES.

    `first_day` and `last_day` are local day numbers between which somebody works at all;
    `leaves` tells those who leave the organisation on their last day from those who merely stop
    using it. `away_from` and `away_until` [people, holidays] are the first day off and the day
    of return. `keenness` averages one; passive people log in and do nothing else.
    """

    account: Ints
    zone: Ints
    engineer: Flags
    admin: Flags
    passive: Flags
    leaves: Flags
    first_day: Ints
    last_day: Ints
    away_from: Ints
    away_until: Ints
    keenness: Floats
    shift_us: Ints

    def __len__(self) -> int:
        """Count the people."""
        return len(self.account)

    def presence(self, person: Ints, day: Ints) -> Floats:
        """Say how present people are on local days, 0 (away) to 1; the arguments broadcast.

        Somebody new takes some weeks to adopt the vault.
        """
        tenure = day - self.first_day[person]
        adopted = np.clip(tenure / _ADOPTION_DAYS, _KEENNESS_AT_FIRST, 1.0)
        here = (tenure >= 0) & (day <= self.last_day[person])
        for holiday in range(self.away_from.shape[1]):
            away = day >= self.away_from[person, holiday]
            here &= ~(away & (day < self.away_until[person, holiday]))
        return np.asarray(adopted * here)


def hire(scale: Scale, account: Ints, founders: int, rng: np.random.Generator) -> Staff:
    """Invent the people of given accounts; the first `founders` stay for the whole span."""
    people = len(account)
    start_day, until_day = scale.start_us // DAY_US, scale.until_us // DAY_US
    founder = np.arange(people) < founders
    early = founder | (rng.random(people) < np.array(ACCOUNT_EARLY)[account])
    first_day = np.where(
        early,
        start_day - rng.integers(_ADOPTION_DAYS, 900, people),
        _next_workday(rng.integers(start_day, until_day + 1, people)),
    )
    last_day, leaves = _last_days(scale, first_day, ~founder, rng)
    away_from, away_until = _holidays(scale, people, rng)
    passive = ~founder & (rng.random(people) < _PASSIVE_SHARE)
    return Staff(
        account=account,
        zone=_zones(account, rng),
        engineer=founder | (rng.random(people) < np.array(ACCOUNT_ENGINEERS)[account]),
        admin=founder | (rng.random(people) < _ADMIN_SHARE),
        passive=passive,
        leaves=leaves,
        first_day=first_day,
        last_day=last_day,
        away_from=away_from,
        away_until=away_until,
        keenness=_keenness(passive, rng),
        shift_us=rng.integers(-_EARLY_BIRD_US, _EARLY_BIRD_US, people),
    )


def arrival_us(staff: Staff, calendar: Calendar, person: Ints, day: Ints, share: Floats) -> Ints:
    """Give the UTC times at which people do something on local days.

    `share` [0, 1) says how far through the crowd of that day's doings each one comes.
    """
    zone = staff.zone[person]
    known_day = np.clip(day - calendar.first_day, 0, calendar.days - 1)
    local_us = day * DAY_US + local_clock_us(share) + staff.shift_us[person]
    return np.asarray(local_us - calendar.offset_us[zone, known_day])


def _zones(account: Ints, rng: np.random.Generator) -> Ints:
    bounds = np.cumsum(np.array(ACCOUNT_ZONES), axis=1)[account]
    share = rng.random(len(account)) * bounds[:, -1]
    return np.asarray((share[:, None] >= bounds).sum(axis=1), dtype=np.int64)


def _keenness(passive: Flags, rng: np.random.Generator) -> Floats:
    """Let some people use the vault all day and many now and then, the passive ones rarely."""
    people = len(passive)
    keenness = zipf(people, _STEEPNESS, rng) * rng.lognormal(0.0, _KEENNESS_SPREAD, people)
    keenness = np.minimum(keenness / keenness.mean(), _MOST_KEENNESS)
    keenness = np.where(passive, np.minimum(keenness, _MOST_KEENNESS_IF_PASSIVE), keenness)
    return np.asarray(keenness / keenness.mean())


def _next_workday(day: Ints) -> Ints:
    return np.where(is_workday(day), day, day + 7 - weekday_of(day))


def _last_days(
    scale: Scale, first_day: Ints, may_stop: Flags, rng: np.random.Generator
) -> tuple[Ints, Flags]:
    """Choose who stops during the span and when; and which of them leave for good."""
    start_day, until_day = scale.start_us // DAY_US, scale.until_us // DAY_US
    years = scale.months / 12
    draw = rng.random(len(first_day))
    leaving = draw < min(0.4, _LEAVERS_A_YEAR * years)
    lapsing = (draw > 1 - min(0.3, _LAPSED_A_YEAR * years)) & ~leaving
    soonest = np.maximum(first_day, start_day) + _SHORTEST_STAY_DAYS
    last_day = soonest + (rng.random(len(first_day)) * (until_day - soonest)).astype(np.int64)
    stops = may_stop & (leaving | lapsing) & (soonest < until_day)
    return np.where(stops, last_day, NO_LAST_DAY), stops & leaving


def _holidays(scale: Scale, people: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Choose [people, holidays] first days off and days of return, mostly in pleasant months."""
    holidays = max(1, round(scale.months / _MONTHS_PER_HOLIDAY))
    start_day, until_day = scale.start_us // DAY_US, scale.until_us // DAY_US
    slots = (people, holidays, _HOLIDAY_CHOICES)
    choices = rng.integers(start_day, until_day + 1, slots)
    appeal = _HOLIDAY_APPEAL[month_of(choices)] * rng.random(slots)
    best = appeal.argmax(axis=2)[:, :, None]
    away_from = np.take_along_axis(choices, best, axis=2)[:, :, 0]
    length = rng.choice(np.array(_HOLIDAY_DAYS), (people, holidays))
    return away_from, away_from + length
