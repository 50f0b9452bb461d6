"""Instants as text (RFC 3339): the one way that answers and files write them."""

from datetime import datetime
from typing import overload


@overload
def text_of(instant: datetime) -> str: ...
@overload
def text_of(instant: datetime | None) -> str | None: ...
def text_of(instant: datetime | None) -> str | None:
    """An instant as JSON has it: UTC ends in `Z`, another time zone in its offset."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
