"""How large the invented organisation is and which stretch of time it lives through."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FEWEST_IDENTITIES = 4
FEWEST_ITEMS = 8
MOST_EVENTS = 10**12 - 1
MOST_MONTHS = 120
EARLIEST_YEAR = 1971
LATEST_YEAR = 2100

DAY_US = 86_400_000_000
"""Microseconds in a day."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Scale:
    """The size, the span and the seed of one demo stream; equal scales give equal bytes.

    `events` is the exact number of lines. `identities` and `items` are upper bounds on how many
    different ones appear. The stream covers the `months` calendar months that end just before
    `until` (aware, UTC, exclusive).
    """

    events: int
    identities: int
    items: int
    months: int
    seed: int
    until: datetime

    def __post_init__(self) -> None:
        """Refuse a scale that cannot be simulated, saying which argument to change."""
        _demand_between("events", self.events, 1, MOST_EVENTS, "one line at least")
        people_and_machines = "people, a machine and an agent"
        _demand_between(
            "identities", self.identities, FEWEST_IDENTITIES, 10**7, people_and_machines
        )
        _demand_between("items", self.items, FEWEST_ITEMS, 10**7, "one item of each type")
        _demand_between("months", self.months, 1, MOST_MONTHS, "one month at least")
        _demand_between("seed", self.seed, 0, 2**63 - 1, "it is part of each event's id")
        if self.until.utcoffset() != timedelta(0):
            msg = f"until is {self.until!r}: give an aware time in UTC, e.g. tzinfo=datetime.UTC"
            raise ValueError(msg)
        if self.until.year > LATEST_YEAR or self.until.year - self.months / 12 < EARLIEST_YEAR:
            msg = (
                f"until is {self.until.isoformat()}: choose a time that keeps all "
                f"{self.months} months between {EARLIEST_YEAR} and {LATEST_YEAR}"
            )
            raise ValueError(msg)

    @property
    def start(self) -> datetime:
        """The first instant of the stream (aware UTC): `until` less `months` calendar months."""
        months = self.until.year * 12 + self.until.month - 1 - self.months
        year, month = divmod(months, 12)
        day = min(self.until.day, calendar.monthrange(year, month + 1)[1])
        return self.until.replace(year=year, month=month + 1, day=day)

    @property
    def start_us(self) -> int:
        """`start` as microseconds since 1970-01-01 UTC."""
        return (self.start - _EPOCH) // timedelta(microseconds=1)

    @property
    def until_us(self) -> int:
        """`until` as microseconds since 1970-01-01 UTC."""
        return (self.until - _EPOCH) // timedelta(microseconds=1)


def _demand_between(name: str, value: int, fewest: int, most: int, why: str) -> None:
    if not fewest <= value <= most:
        msg = f"{name} is {value}: choose a number from {fewest} to {most} ({why})"
        raise ValueError(msg)
