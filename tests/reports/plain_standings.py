"""How active everybody is, worked out from the definition one identity at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from tests.reports.plain_counts import is_login, is_use_or_change, last_time
from tests.reports.plain_coverage import cut, gaps_of
from tests.reports.plain_events import Event, Who, grouped, those_before
from tests.reports.plain_question import USAGE, Plain


@dataclass(frozen=True)
class Standing:
    """What is known of one identity at the end of the period."""

    status: str
    reason: str | None
    is_new: bool
    is_low: bool
    first_seen: datetime | None
    sources: str | None
    last_used: datetime | None
    last_login: datetime | None


class Standings:
    """The standing of every identity at the end of a period."""

    def __init__(self, plain: Plain) -> None:
        """Look at the signs up to the end."""
        self.plain, self.terms = plain, plain.status
        days = self.terms.window_days
        self.start = plain.start if days is None else plain.days_before_end(days)
        self.signs = grouped(plain.signs_until_end, lambda event: event.who)

    def of(self, who: Who) -> Standing:
        """The standing of one identity."""
        signs = self.signs.get(who, [])
        status = self._status(who, signs)
        return Standing(
            status,
            self._reason(signs) if status == "inactive" else None,
            self._is_new(signs),
            who in self._low,
            signs[0].time if signs else None,
            ", ".join(sorted({event.source for event in signs})) or None,
            last_time(signs, is_use_or_change),
            last_time(signs, is_login),
        )

    def _status(self, who: Who, signs: list[Event]) -> str:
        lately = [event for event in signs if event.time >= self.start and event.outcome == "ok"]
        if sum(map(self._qualifies, lately)) >= self.terms.minimum:
            return "active"
        if lately:
            return "passive"
        if signs:
            return "inactive" if {e.source for e in signs} & self.covered else "no_evidence"
        root = self.plain.world.identities[who].account.split("/")[0]
        sources = {e.source for e in self.logged if e.account.split("/")[0] == root}
        return "inactive" if sources & self.covered else "no_evidence"

    def _is_new(self, signs: list[Event]) -> bool:
        return bool(signs) and signs[0].time >= self.plain.days_before_end(self.terms.grace_days)

    @cached_property
    def _low(self) -> set[Who]:
        """Those of the active who do least, of people and of all others."""
        done = {
            who: sum(self._qualifies(event) for event in signs if event.time >= self.start)
            for who, signs in self.signs.items()
            if self._status(who, signs) == "active" and not self._is_new(signs)
        }
        people = {who for who in done if self.plain.world.identities[who].kind == "person"}
        return {
            who
            for peers in (people, set(done) - people)
            for who in peers
            if 10 * sum(done[peer] < done[who] for peer in peers) < len(peers)
            and 2 * sum(done[peer] > done[who] for peer in peers) >= len(peers)
        }

    def _qualifies(self, event: Event) -> bool:
        wanted = event.intent in self.terms.intents or event.kind in self.terms.kinds
        return wanted and event.outcome == "ok"

    def _reason(self, signs: list[Event]) -> str:
        seen = last_time(signs, lambda event: event.outcome == "ok")
        if seen is None:
            return "never used"
        dormant = seen < self.plain.days_before_end(self.terms.dormancy_days)
        return "dormant" if dormant else "lapsed"

    @cached_property
    def logged(self) -> list[Event]:
        """All that the sources hold up to the end, whoever asks."""
        return those_before((self.plain.logged or self.plain.world).events, self.plain.end)

    @cached_property
    def covered(self) -> set[str]:
        """The sources that would have shown use: they have shown some, and have no long gaps."""
        return {
            source
            for source, events in grouped(self.logged, lambda event: event.source).items()
            if any(e.intent in USAGE and self._qualifies(e) for e in events)
            and not self._has_gaps(source)
        }

    def _has_gaps(self, source: str) -> bool:
        """Whether gaps cover over a tenth of the window."""
        gaps = gaps_of(self.plain.logged or self.plain.world, source, self.plain.end)
        parts = cut(gaps, self.start, self.plain.end)
        silent = sum((until - since for since, until in parts), timedelta())
        return silent > (self.plain.end - self.start) / 10
