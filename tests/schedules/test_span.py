"""The address that a run is made of: its period in days, and its month where pages have months."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from vaultmeter.schedules.span import part_of_name, query_at, span_of_query, words_of

BERLIN = "Europe/Berlin"
DUE = datetime(2026, 12, 1, 6, tzinfo=UTC)


def at_due(path: str, query: str, name: str = BERLIN) -> str:
    """The address of a run that is due on 1 December, in a zone."""
    zone = ZoneInfo(name)
    span = span_of_query(query, zone, DUE, path)
    return query_at(query, zone, None if span is None else (span.start, span.end), path)


def test_a_relative_range_becomes_days() -> None:
    """The days are those before the due time, in the zone of the schedule; filters stay."""
    found = at_due("/items", "range=last-month&tz=UTC&f=kind:is:login")
    assert found == "range=2026-11-01..2026-11-30&tz=Europe/Berlin&f=kind:is:login"


@pytest.mark.parametrize(
    ("query", "month"),
    [
        ("range=last-month", "2026-11"),
        ("range=month-to-date", "2026-12"),
        ("range=last-30-days&month=2026-03", "2026-03"),
    ],
)
def test_a_page_of_months_has_the_month_in_which_the_period_ends(query: str, month: str) -> None:
    """Clients of last month are those of the month before the run, unless a month is named."""
    for zone in (BERLIN, "America/New_York", "Pacific/Auckland"):
        assert f"&month={month}" in at_due("/clients", query, zone)


@pytest.mark.parametrize(
    "query", ["range=last-month", "range=all&month=2026-11", "range=yesterday"]
)
def test_the_period_of_a_page_of_months_is_the_month_that_is_sent(query: str) -> None:
    """What the mail, the names of files and the list of runs say is what the file is of."""
    for zone in map(ZoneInfo, (BERLIN, "America/New_York", "Pacific/Auckland", "UTC")):
        span = span_of_query(query, zone, DUE, "/clients")
        assert span is not None
        ends = span.start, span.end
        assert ends == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
        assert words_of(ends, zone) == "2026-11-01 to 2026-11-30 (UTC)"
        assert part_of_name(ends, zone, DUE) == "2026-11-01-to-2026-11-30"
