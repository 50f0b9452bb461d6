"""When schedules are due, over zones and years, against a slow and obvious computation."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaultmeter.model.errors import Invalid
from vaultmeter.schedules.timing import (
    EVERY,
    WEEKDAYS,
    Timing,
    dues,
    instant_of,
    next_due,
    next_runs,
    timing_of,
)

MINUTE = timedelta(minutes=1)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "UTC",
)
"""Zones of half hours, of half-hour and two-hour changes, of changes at midnight, of a lost day."""


def at(text: str) -> datetime:
    """Read an instant, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(timing: Timing, after: str, n: int = 3) -> list[str]:
    """Tell the next runs, in UTC."""
    return [f"{due:%Y-%m-%d %H:%M}" for due in next_runs(timing, at(after), n)]


def walls(start: datetime, days: int, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Give every minute from an instant on, with what the clock shows."""
    for minutes in range(days * 24 * 60):
        instant = start + minutes * MINUTE
        yield instant, instant.astimezone(zone).replace(tzinfo=None)


def slowly(
    start: datetime, days: int, zone: ZoneInfo, is_named: Callable[[datetime], bool]
) -> list[datetime]:
    """Tell when named times are due: each at the first minute that shows it, or something later."""
    found = []
    latest = start.astimezone(zone).replace(tzinfo=None)
    for instant, wall in walls(start, days, zone):
        passed = range(max(0, (wall - latest) // MINUTE))
        if any(is_named(latest + (step + 1) * MINUTE) for step in passed):
            found.append(instant)
        latest = max(latest, wall)
    return found


def shown(
    start: datetime, days: int, zone: ZoneInfo, is_named: Callable[[datetime], bool]
) -> list[datetime]:
    """Tell every minute after an instant at which the clock shows a named time."""
    return [
        instant for instant, wall in walls(start, days, zone) if instant > start and is_named(wall)
    ]


def named_by(timing: Timing) -> Callable[[datetime], bool]:
    """Tell whether a preset names a time of the wall clock."""

    def is_day(day: date) -> bool:
        last = monthrange(day.year, day.month)[1]
        if timing.every == "weekdays":
            return day.weekday() < WEEKDAYS.index("sat")
        if timing.every == "weekly":
            return day.weekday() == WEEKDAYS.index(timing.on)
        if timing.every in {"monthly", "quarterly"}:
            is_month = timing.every == "monthly" or day.month in {1, 4, 7, 10}
            return is_month and day.day == (
                last if timing.on == "last" else min(int(timing.on), last)
            )
        if timing.every == "yearly":
            month, number = map(int, timing.on.split("-"))
            return day.month == month and day.day == min(number, last)
        return True

    return lambda wall: f"{wall:%H:%M}" == timing.at and is_day(wall.date())


def changes_of(zone: str) -> list[datetime]:
    """List the days in which a zone's clock changed, over forty years."""
    key = ZoneInfo(zone)
    days = [at("2000-01-01T00:00") + timedelta(days=number) for number in range(40 * 365)]
    offsets = [day.astimezone(key).utcoffset() for day in days]
    changed = [
        day for day, own, then in zip(days, offsets, offsets[1:], strict=False) if own != then
    ]
    return changed or days[:1]


CHANGES = {zone: changes_of(zone) for zone in ZONES}
TIMES = st.one_of(
    st.sampled_from(["00:00", "00:30", "01:45", "02:00", "02:30", "03:00", "23:59"]),
    st.times().map(lambda time: f"{time:%H:%M}"),
)


@st.composite
def presets(draw: st.DrawFn) -> tuple[Timing, datetime]:
    """Draw a preset in a zone, and an instant near one of the zone's changes, or anywhere."""
    zone = draw(st.sampled_from(ZONES))
    every = draw(st.sampled_from([each for each in EVERY if each not in {"hourly", "cron"}]))
    change = draw(st.sampled_from(CHANGES[zone]))
    start = change - timedelta(minutes=draw(st.integers(0, 36 * 60)))
    local = start.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    days = st.sampled_from([str(local.day), str(local.day + 1), "31", "last"])
    on = {
        "weekly": st.sampled_from([f"{local:%a}".lower(), "mon"]),
        "monthly": days.filter(lambda day: day != "32"),
        "quarterly": days.filter(lambda day: day != "32"),
        "yearly": st.sampled_from([f"{local:%m-%d}", "02-29"]),
    }.get(every, st.just(""))
    return timing_of(every, zone, draw(TIMES), draw(on)), start


@given(presets())
@settings(max_examples=60, deadline=None)
def test_presets_are_due_as_the_wall_clock_passes(drawn: tuple[Timing, datetime]) -> None:
    """Over every change of ten zones, presets are due when a clock first shows or passes them."""
    timing, start = drawn
    end = start + timedelta(days=3)

    found = dues(timing, start, end - MINUTE, 10)

    assert found == slowly(start, 3, ZoneInfo(timing.zone), named_by(timing))


@given(st.sampled_from(ZONES), st.data(), st.integers(0, 59))
@settings(max_examples=25, deadline=None)
def test_every_hour_follows_the_hours_that_pass(
    zone: str, data: st.DataObject, minute: int
) -> None:
    """Hourly ones are due whenever the clock shows their minutes, and never else."""
    start = data.draw(st.sampled_from(CHANGES[zone])) - timedelta(hours=1)
    timing = timing_of("hourly", zone, f"00:{minute:02}")

    found = dues(timing, start, start + timedelta(days=2) - MINUTE, 100)

    assert found == shown(start, 2, ZoneInfo(zone), lambda wall: wall.minute == minute)


@given(st.sampled_from(ZONES), st.data())
@settings(max_examples=30, deadline=None)
def test_cron_lines_are_due_once_a_named_time(zone: str, data: st.DataObject) -> None:
    """A cron line that names hours is due at each named time once, whatever the clock does."""
    minutes = data.draw(st.sets(st.integers(0, 59), min_size=1, max_size=3))
    hours = data.draw(st.sets(st.integers(0, 23), min_size=1, max_size=5))
    start = data.draw(st.sampled_from(CHANGES[zone])) - timedelta(hours=20)
    line = f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"
    timing = timing_of("cron", zone, cron=line)

    found = dues(timing, start, start + timedelta(days=3) - MINUTE, 100)

    assert found == slowly(
        start, 3, ZoneInfo(zone), lambda wall: wall.minute in minutes and wall.hour in hours
    )


@given(presets())
@settings(max_examples=60, deadline=None)
def test_due_times_are_later_and_the_same_from_anywhere_before(
    drawn: tuple[Timing, datetime],
) -> None:
    """The next due time is later than what is asked after, and no instant before it skips it."""
    timing, start = drawn
    first = next_due(timing, start)

    assert first > start
    assert next_due(timing, first - timedelta(microseconds=1)) == first
    assert next_due(timing, first) > first


def test_a_time_that_does_not_exist_is_due_after_the_gap() -> None:
    """At 02:30, where clocks go from 02:00 to 03:00, it is due at 03:00, once, and then as ever."""
    berlin = timing_of("daily", "Europe/Berlin", "02:30")
    york = timing_of("daily", "America/New_York", "02:30")
    howe = timing_of("daily", "Australia/Lord_Howe", "02:15")

    assert told(berlin, "2026-03-28T12:00") == [
        "2026-03-29 01:00",
        "2026-03-30 00:30",
        "2026-03-31 00:30",
    ]
    assert told(york, "2026-03-07T12:00", 2) == ["2026-03-08 07:00", "2026-03-09 06:30"]
    assert told(howe, "2026-10-03T12:00", 2) == ["2026-10-03 15:30", "2026-10-04 15:15"]


def test_a_time_that_exists_twice_is_due_once() -> None:
    """At 02:30, where clocks go from 03:00 back to 02:00, it is due the first time alone."""
    berlin = timing_of("daily", "Europe/Berlin", "02:30")
    york = timing_of("daily", "America/New_York", "01:30")
    howe = timing_of("daily", "Australia/Lord_Howe", "01:45")

    assert told(berlin, "2026-10-24T12:00", 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]
    assert told(york, "2026-10-31T12:00", 2) == ["2026-11-01 05:30", "2026-11-02 06:30"]
    assert told(howe, "2026-04-04T12:00", 2) == ["2026-04-04 14:45", "2026-04-05 15:15"]


def test_zones_of_half_hours() -> None:
    """Seven in the morning in Kolkata is 01:30 in UTC, all the year."""
    assert told(timing_of("daily", "Asia/Kolkata", "07:00"), "2026-03-28T12:00", 2) == [
        "2026-03-29 01:30",
        "2026-03-30 01:30",
    ]


def test_a_day_that_a_zone_skipped() -> None:
    """Apia had no 30 December 2011: what was due then is due as the 31st begins."""
    daily = timing_of("daily", "Pacific/Apia", "09:00")
    monthly = timing_of("monthly", "Pacific/Apia", "09:00", "30")

    assert told(daily, "2011-12-28T20:00") == [
        "2011-12-29 19:00",
        "2011-12-30 10:00",
        "2011-12-30 19:00",
    ]
    assert told(monthly, "2011-12-01T00:00", 2) == ["2011-12-30 10:00", "2012-01-29 19:00"]


def test_days_that_months_do_not_have() -> None:
    """The 31st is the last day of shorter months, and 29 February the 28th of other years."""
    assert told(timing_of("monthly", "UTC", "09:00", "31"), "2028-01-30T00:00", 4) == [
        "2028-01-31 09:00",
        "2028-02-29 09:00",
        "2028-03-31 09:00",
        "2028-04-30 09:00",
    ]
    assert told(timing_of("yearly", "UTC", "09:00", "02-29"), "2026-12-01T00:00", 2) == [
        "2027-02-28 09:00",
        "2028-02-29 09:00",
    ]
    assert told(timing_of("cron", cron="0 9 29 2 *"), "2026-12-01T00:00", 2) == [
        "2028-02-29 09:00",
        "2032-02-29 09:00",
    ]


def test_the_presets() -> None:
    """Each preset is due as its words say; what is left out is seven, Monday, the first."""
    after = "2026-11-20T12:00"
    assert told(timing_of("weekdays"), after, 2) == ["2026-11-23 07:00", "2026-11-24 07:00"]
    assert told(timing_of("weekly"), after, 2) == ["2026-11-23 07:00", "2026-11-30 07:00"]
    assert told(timing_of("monthly"), after, 2) == ["2026-12-01 07:00", "2027-01-01 07:00"]
    assert told(timing_of("quarterly", on="last"), after, 2) == [
        "2027-01-31 07:00",
        "2027-04-30 07:00",
    ]
    assert told(timing_of("yearly"), after, 2) == ["2027-01-01 07:00", "2028-01-01 07:00"]
    assert told(timing_of("hourly", at="00:20"), after, 2) == [
        "2026-11-20 12:20",
        "2026-11-20 13:20",
    ]


def test_a_clock_is_not_needed_to_be_in_order() -> None:
    """Asked for an earlier instant again, the answer is the same: nothing is remembered."""
    timing = timing_of("daily", "Europe/Berlin", "02:30")
    before = next_due(timing, at("2026-10-24T12:00"))
    next_due(timing, at("2030-01-01T00:00"))
    assert next_due(timing, at("2026-10-24T12:00")) == before


def test_instants_of_a_wall_clock() -> None:
    """A gap ends at one instant for all the times in it."""
    zone = ZoneInfo("America/Sao_Paulo")
    midnight = datetime(2018, 11, 4)  # noqa: DTZ001  of a wall clock
    assert {instant_of(midnight + minutes * MINUTE, zone) for minutes in (0, 17, 59)} == {
        at("2018-11-04T03:00")
    }


@pytest.mark.parametrize(
    ("words", "told_of"),
    [
        ({"every": "dayly"}, "'daily'"),
        ({"every": "daily", "at": "25:00"}, "time of day"),
        ({"every": "daily", "at": "7"}, "time of day"),
        ({"every": "daily", "on": "mon"}, "no day"),
        ({"every": "weekly", "on": "foo"}, "day of the week"),
        ({"every": "monthly", "on": "32"}, "day of a month"),
        ({"every": "monthly", "on": "0"}, "day of a month"),
        ({"every": "yearly", "on": "02-30"}, "day of a year"),
        ({"every": "daily", "zone": "Mars/Base"}, "time zone"),
        ({"every": "daily", "cron": "* * * * *"}, "cron"),
        ({"every": "cron"}, "cron line"),
        ({"every": "cron", "cron": "* * * *"}, "five fields"),
        ({"every": "cron", "cron": "0 0 1 1 * 2026"}, "five fields"),
        ({"every": "cron", "cron": "61 * * * *"}, "cron line"),
        ({"every": "cron", "cron": "0 0 31 2 *"}, "cron line"),
        ({"every": "cron", "cron": "0 7 * * *", "at": "07:00"}, "--at"),
    ],
)
def test_what_is_no_timing_is_refused(words: dict[str, str], told_of: str) -> None:
    """A timing that cannot be read is refused with what is wrong."""
    with pytest.raises(Invalid) as refused:
        timing_of(**words)
    assert told_of in f"{refused.value.message} {refused.value.hint}"


def test_a_timing_in_words() -> None:
    """A timing tells in words what it is."""
    assert timing_of("monthly", "UTC", "9:30", "LAST").text() == "monthly on last at 09:30 (UTC)"
    assert timing_of("hourly", at="00:05").text() == "hourly at :05 (UTC)"
    assert timing_of("cron", cron="0  7 * * mon").text() == "cron 0 7 * * mon (UTC)"
