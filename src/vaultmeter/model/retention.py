"""For how long events are kept: whole calendar months in UTC, so that monthly totals stay whole."""

from dataclasses import dataclass
from datetime import UTC, datetime

from vaultmeter.model.errors import Invalid

MONTHS = 12
"""For how long events are kept where nothing else was decided."""
MONTHS_AT_MOST = 1200


@dataclass(frozen=True)
class Deletion:
    """What retention deleted of a product: its events from before an instant (UTC).

    `bytes_before` is the size of the data folder before, which tells what was freed.
    """

    applied: datetime
    product: str
    before: datetime
    events: int
    bytes_before: int


def cut_off(now: datetime, months: int) -> datetime:
    """The instant before which events go: the beginning of the month (UTC) so many months ago.

    What is kept is that many months, and the part of the month under way.
    """
    year, month = divmod(now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1 - months, 12)
    return datetime(max(year, 1), month + 1, 1, tzinfo=UTC)


def months_named(text: str) -> int | None:
    """A number of months, or `None` for the word `forever`; raises `Invalid`."""
    if text == "forever":
        return None
    if not text.isdecimal() or not 1 <= int(text) <= MONTHS_AT_MOST:
        raise Invalid(
            f"{text!r} is no number of months from 1 to {MONTHS_AT_MOST}.",
            "Write a number of months, or 'forever'.",
        )
    return int(text)
