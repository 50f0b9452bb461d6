"""What is known of items as reports tell it, and doors to it."""

from collections.abc import Mapping
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.named import Item
from vaultmeter.console.table import Column

Row = Mapping[str, Any]
STATUSES = {
    "used": "Used",
    "unused": "Unused",
    "never_used": "Never used",
    "no_evidence": "No evidence",
    "deleted": "Deleted",
}
"""What an item is at the end of a range, in words."""


def item_row(asking: Asking, item: Item) -> Row | None:
    """The row of an item in the report of items; `None` where it was not there yet."""
    rows = asking.rows("item-list", filters=item.filters)
    return next((row for row in rows if item.is_in(row)), None)


def item_door(asking: Asking, item: Item, cell: str, report: str = "item-list") -> str:
    """The evidence of one of its numbers."""
    row = {"item": item.name, "account": item.account}
    return evidence_url(asking, report, cell, row, **row)


def figure_column(name: str, title: str, priority: int = 2, *, is_usual: bool = True) -> Column:
    """A column of numbers or instants, which the first click orders from the highest down."""
    return Column(
        name, title, is_number=True, priority=priority, is_usual=is_usual, down_first=True
    )
