"""Instants as text."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vaultmeter.model.instants import text_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_utc_ends_in_z_and_microseconds_stand_where_there_are_any() -> None:
    """Programs that read the answers of the API compare such texts, so their form never varies."""
    assert text_of(NOON) == "2026-03-04T12:00:00Z"
    assert text_of(NOON.replace(microsecond=40)) == "2026-03-04T12:00:00.000040Z"


def test_another_time_zone_keeps_its_offset() -> None:
    """An instant in the zone of a report is told in that zone."""
    assert text_of(NOON.astimezone(ZoneInfo("Asia/Kolkata"))) == "2026-03-04T17:30:00+05:30"


def test_no_instant_is_no_text() -> None:
    """What never happened is null in JSON, not a word."""
    assert text_of(None) is None
