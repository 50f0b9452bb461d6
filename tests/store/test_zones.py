"""Wall-clock time in SQL is that of the time zone database, for every zone and any instant."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import duckdb
import pytest

from vaultmeter.model.period import Period
from vaultmeter.store.zones import local_time, offset_changes

EVERY_ZONE = sorted(available_timezones())
FIRST, LAST = datetime(2014, 1, 1, tzinfo=UTC), datetime(2029, 12, 31, tzinfo=UTC)
SPANS = (
    (FIRST, LAST),
    (datetime(2025, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)),
    (datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, 1, tzinfo=UTC)),
)


def in_sql(instants: list[datetime], period: Period) -> list[datetime]:
    """The local times of instants, as the engine computes them for a period."""
    sql, values = local_time("instant", period)
    naive = [instant.replace(tzinfo=None) for instant in instants]
    rows = duckdb.execute(
        f"select {sql} from (select unnest($naive) as instant,"
        " generate_subscripts($naive, 1) as nth) order by nth",
        values | {"naive": naive},
    )
    return [local for (local,) in rows.fetchall()]


def by_database(instants: list[datetime], zone: ZoneInfo) -> list[datetime]:
    """The local times of instants, as the time zone database has them."""
    return [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]


def around(start: datetime, end: datetime, changes: list[datetime]) -> list[datetime]:
    """Instants of a span: its ends, just before and at each change, and some in between."""
    microsecond = timedelta(microseconds=1)
    numbers = random.Random(start.isoformat())  # noqa: S311  no secret
    length = (end - start) // microsecond
    some = [start + numbers.randrange(length) * microsecond for _ in range(40)]
    edges = [change + step for change in changes for step in (-microsecond, timedelta())]
    inside = [instant for instant in (*some, *edges) if start <= instant < end]
    return [start, end - microsecond, *inside]


def changes_found(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The instants of a span at which a zone's offset changes, as the product finds them."""
    return [change for change, _ in offset_changes(zone, start, end) if change]


def true_changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The same, found by looking at every day, and at every minute of the days in question."""
    found = []
    instant = start
    while instant < end:
        following = min(instant + timedelta(days=1), end)
        if instant.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            step = instant
            while step.astimezone(zone).utcoffset() == instant.astimezone(zone).utcoffset():
                step += timedelta(minutes=1)
            found.append(step)
        instant = following
    return found


@pytest.mark.parametrize("letter", sorted({zone[0] for zone in EVERY_ZONE}))
def test_local_time_is_right_in_every_zone(letter: str) -> None:
    """In every zone, at thousands of instants and at each change, SQL and the database agree."""
    for name in (zone for zone in EVERY_ZONE if zone[0] == letter):
        zone = ZoneInfo(name)
        for start, end in SPANS:
            instants = around(start, end, changes_found(zone, start, end))
            got = in_sql(instants, Period(start, end, zone))
            assert got == by_database(instants, zone), (name, start)


@pytest.mark.parametrize(
    "name", ["Africa/Cairo", "Africa/Casablanca", "Asia/Gaza", "Europe/Berlin"]
)
def test_no_change_is_overlooked(name: str) -> None:
    """Zones that change their clocks four times a year, and not at the same date, are right too."""
    zone, start, end = ZoneInfo(name), datetime(2008, 1, 1, tzinfo=UTC), LAST
    assert changes_found(zone, start, end) == true_changes(zone, start, end)


def test_a_zone_without_changes_needs_one_offset() -> None:
    """Where clocks never change, local time is one addition."""
    start, end = SPANS[1]
    assert offset_changes(ZoneInfo("Asia/Kolkata"), start, end) == [(None, 19800)]
    sql, values = local_time("instant", Period(start, end, ZoneInfo("Asia/Kathmandu")))
    assert "case" not in sql
    assert values == {"zone_offset_0": 20700}


def test_an_empty_period_has_a_local_time() -> None:
    """A period without a length is no error."""
    start = SPANS[1][0]
    sql, values = local_time("instant", Period(start, start, ZoneInfo("Europe/Berlin")))
    assert values == {"zone_offset_0": 7200}
    assert sql
