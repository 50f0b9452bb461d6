"""An hour begins when clocks show it, also where they are moved by half an hour or less."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from tests.reports.plain_question import hour_of

from vaultmeter.model.period import Period
from vaultmeter.reports.shape import bucket_starts
from vaultmeter.store.zones import hour_start

MINUTE = timedelta(minutes=1)
BACK, ON = datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
"""When clocks on Lord Howe go back and on by half an hour."""


def starts_in_sql(minutes: list[datetime], period: Period) -> list[datetime]:
    """Where the hours of instants begin, as the engine computes them for a period."""
    sql, values = hour_start("instant", period)
    rows = duckdb.execute(
        f"select {sql} from (select unnest($naive) as instant,"
        " generate_subscripts($naive, 1) as nth) order by nth",
        values | {"naive": [minute.replace(tzinfo=None) for minute in minutes]},
    )
    return [start.replace(tzinfo=UTC) for (start,) in rows.fetchall()]


@pytest.mark.parametrize("change", [BACK, ON], ids=["back", "on"])
@pytest.mark.parametrize("after", [-300, -40, -1, 0, 1, 20, 29, 31, 45])
def test_hours_beside_a_change_of_half_an_hour(change: datetime, after: int) -> None:
    """Wherever a period begins beside the change, each minute falls in the hour clocks show."""
    zone = ZoneInfo("Australia/Lord_Howe")
    start = change + after * MINUTE
    period = Period(start, change + timedelta(hours=6), zone)
    minutes = [start + nth * MINUTE for nth in range((period.end - start) // MINUTE)]
    expected = [hour_of(minute, zone) for minute in minutes]

    assert starts_in_sql(minutes, period) == expected
    assert bucket_starts(period, "hour") == sorted(set(expected))


def test_the_short_hour_begins_when_clocks_were_moved() -> None:
    """Of the hour that clocks show again for its second half, that half is an hour of its own."""
    period = Period(
        BACK - timedelta(hours=1), BACK + timedelta(hours=1), ZoneInfo("Australia/Lord_Howe")
    )

    assert bucket_starts(period, "hour") == [
        BACK - timedelta(hours=1),
        BACK,
        BACK + timedelta(minutes=30),
    ]


@pytest.mark.parametrize("name", ["UTC", "Asia/Kathmandu", "Europe/Berlin", "Africa/Cairo"])
def test_hours_of_other_zones(name: str) -> None:
    """Where clocks are moved by whole hours, or never, hours begin at full ones of the clock."""
    zone = ZoneInfo(name)
    start = datetime(2026, 3, 28, 12, 7, tzinfo=UTC)
    period = Period(start, start + timedelta(days=1), zone)
    minutes = [start + nth * MINUTE for nth in range(24 * 60)]
    expected = [hour_of(minute, zone) for minute in minutes]

    assert starts_in_sql(minutes, period) == expected
    assert bucket_starts(period, "hour") == sorted(set(expected))
