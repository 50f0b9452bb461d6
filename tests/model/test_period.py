"""Checks what ranges mean: presets, days of 23 and 25 hours, leap days, comparisons, `--from`."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultmeter.model.errors import Invalid
from vaultmeter.model.period import (
    BUCKETS,
    COMPARISONS,
    RANGES,
    Period,
    midnight,
    period_of,
    zone_named,
)

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(1971, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)


def ends(period: Period | None) -> tuple[str, str]:
    """The two ends of a period in its own zone, as text."""
    assert period is not None
    start, end = (edge.astimezone(period.zone) for edge in (period.start, period.end))
    return (start.isoformat(), end.isoformat())


def days(name: str, zone: str = "UTC", now: datetime = NOW) -> tuple[str, str]:
    """The first day of a preset and the day after its last one; both begin at midnight."""
    start, end = ends(period_of(name, zone_named(zone), now))
    assert start[11:19] == end[11:19] == "00:00:00"
    return (start[:10], end[:10])


def between(start: str, end: str, zone: str = "UTC") -> Period:
    """The period of `--from` and `--to`."""
    return period_of("last-30-days", zone_named(zone), NOW, start, end)


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [
        ("today", "2026-11-22", "2026-11-23"),
        ("yesterday", "2026-11-21", "2026-11-22"),
        ("last-7-days", "2026-11-16", "2026-11-23"),
        ("last-30-days", "2026-10-24", "2026-11-23"),
        ("last-90-days", "2026-08-25", "2026-11-23"),
        ("this-week", "2026-11-16", "2026-11-23"),
        ("last-week", "2026-11-09", "2026-11-16"),
        ("month-to-date", "2026-11-01", "2026-11-23"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("quarter-to-date", "2026-10-01", "2026-11-23"),
        ("last-quarter", "2026-07-01", "2026-10-01"),
        ("year-to-date", "2026-01-01", "2026-11-23"),
        ("last-12-months", "2025-11-23", "2026-11-23"),
    ],
)
def test_presets(name: str, first: str, after: str) -> None:
    """Each preset is whole days; those that run until now hold the whole of today."""
    assert days(name) == (first, after)


def test_every_range_has_a_meaning_here() -> None:
    """No preset is without a test above, but `all`, which has its own below."""
    assert len(RANGES) == 14
    assert {days(name) for name in RANGES if name != "all"}


@pytest.mark.parametrize(
    ("today", "week", "quarter", "before"),
    [
        ("2026-11-16", "2026-11-16", "2026-10-01", "2026-07-01"),
        ("2026-01-01", "2025-12-29", "2026-01-01", "2025-10-01"),
        ("2026-03-31", "2026-03-30", "2026-01-01", "2025-10-01"),
        ("2028-02-29", "2028-02-28", "2028-01-01", "2027-10-01"),
    ],
)
def test_weeks_begin_on_mondays_and_quarters_in_january(
    today: str, week: str, quarter: str, before: str
) -> None:
    """A week goes over the end of a year, a quarter never does."""
    now = datetime.fromisoformat(today + "T12:00:00+00:00")
    assert days("this-week", now=now)[0] == days("last-week", now=now)[1] == week
    assert days("quarter-to-date", now=now)[0] == days("last-quarter", now=now)[1] == quarter
    assert days("last-quarter", now=now)[0] == before


def test_a_day_is_that_of_the_zone() -> None:
    """At half past six in the evening in London it is tomorrow in Auckland."""
    now = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    assert days("today", "Pacific/Auckland", now) == ("2026-11-23", "2026-11-24")
    assert days("today", "Asia/Kolkata", now) == ("2026-11-23", "2026-11-24")
    assert days("today", "Asia/Kathmandu", now - timedelta(minutes=16)) == (
        "2026-11-22",
        "2026-11-23",
    )
    assert days("today", "America/New_York", now) == ("2026-11-22", "2026-11-23")


def test_days_when_clocks_change_have_23_and_25_hours() -> None:
    """The days on which clocks change are as long as they really are."""
    assert (spring := between("2026-03-29", "2026-03-29", "Europe/Berlin")).days() == 1
    assert spring.end - spring.start == timedelta(hours=23)
    autumn = between("2026-10-25", "2026-10-25", "Europe/Berlin")
    assert autumn.end - autumn.start == timedelta(hours=25)
    lord_howe = between("2026-04-05", "2026-04-05", "Australia/Lord_Howe")
    assert lord_howe.end - lord_howe.start == timedelta(hours=24, minutes=30)


def test_a_day_without_a_midnight_begins_when_clocks_stop() -> None:
    """Where clocks go forward at midnight, the day begins at one o'clock and has 23 hours."""
    cairo = between("2026-04-24", "2026-04-24", "Africa/Cairo")
    assert ends(cairo) == ("2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00")
    assert cairo.end - cairo.start == timedelta(hours=23)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2028-02-28", "2027-03-01"),
        ("2028-02-29", "2027-03-01"),
        ("2027-02-28", "2026-03-01"),
        ("2028-03-01", "2027-03-02"),
    ],
)
def test_twelve_months_around_a_leap_day(today: str, first: str) -> None:
    """Twelve months end today and begin on the day after today's of the year before."""
    now = datetime.fromisoformat(today + "T12:00:00+00:00")
    assert days("last-12-months", now=now)[0] == first


