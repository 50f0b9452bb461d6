"""What the tests of figures share: a reader in Berlin, and 30 days with today not over."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from vaultmeter.console.figures import Buckets
from vaultmeter.console.words import Words

_ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def words() -> Words:
    """British words, read on 20 November 2026 at 14:52 in Berlin."""
    return Words(_ZONE, datetime(2026, 11, 20, 13, 52, tzinfo=UTC), Locale("en", "GB"))


@pytest.fixture
def days() -> Buckets:
    """22 October to 20 November: summer time ends on the fourth day."""
    first = date(2026, 10, 22)
    starts = [
        datetime.combine(first + timedelta(days=day), datetime.min.time(), _ZONE).astimezone(UTC)
        for day in range(30)
    ]
    return Buckets("day", starts, "today, until 14:52")
