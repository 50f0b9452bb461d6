"""Instants as text (RFC 3339): the one way that answers and files write them."""

from datetime import UTC, datetime
from typing import overload

from vaultmeter.model.errors import Invalid


@overload
def text_of(instant: datetime) -> str: ...
@overload
def text_of(instant: datetime | None) -> str | None: ...
def text_of(instant: datetime | None) -> str | None:
    """An instant as JSON has it: UTC ends in `Z`, another time zone in its offset."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


def day_or_instant(text: str | None, named: str = "") -> datetime | None:
    """The instant of a text, or the midnight of a day, in UTC where it names no zone.

    `named` is what it was given as. Raises `Invalid`.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        said = f"{named} is {text[:100]!r}, which is" if named else f"{text[:100]!r} is"
        raise Invalid(
            f"{said} no day or instant.", "Write 2026-11-01 or 2026-11-01T12:00:00Z."
        ) from error