def test_last_month_in_january_and_march() -> None:
    """The month before January is December; the month before March is as long as it is."""
    assert days("last-month", now=datetime(2026, 1, 31, tzinfo=UTC)) == ("2025-12-01", "2026-01-01")
    assert days("last-month", now=datetime(2028, 3, 31, tzinfo=UTC)) == ("2028-02-01", "2028-03-01")


def test_all_covers_every_event() -> None:
    """`all` begins on the day of the first event and ends after today, or after a later event."""
    zone = ZoneInfo("Asia/Kolkata")
    first, last = datetime(2025, 3, 4, 20, tzinfo=UTC), datetime(2026, 12, 5, 20, tzinfo=UTC)
    period = period_of("all", zone, NOW, bounds=(first, first))
    assert ends(period) == ("2025-03-05T00:00:00+05:30", "2026-11-23T00:00:00+05:30")
    period = period_of("all", zone, NOW, bounds=(first, last))
    assert ends(period)[1] == "2026-12-07T00:00:00+05:30"
    assert ends(period_of("all", zone, NOW))[0] == "2026-11-22T00:00:00+05:30"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-01", "2026-11-14", ("2026-11-01T00:00:00+05:30", "2026-11-15T00:00:00+05:30")),
        (
            "2026-11-01T08:00",
            "2026-11-01T09:30:00.5",
            ("2026-11-01T08:00:00+05:30", "2026-11-01T09:30:00.500000+05:30"),
        ),
        (
            "2026-11-01T08:00:00Z",
            "2026-11-01T11:00:00+02:00",
            ("2026-11-01T13:30:00+05:30", "2026-11-01T14:30:00+05:30"),
        ),
    ],
)
def test_from_and_to(start: str, end: str, expected: tuple[str, str]) -> None:
    """Days are those of the zone, the last one included; instants are as they are written."""
    assert ends(between(start, end, "Asia/Kolkata")) == expected


