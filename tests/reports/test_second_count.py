"""Every cell of every report equals a second computation in plain Python from the same events."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.reports.conftest import Organisation
from tests.reports.plain_question import Plain
from tests.reports.second_count import REPORTS
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import Ask, answer

Row = tuple[Any, ...]
EVERYBODY = {"user": ("*",)}
OF_WHOM_IT_DEPENDS_ON_OTHER_ACCOUNTS = {"users", "user", "sessions"}
"""Reports that show the account an identity belongs to, which may be one a viewer cannot see."""


def span(start: str, end: str, zone: str = "UTC") -> Period:
    """A period between two texts: local dates or local times of a zone, or instants."""
    edges = [datetime.fromisoformat(text) for text in (start, end)]
    aware = [edge if edge.tzinfo else edge.replace(tzinfo=ZoneInfo(zone)) for edge in edges]
    return Period(aware[0].astimezone(UTC), aware[1].astimezone(UTC), ZoneInfo(zone))


def check(organisation: Organisation, period: Period, **asked: Any) -> None:  # noqa: ANN401  of several types
    """Every report answers what the second computation does, cell by cell."""
    ends = {event.source: event.time for event in organisation.world.events}
    accounts = asked.pop("accounts", None)
    patterns = asked.pop("patterns", {})
    world = organisation.world if accounts is None else organisation.world.seen_by(accounts)
    for name in asked.pop("reports", report_names()):
        report = report_named(name)
        own = patterns if "user" in patterns or "user" not in report.needs else patterns | EVERYBODY
        ask = Ask(Viewer("viewer", accounts), period, Filters.of(own), limit=10**6, **asked)
        plain = Plain(world, period.start, period.end, period.zone, own, ends=ends, **asked_of(asked, period))
        table = answer(organisation.app.store, report, ask)
        expected = REPORTS[name](plain)
        without = [
            place
            for place, column in enumerate(table.columns)
            if accounts is not None
            and name in OF_WHOM_IT_DEPENDS_ON_OTHER_ACCOUNTS
            and column.name == "account"
        ]
        assert same(name, table.rows, without) == same(name, expected, without), name


def asked_of(asked: dict[str, Any], period: Period) -> dict[str, Any]:
    """The options of a question, with the bucket that a period has when none is asked for."""
    days = (period.end - period.start) / timedelta(days=1)
    per = "hour" if days <= 2 else "day" if days <= 92 else "month"
    return {"per": per} | {name: value for name, value in asked.items() if value is not None}


def same(name: str, rows: Any, without: list[int]) -> list[Row]:  # noqa: ANN401  lists or tuples of rows
    """Rows without some columns; sessions that start at one instant have no order."""
    kept = [tuple(c for place, c in enumerate(row) if place not in without) for row in rows]
    return sorted(kept, key=str) if name == "sessions" or without else kept


YEAR = span("2025-07-01", "2026-07-01")


def test_a_year(organisation: Organisation) -> None:
    """Over all there is, every report is right."""
    check(organisation, YEAR, who="everyone")
