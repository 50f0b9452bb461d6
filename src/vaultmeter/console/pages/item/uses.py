"""Uses of one item over time, with a mark where it was rotated, changed or deleted."""

from datetime import date, datetime
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.figures import Mark, Series, item_uses_figure
from vaultmeter.console.named import Item, item_of
from vaultmeter.console.pages.item.buckets import buckets_of, size_of, starts_of
from vaultmeter.console.pages.items.days import sizes_of, sums_of, uses_door
from vaultmeter.model.kinds import Kind

_MARKS = {
    Kind.ITEM_ADDED: "created",
    Kind.ITEM_UPDATED: "changed",
    Kind.ROTATION: "rotated",
    Kind.ITEM_DELETED: "deleted",
}
_MOST = 12
"""Events beyond so many would hide the chart; the newest ones are marked."""


def uses_block(asking: Asking) -> dict[str, Any]:
    """The chart, and a sentence about what happened."""
    item, size = item_of(asking), size_of(asking)
    table = asking.report("item-days", filters=item.filters)
    starts = starts_of(asking, size)
    uses = [slot.total() for slot in sums_of(asking, table.dicts(), starts)]
    named = {"item": item.name, "account": item.account}
    links = [
        uses_door(asking, start, item.type, **named) if count and size == "day" else ""
        for start, count in zip(starts, uses, strict=True)
    ]
    marks, total = marks_of(asking, item)
    title = f"Uses a {size}"
    figure = item_uses_figure(
        "item-uses-chart",
        title,
        buckets_of(asking, size, starts, table, links),
        Series("uses", "Uses", 1, uses),
        marks,
        asking.words,
    )
    return {
        "title": title,
        "figure": figure,
        "sizes": sizes_of(asking, size),
        "finding": _finding(asking, total),
    }


def marks_of(asking: Asking, item: Item) -> tuple[list[Mark], int]:
    """What happened to an item in the range, the newest of it, in order; and how much did."""
    filters = {**item.filters, "kind": [*_MARKS], "outcome": ["ok"]}
    found = asking.report("events", filters=filters, limit=_MOST)
    days: dict[tuple[date, str], list[datetime]] = {}
    for row in reversed(found.dicts()):
        day = row["time"].astimezone(asking.period.zone).date()
        days.setdefault((day, _MARKS[row["kind"]]), []).append(row["time"])
    marks = [
        Mark(times[-1], f"{label}, {len(times)} times" if len(times) > 1 else label)
        for (_, label), times in days.items()
    ]
    return marks, found.total


def _finding(asking: Asking, total: int) -> str:
    if not total:
        return "Neither changed nor rotated in this range"
    count = asking.words.count(total, "change or rotation", "changes and rotations")
    return f"{count} in this range" + (f", the newest {_MOST} marked" if total > _MOST else "")