def test_from_alone_ends_now_and_to_alone_begins_before_all() -> None:
    """Either end may be left out."""
    zone = ZoneInfo("UTC")
    assert period_of("today", zone, NOW, start="2026-11-01").end == NOW
    assert period_of("today", zone, NOW, end="2026-11-01").start.year == 1970


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("yesterday", None, "--from 'yesterday' is neither a date nor an instant"),
        (None, "2026-13-01", "--to '2026-13-01' is neither a date nor an instant"),
        ("", None, "--from '' is neither a date nor an instant"),
        ("2026-11-02", "2026-11-01T12:00", "The range ends .* before it starts"),
        ("2027-01-01", None, "The range ends .* before it starts"),
        (
            "2026-11-02",
            "2026-11-01",
            "There is nothing between --from 2026-11-02 and --to 2026-11-01",
        ),
        ("2026-11-02T01:00", "2026-11-02T01:00", "There is nothing between"),
        ("0001-01-01", "0001-01-02", "--from '0001-01-01' is"),
        ("2026-11-01", "9999-12-31", "--to '9999-12-31' is"),
        ("9999-12-31T23:59:59-12:00", None, "--from '9999-12-31T23:59:59-12:00' is"),
    ],
)
def test_ends_that_mean_nothing(start: str | None, end: str | None, message: str) -> None:
    """A range that cannot be is an error that says which end, and what to write."""
    for zone in ("UTC", "Asia/Kolkata", "America/New_York"):
        with pytest.raises(Invalid, match=message) as raised:
            period_of("today", zone_named(zone), NOW, start, end)
        assert raised.value.hint


def test_unknown_names() -> None:
    """A mistyped range, zone or comparison is an error with the nearest word."""
    with pytest.raises(Invalid, match="Unknown range 'last-30-day'") as raised:
        period_of("last-30-day", ZoneInfo("UTC"), NOW)
    assert raised.value.hint == "Did you mean 'last-30-days'?"
    with pytest.raises(Invalid, match="Unknown comparison 'weekday'") as raised:
        between("2026-11-01", "2026-11-02").compared("weekday")
    assert raised.value.hint == "Did you mean 'weekdays'?"


@pytest.mark.parametrize(
    "name", ["Mars/Phobos", "", "Europe", "../etc/passwd", "/etc/localtime", "\0"]
)
def test_zones_that_do_not_exist(name: str) -> None:
    """Whatever is no zone is an error, also what looks like a file."""
    with pytest.raises(Invalid, match="Unknown time zone"):
        zone_named(name)


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("weekdays", ("2026-09-19T00:00:00+02:00", "2026-10-19T00:00:00+02:00")),
        ("previous", ("2026-09-24T00:00:00+02:00", "2026-10-24T00:00:00+02:00")),
        ("year", ("2025-10-24T00:00:00+02:00", "2025-11-23T00:00:00+01:00")),
    ],
)
def test_what_thirty_days_are_compared_with(comparison: str, expected: tuple[str, str]) -> None:
    """Thirty days meet those of five weeks before, those just before, or those of last year."""
    period = period_of("last-30-days", ZoneInfo("Europe/Berlin"), NOW)
    assert ends(period.compared(comparison)) == expected


def test_weekdays_meet_weekdays() -> None:
    """A day meets that of a week before, seven days the seven before, eight those of 14 before."""
    for last, back in (("2026-11-16", 7), ("2026-11-22", 7), ("2026-11-23", 14)):
        period = between("2026-11-16", last)
        before = period.compared("weekdays")
        assert before is not None
        assert period.start - before.start == period.end - before.end == timedelta(days=back)


def test_previous_ends_where_the_period_starts() -> None:
    """The period just before touches this one, also for parts of days and over clock changes."""
    for start, end in (
        ("2026-11-16", "2026-11-22"),
        ("2026-11-16T08:00", "2026-11-16T12:00"),
        ("2026-11-16T22:00", "2026-11-17T02:00"),
        ("2026-11-16T10:00", "2026-11-18T10:00"),
        ("2026-10-25", "2026-10-25"),
        ("2026-10-26", "2026-10-26"),
        ("2026-10-25T01:00", "2026-10-25T04:00"),
        ("2026-10-25T02:30+02:00", "2026-10-25T02:15+01:00"),
    ):
        period = between(start, end, "Europe/Berlin")
        before = period.compared("previous")
        assert before is not None
        assert before.end == period.start, (start, end)


def test_the_hour_that_is_there_twice_can_be_compared() -> None:
    """A range that ends earlier by the clock than it starts is compared with an empty one."""
    period = between("2026-10-25T02:30+02:00", "2026-10-25T02:15+01:00", "Europe/Berlin")
    before = period.compared("weekdays")
    assert before is not None
    assert ends(before) == ("2026-10-18T02:30:00+02:00",) * 2


