"""One question asked twice: of the reports, and of plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.reports.plain_events import World
from tests.reports.plain_question import Plain, beginning
from tests.reports.second_count import REPORTS

from vaultmeter.app import App
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period
from vaultmeter.model.status import StatusDefinition
from vaultmeter.model.terms import Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import Ask, answer

Row = tuple[Any, ...]
Patterns = Mapping[str, tuple[str, ...]]

EVERYBODY: Patterns = {"user": ("*",)}


@dataclass(frozen=True)
class Question:
    """What is asked of every report. `accounts` are those of a viewer who may not see all."""

    period: Period
    patterns: Patterns = field(default_factory=dict)
    who: str = "everyone"
    per: str | None = None
    compare: str = "weekdays"
    accounts: tuple[str, ...] | None = None
    status: StatusDefinition = field(default_factory=StatusDefinition)
    limits: tuple[Limit, ...] = ()

    def asked(self, app: App, name: str) -> list[Row]:
        """The rows of a report."""
        report = report_named(name)
        viewer = Viewer.of_accounts("viewer", self.accounts)
        filters = Filters.of(self.patterns_for(name))
        options = (self.who, self.per, self.compare)
        terms = Terms(self.status, self.limits)
        ask = Ask(viewer, self.period, filters, *options, limit=10**6, terms=terms)
        return list(answer(app.store, report, ask).rows)

    def plain(self, world: World, names: Iterable[str]) -> dict[str, Plain]:
        """The question in plain Python, for each of these reports."""
        seen = world if self.accounts is None else world.seen_by(self.accounts)
        ends = {event.source: event.time for event in seen.events}
        edges = (self.period.start, self.period.end, self.period.zone)
        per = self.per or _usual_bucket(self.period)
        made: dict[str, Plain] = {}
        for name in names:
            patterns = self.patterns_for(name)
            same = (plain for plain in made.values() if plain.patterns == patterns)
            made[name] = next(same, None) or Plain(
                seen,
                *edges,
                patterns,
                self.who,
                per,
                self.compare,
                ends,
                self.status,
                seen,
                self.limits,
                self.accounts,
            )
        return made

    def patterns_for(self, name: str) -> Patterns:
        """The filters; reports about one user are asked about all who match."""
        needs_user = "user" in report_named(name).needs and "user" not in self.patterns
        return {**self.patterns, **EVERYBODY} if needs_user else self.patterns

    def same(self, name: str, rows: list[Row]) -> list[Row]:
        """Rows as they are compared: ties in any order."""
        return sorted(rows, key=str) if name == "sessions" else rows


def check(app: App, world: World, question: Question, *names: str) -> None:
    """The reports, or those named, answer what plain Python counts, cell by cell."""
    wanted = names or tuple(report_names())
    plain = question.plain(world, wanted)
    for name in wanted:
        got = question.same(name, question.asked(app, name))
        assert got == question.same(name, REPORTS[name](plain[name])), name


def span(start: str, end: str, zone: str = "UTC") -> Period:
    """A period between two local times of a zone, or two instants."""
    edges = [datetime.fromisoformat(text) for text in (start, end)]
    aware = [edge if edge.tzinfo else edge.replace(tzinfo=ZoneInfo(zone)) for edge in edges]
    return Period(aware[0].astimezone(UTC), aware[1].astimezone(UTC), ZoneInfo(zone))


def days(first: str, after: str, zone: str) -> Period:
    """A period of whole days, wherever they begin."""
    start, end = (beginning(date.fromisoformat(day), ZoneInfo(zone)) for day in (first, after))
    return Period(start, end, ZoneInfo(zone))


def _usual_bucket(period: Period) -> str:
    if period.start == period.end:
        return "hour"
    first = period.start.astimezone(period.zone).date()
    last = (period.end - timedelta(microseconds=1)).astimezone(period.zone).date()
    days = (last - first).days + 1
    return "hour" if days <= 2 else "day" if days <= 92 else "month"
