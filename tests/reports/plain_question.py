"""A question, and the events it is about: filters, period and time zone in plain Python."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from zoneinfo import ZoneInfo

from tests.reports.plain_events import (
    Event,
    Identity,
    Item,
    Thing,
    Who,
    World,
    those_before,
    those_from,
)

from vaultmeter.model.status import StatusDefinition
from vaultmeter.model.terms import Limit

USAGE = ("use", "manage", "presence")
MICROSECOND = timedelta(microseconds=1)
QUARTER_OF_AN_HOUR = timedelta(minutes=15)


@dataclass(frozen=True)
class Plain:
    """What is asked, of which world. `patterns` are the filters by name.

    `ends` are the last events of the sources, of those that whoever asks may see.
    """

    world: World
    start: datetime
    end: datetime
    zone: ZoneInfo
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    who: str = "people"
    per: str = "day"
    compare: str = "weekdays"
    ends: dict[str, datetime] = field(default_factory=dict)
    status: StatusDefinition = field(default_factory=StatusDefinition)
    logged: World | None = None
    """What the sources hold, whoever asks; the world itself unless given."""
    limits: tuple[Limit, ...] = ()
    accounts: tuple[str, ...] | None = None
    """The accounts of a viewer who may not see all."""

    @cached_property
    def usage(self) -> list[Event]:
        """The events of the period that match: usage alone, unless a filter names kinds."""
        return those_from(self.usage_until_end, self.start)

    @cached_property
    def usage_until_end(self) -> list[Event]:
        """The same, with all that came before the period."""
        return those_before(self.usage_of_all_times, self.end)

    @cached_property
    def usage_of_all_times(self) -> list[Event]:
        """The same, with all that came before and after."""
        return [
            event for event in self.matching() if "kind" in self.patterns or event.intent in USAGE
        ]

    @cached_property
    def signs_until_end(self) -> list[Event]:
        """Usage and heartbeats up to the end, of the accounts, sources and products asked for."""
        but = tuple(name for name in self.patterns if name not in ("account", "source", "product"))
        signs = (*USAGE, "heartbeat")
        return [e for e in those_before(self.matching(*but), self.end) if e.intent in signs]

    def days_before_end(self, days: int) -> datetime:
        """The same time of the day so many days before the end."""
        return _days_before(self.end, days, self.zone)

    def matches(self, event: Event) -> bool:
        """Whether each filter that is set lets an event through by any pattern."""
        return all(
            is_any(_told(self.world, event, name), patterns)
            for name, patterns in self.patterns.items()
        )

    def matching(self, *but: str) -> list[Event]:
        """All events that each filter that is set, `but` some, lets through, of all times."""
        kept = ((name, self.patterns[name]) for name in sorted(self.patterns) if name not in but)
        return _matching(self.world, tuple(kept))

    def listed_identities(self) -> dict[Who, Identity]:
        """Whom a list of identities shows: those who could match, also if they did nothing."""
        acting = {event.who for event in self._in_period}
        there = {event.who for event in those_before(self.world.events, self.end)}
        must_act = bool({"item", "item_type", "kind", "outcome"} & set(self.patterns))
        if {"source", "product"} & set(self.patterns):
            there &= {event.who for event in self.signs_until_end}
        return {
            who: identity
            for who, identity in self.world.identities.items()
            if who in acting
            or (
                who in there
                and not must_act
                and self.lets_through("account", identity.account)
                and self.lets_through("user", identity.name)
                and self.lets_through("auth_method", identity.auth_method)
            )
        }

    def listed_accounts(self) -> set[str]:
        """The accounts that a list of accounts shows."""
        return {name for name in self.world.accounts if self.lets_through("account", name)}

    def listed_items(self) -> dict[Thing, Item]:
        """The items that a list of items shows; of a product those, too, that were used in it."""
        touched = {event.item for event in self._in_period}
        return {
            (account, name): item
            for (account, name), item in self.world.items.items()
            if self.lets_through("account", account)
            and self.lets_through("item", name)
            and self.lets_through("item_type", item.type)
            and (self.lets_through("product", item.product) or (account, name) in touched)
        }

    def end_of(self, source: str) -> datetime:
        """When the last event of a source happened."""
        return self.ends[source]

    def before(self) -> "Plain | None":
        """The same question about the period compared with."""
        if self.compare == "none":
            return None
        days = (day_of(self.end - MICROSECOND, self.zone) - day_of(self.start, self.zone)).days + 1
        if self.compare == "weekdays":
            while days % 7:
                days += 1
        if self.compare == "year":
            start, end = (_a_year_before(edge, self.zone) for edge in (self.start, self.end))
        else:
            start, end = (_days_before(edge, days, self.zone) for edge in (self.start, self.end))
        return replace(self, start=start, end=end)

    def in_whole_months(self) -> "Plain":
        """The same question, its period widened to calendar months of its zone."""
        first = self.start.astimezone(self.zone).date().replace(day=1)
        last = (self.end - MICROSECOND).astimezone(self.zone).date()
        following = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
        return replace(self, start=beginning(first, self.zone), end=beginning(following, self.zone))

    @cached_property
    def _in_period(self) -> list[Event]:
        return those_from(those_before(self.matching(), self.end), self.start)

    def lets_through(self, name: str, text: str | None) -> bool:
        """Whether a filter, if it is set, lets a text through."""
        return name not in self.patterns or is_any(text, self.patterns[name])


@lru_cache(maxsize=8)
def _matching(world: World, filters: tuple[tuple[str, tuple[str, ...]], ...]) -> list[Event]:
    """The events that each of these filters lets through; the reports of a question share them."""
    return [
        event
        for event in world.events
        if all(is_any(_told(world, event, name), patterns) for name, patterns in filters)
    ]


def _told(world: World, event: Event, name: str) -> str | None:
    """What an event says of the matter of a filter."""
    if name in ("account", "kind", "outcome", "source", "product"):
        return str(getattr(event, name))
    if name in ("item", "item_type"):
        known = None if event.item is None else (event.item[1], world.items[event.item].type)
        return None if known is None else known[name == "item_type"]
    identity = world.identities[event.who]
    return identity.name if name == "user" else event.auth_method or identity.auth_method


@cache
def is_any(text: str | None, patterns: tuple[str, ...]) -> bool:
    """Whether a text fits one of some patterns."""
    return text is not None and any(is_like(text, pattern) for pattern in patterns)


def _days_before(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    day = day_of(instant, zone) - timedelta(days=days)
    return _at_the_same_time(instant, day, zone)


def _a_year_before(instant: datetime, zone: ZoneInfo) -> datetime:
    day = day_of(instant, zone)
    is_leap_day = (day.month, day.day) == (2, 29)
    return _at_the_same_time(
        instant, day.replace(year=day.year - 1, day=28 if is_leap_day else day.day), zone
    )


def _at_the_same_time(instant: datetime, day: date, zone: ZoneInfo) -> datetime:
    if instant == beginning(day_of(instant, zone), zone):
        return beginning(day, zone)
    time = instant.astimezone(zone).time()
    return datetime.combine(day, time, zone).astimezone(UTC)


@cache
def is_like(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern in which `*` stands for any text; case does not matter."""
    parts = (re.escape(part.lower()) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), text.lower(), re.DOTALL) is not None


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an instant."""
    return instant.astimezone(zone).date()


@cache
def beginning(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a calendar day: found by halving, whatever clocks do at midnight."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    low, high = noon - timedelta(hours=48), noon + timedelta(hours=48)
    while high - low > MICROSECOND:
        middle = low + (high - low) // 2
        low, high = (middle, high) if day_of(middle, zone) < day else (low, middle)
    return high


@cache
def hour_of(minute: datetime, zone: ZoneInfo) -> datetime:
    """The first of the minutes before in which clocks show the same hour, and were not moved."""

    def shown(instant: datetime) -> tuple[object, ...]:
        local = instant.astimezone(zone)
        return local.date(), local.hour, local.utcoffset()

    first = minute
    while shown(first - timedelta(minutes=1)) == shown(minute):
        first -= timedelta(minutes=1)
    return first


def bucket_of(instant: datetime, plain: Plain) -> datetime:
    """The instant at which the hour, day, week or month of an instant begins."""
    local = instant.astimezone(plain.zone)
    if plain.per == "hour":
        return hour_of(instant.astimezone(UTC).replace(second=0, microsecond=0), plain.zone)
    day = local.date()
    if plain.per == "week":
        day -= timedelta(days=day.weekday())
    return beginning(day.replace(day=1) if plain.per == "month" else day, plain.zone)


def buckets_of(plain: Plain) -> list[datetime]:
    """Where the buckets of a period begin: walk through it by quarters of an hour."""
    starts: dict[datetime, None] = {}
    days: set[tuple[date, int]] = set()
    instant = plain.start
    while instant < plain.end:
        local = instant.astimezone(plain.zone)
        mark = (local.date(), local.hour * 60 + local.minute if plain.per == "hour" else 0)
        if plain.per == "hour" or mark not in days:
            days.add(mark)
            starts[bucket_of(instant, plain)] = None
        instant += QUARTER_OF_AN_HOUR
    if plain.start < plain.end:
        starts[bucket_of(plain.end - timedelta(microseconds=1), plain)] = None
    return sorted(starts)