def test_a_day_that_begins_at_one_is_compared_with_whole_days() -> None:
    """The day before a day without a midnight begins at midnight, as it should."""
    cairo = between("2026-04-24", "2026-04-24", "Africa/Cairo")
    assert ends(cairo.compared("previous"))[0] == "2026-04-23T00:00:00+02:00"
    assert ends(cairo.compared("weekdays"))[0] == "2026-04-17T00:00:00+02:00"
    later = between("2026-05-01", "2026-05-01", "Africa/Cairo")
    assert ends(later.compared("weekdays"))[0] == "2026-04-24T01:00:00+03:00"


def test_a_leap_day_is_compared_with_the_day_before() -> None:
    """A year before the 29th of February lies the 28th."""
    leap = between("2028-02-29", "2028-02-29")
    assert ends(leap.compared("year")) == ("2027-02-28T00:00:00+00:00", "2027-03-01T00:00:00+00:00")
    february = between("2028-02-01", "2028-02-29")
    assert ends(february.compared("year"))[1] == "2027-03-01T00:00:00+00:00"


def test_nothing_to_compare_with() -> None:
    """The comparison `none` is no period."""
    assert between("2026-11-01", "2026-11-02").compared("none") is None


def test_compared_with_days() -> None:
    """Days are those of the period's own zone, both included, wherever they lie."""
    november = between("2026-11-01", "2026-11-14", "Europe/Berlin")
    assert ends(november.compared("2026-03-28..2026-03-29")) == (
        "2026-03-28T00:00:00+01:00",
        "2026-03-30T00:00:00+02:00",
    )
    assert november.compared("2026-11-01..2026-11-14") == november


@pytest.mark.parametrize(
    "days_",
    ["2026-02-01..2026-01-31", "2026-02-30..2026-03-01", "..", "a..b", "1900-01-01..1900-01-02"],
)
def test_impossible_days_to_compare_with(days_: str) -> None:
    """Days that there are not, or that end before they start, are refused."""
    with pytest.raises(Invalid):
        between("2026-11-01", "2026-11-14").compared(days_)


@given(first=INSTANTS, length=st.timedeltas(timedelta(0), timedelta(days=800)), zone=ZONES)
def test_every_period_can_be_compared(first: datetime, length: timedelta, zone: ZoneInfo) -> None:
    """Whatever the zone and the ends, a comparison is a period before, or starts no later."""
    period = Period(first, min(first + length, datetime(2100, 1, 1, tzinfo=UTC)), zone)
    for comparison in COMPARISONS:
        before = period.compared(comparison)
        if before is not None:
            assert before.start <= before.end
            assert before.start <= period.start
            assert before.end <= period.end
    assert period.bucket() in BUCKETS
    assert period.zone.key in period.text()


@given(day=st.dates(date(1971, 1, 2), date(2099, 12, 30)), zone=ZONES)
def test_midnight_is_the_first_instant_of_a_day(day: date, zone: ZoneInfo) -> None:
    """Just before a day begins, it is an earlier day; unless the day was skipped whole."""
    start = midnight(day, zone)
    assert (start - timedelta(microseconds=1)).astimezone(zone).date() < day
    assert start.astimezone(zone).date() >= day


@pytest.mark.parametrize(("last", "bucket"), [("01", "hour"), ("02", "hour"), ("03", "day")])
def test_buckets_of_charts(last: str, bucket: str) -> None:
    """Two days go by hours, three months by days, and more by months."""
    assert between("2026-11-01", f"2026-11-{last}").bucket() == bucket
    assert between("2026-08-01", "2026-10-31").bucket() == "day"
    assert between("2026-08-01", "2026-11-01").bucket() == "month"


def test_a_period_in_words() -> None:
    """The text names the first and the last day, not the day after it."""
    assert between("2026-11-01", "2026-11-14", "Asia/Kolkata").text() == (
        "2026-11-01 to 2026-11-14 (Asia/Kolkata)"
    )
