"""Where a list goes on: the number of the last row of the page before, as its `next` tells it."""

from vaultmeter.model.errors import Invalid

_DIGITS = 18
"""Numbers with more may be beyond 64 bits."""


def number_in(
    cursor: str | None,
    wrong: str = "The cursor is none of ours.",
    hint: str = "Give `next` of the page before, as it is.",
) -> int | None:
    """The number in a cursor, `None` for the first page; raises `Invalid` in these words."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > _DIGITS:
        raise Invalid(wrong.format(cursor=cursor[:100]), hint)
    return int(cursor)
