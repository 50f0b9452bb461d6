"""Places on the axis: names, labels, weekends, gaps and where instants fall."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from vaultmeter.console.figures import Buckets, Gap
from vaultmeter.console.words import NBSP, Words


def test_days_are_named_in_the_readers_zone(days: Buckets, words: Words) -> None:
    """A Berlin day starts at 22:00 or 23:00 UTC and still has its own date."""
    slots = days.slots(words)
    assert [slot["label"] for slot in slots[:5]] == [
        f"{day}{NBSP}Oct" for day in (22, 23, 24, 25, 26)
    ]
    assert slots[-1]["name"] == f"Fri{NBSP}20{NBSP}Nov{NBSP}2026"
    assert slots[-1]["note"] == "today, until 14:52"
    assert "note" not in slots[-2]


def test_weekends_are_the_saturdays_and_sundays(days: Buckets, words: Words) -> None:
    """Bands cover exactly the days that a calendar calls weekend."""
    bands = [band for band in days.bands(words) if band["kind"] == "weekend"]
    covered = [
        slot for band in bands for slot in range(int(str(band["from"])), int(str(band["to"])))
    ]
    local = [start.astimezone(words.zone) for start in days.starts]
    assert covered == [slot for slot, day in enumerate(local) if day.weekday() in {5, 6}]


def test_weekends_follow_the_locale(days: Buckets, words: Words) -> None:
    """In Egypt they are Friday and Saturday."""
    cairo = replace(words, locale=Locale("ar", "EG"))
    first = days.bands(cairo)[0]
    assert days.local(int(str(first["from"])), words).weekday() == 4


def test_other_buckets_have_no_weekends(days: Buckets, words: Words) -> None:
    """Weeks have weekends inside, so none is marked."""
    assert not Buckets("week", days.starts[::7]).bands(words)


def test_gaps_and_what_is_not_over_are_bands(days: Buckets, words: Words) -> None:
    """A gap says why; the last bucket says until when."""
    bands = replace(days, gaps=[Gap(3, 5, "silent")]).bands(words)
    assert {"from": 3, "to": 6, "kind": "gap", "label": "silent"} in bands
    assert {"from": 29, "to": 30, "kind": "part", "label": "today, until 14:52"} in bands


@pytest.mark.parametrize(
    ("size", "start", "name", "label"),
    [
        ("hour", datetime(2026, 11, 19, 13, tzinfo=UTC), "Thu 19 Nov 2026, 14:00", "14:00"),
        ("week", datetime(2026, 11, 8, 23, tzinfo=UTC), "9 Nov –\u2060 15 Nov", "9 Nov"),
        ("month", datetime(2025, 11, 30, 23, tzinfo=UTC), "December 2025", "Dec 2025"),
    ],
)
def test_every_size_has_its_words(
    words: Words, size: str, start: datetime, name: str, label: str
) -> None:
    """Names are whole, labels are short, both in the reader's zone."""
    buckets = Buckets(size, [start])
    assert buckets.name(0, words).replace(NBSP, " ") == name
    assert buckets.label(0, words).replace(NBSP, " ") == label


def test_an_instant_falls_into_its_bucket() -> None:
    """Half a day after the second day's start is place 1.5; what is outside stays at the ends."""
    starts = [datetime(2026, 11, day, tzinfo=ZoneInfo("UTC")) for day in (1, 2, 3)]
    buckets = Buckets("day", starts)
    assert buckets.place(starts[1] + timedelta(hours=12)) == 1.5
    assert buckets.place(starts[0] - timedelta(days=1)) == 0
    assert buckets.place(starts[2] + timedelta(days=9)) == 3
