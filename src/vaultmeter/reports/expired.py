"""What a report says where retention has deleted the events it looks for."""

from collections.abc import Mapping, Sequence
from datetime import datetime


def expired_note(
    stretches: Sequence[tuple[datetime, datetime]], cut_offs: Mapping[str, datetime]
) -> str:
    """Which events are deleted, and from when to when (UTC, naive) the report lacks them."""
    start, end = min(start for start, _ in stretches), max(end for _, end in stretches)
    deleted = ", ".join(
        f"of {product} before {before:%Y-%m-%d}" for product, before in sorted(cut_offs.items())
    )
    return (
        f"Retention has deleted the events {deleted}: between {start:%Y-%m-%d} and {end:%Y-%m-%d}"
        " this report lacks what only they show. Totals of whole months (UTC) are kept."
    )
