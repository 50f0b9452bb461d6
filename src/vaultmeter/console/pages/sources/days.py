"""The calendar of coverage: for each source, one block for each day of the range (UTC)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.pages.sources.known import narrowed
from vaultmeter.console.words import Words

DAYS = "coverage-days"
_NONE = "none"
_SAID = {
    "full": "with records",
    "partial": "partly covered",
    "silent": "silent",
    _NONE: "before its first record",
}
"""States of a day, as they are said, in this order."""
_CLOSE = 100
"""From so many days on there is no room between blocks."""
_LABELS = 10
"""Labels of days at most."""


@dataclass(frozen=True)
class DayOf:
    """A day of a source."""

    day: date
    state: str
    events: int
    is_today: bool = False
    """It is not over: silence is not known yet."""

    @property
    def css(self) -> str:
        """Its classes."""
        return f"{self.state} now" if self.is_today else self.state


@dataclass(frozen=True)
class Strip:
    """The days of one source."""

    source: str
    days: tuple[DayOf, ...]

    def words(self, words: Words) -> str:
        """What the blocks show, in words."""
        counted = Counter(day.state for day in self.days)
        told = [
            f"{words.count(counted[state], 'day')} {said}"
            for state, said in _SAID.items()
            if counted[state]
        ]
        return ", ".join(told)

    @property
    def events(self) -> int:
        """The events of all of them."""
        return sum(day.events for day in self.days)


@dataclass(frozen=True)
class Calendar:
    """The days of the range, and a strip for each source."""

    days: tuple[date, ...]
    strips: tuple[Strip, ...]
    words: Words

    @property
    def is_close(self) -> bool:
        """Whether blocks stand side by side without room between them."""
        return len(self.days) >= _CLOSE

    @property
    def labels(self) -> list[str]:
        """What stands below each day: the day where there is room, else nothing."""
        step = max(1, -(-len(self.days) // _LABELS))
        return [self.words.day(day) if n % step == 0 else "" for n, day in enumerate(self.days)]

    @property
    def states(self) -> list[str]:
        """The states that are on it, in the order of the legend."""
        found = {day.state for strip in self.strips for day in strip.days}
        return [state for state in _SAID if state in found]


def calendar_of(asking: Asking, sources: Iterable[str] | None = None) -> Calendar:
    """The calendar of the range; of some sources alone where they are named."""
    days = _days(asking)
    wanted = None if sources is None else list(sources)
    found: dict[str, dict[date, DayOf]] = {}
    for row in asking.report(DAYS, narrowed(asking)).dicts():
        if wanted is None or row["source"] in wanted:
            is_today = row["day"] == asking.now.astimezone(UTC).date()
            told = DayOf(row["day"], row["state"], row["events"], is_today)
            found.setdefault(row["source"], {})[row["day"]] = told
    for name in wanted or ():
        found.setdefault(name, {})
    strips = tuple(
        Strip(name, tuple(told.get(day, DayOf(day, _NONE, 0)) for day in days))
        for name, told in found.items()
    )
    return Calendar(days, strips, asking.words)


def day_url(asking: Asking, source: str, day: DayOf) -> str:
    """The evidence of a day's events."""
    return evidence_url(asking, DAYS, "events", {"source": source, "day": day.day})


def _days(asking: Asking) -> tuple[date, ...]:
    """The days (UTC) that the range touches, up to the one it is."""
    first = asking.period.start.astimezone(UTC).date()
    last = (asking.period.end - timedelta(microseconds=1)).astimezone(UTC).date()
    last = min(last, asking.now.astimezone(UTC).date())
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
