"""The table of items: what there is, what is used, and what nobody needs any more."""

from collections.abc import Mapping
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.bars import Bar, topped
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.named import item_urls
from vaultmeter.console.pages.items.row import STATUSES, figure_column
from vaultmeter.console.pages.items.totals import totals_of
from vaultmeter.console.table import Column, order_of, paged
from vaultmeter.console.titles import product_title, type_title
from vaultmeter.views.view import Filter

_TABS = (
    ("", "All", "kept"),
    ("used", "Used", "used"),
    ("unused", "Unused", "unused"),
    ("never_used", "Never used", "never_used"),
    ("no_evidence", "No evidence", "no_evidence"),
    ("deleted", "Deleted", "deleted"),
)
"""Parts of the table: the word of the address, the title, and the measure that counts them."""
COLUMNS = (
    Column("item", "Path"),
    Column("account", "Account", priority=3),
    Column("type", "Type", priority=2),
    figure_column("uses", "Uses", 1),
    figure_column("users", "People"),
    figure_column("machines", "Machines"),
    figure_column("last_used", "Last used"),
    figure_column("created", "Created", 3),
    Column("status", "State"),
    figure_column("denied", "Refused", is_usual=False),
    figure_column("changed", "Changed", is_usual=False),
    figure_column("deleted", "Deleted", is_usual=False),
    Column("product", "Product", priority=2, is_usual=False),
)
"""Every column, in the usual order."""
INSTANTS = ("last_used", "created", "changed", "deleted")


def list_block(asking: Asking) -> dict[str, Any]:
    """One page of the table, with the counts of its tabs."""
    view = asking.view.table
    status = view.status if view.status in STATUSES else ""
    searched = _searched(asking)
    sort = order_of(asking, COLUMNS, "-uses")
    # Deleted items are found by their tab, and by whoever looks for a name.
    part = status or ("kept" if not searched else None)
    found = asking.report(
        "item-list", status=part, sort=sort, limit=view.size, offset=view.offset, **searched
    )
    totals = totals_of(asking, **searched)
    return {
        "table": paged(asking, "items", COLUMNS, _cells(asking, found.dicts()), found.total, sort),
        "tabs": [
            {
                "name": name,
                "title": title,
                "count": _count(totals, measure, is_searched=bool(searched)),
                "url": asking.view.with_table(status=name).url(),
                "is_current": name == status,
            }
            for name, title, measure in _TABS
            if totals[measure]["value"] or measure != "no_evidence" or name == status
        ],
        "can_search": "item" not in asking.view.patterns(),
        "is_empty": not any(totals[name]["value"] for name in ("kept", "deleted")),
    }


def _count(totals: Mapping[str, Mapping[str, Any]], measure: str, *, is_searched: bool) -> int:
    """How many a tab holds: of a search, "All" has the deleted ones, too."""
    names = ("kept", "deleted") if is_searched and measure == "kept" else (measure,)
    return sum(int(totals[name]["value"]) for name in names)


def _searched(asking: Asking) -> dict[str, Any]:
    """The search as a filter; one on items of the page itself comes first."""
    words = asking.view.table.q
    if not words or "item" in asking.view.patterns():
        return {}
    return {"filters": {"item": [f"*{words}*"]}}


def _cells(asking: Asking, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with addresses, words and doors."""
    urls = item_urls(asking, [(row["item"], row["account"]) for row in rows])
    return [
        {
            **row,
            "url": urls.get((row["item"], row["account"]), ""),
            "title": type_title(row["type"]),
            "product": product_title(row["product"]),
            "state": STATUSES[row["status"]],
            "doors": _doors(asking, row),
        }
        for row in rows
    ]


def _doors(asking: Asking, row: Mapping[str, Any]) -> dict[str, str]:
    """The evidence of each of its numbers that is none of zero."""
    named = {"item": row["item"], "account": row["account"]}
    return {
        column.name: evidence_url(asking, "item-list", column.name, named, **named)
        for column in COLUMNS
        if column.is_number and row[column.name]
    }


def types_block(asking: Asking) -> dict[str, Any]:
    """What is kept, by type; a name narrows the page to it."""
    rows = asking.rows("items-by-type")
    several = {row["type"] for row in rows if sum(r["type"] == row["type"] for r in rows) > 1}
    bars = [
        Bar(
            f"{type_title(row['type'])}, {product_title(row['product'])}"
            if row["type"] in several
            else type_title(row["type"]),
            row["items"],
            _narrowed(asking, row["type"]),
            evidence_url(
                asking, "items-by-type", "items", {"type": row["type"], "product": row["product"]}
            ),
        )
        for row in rows
    ]
    return {"bars": topped(bars), "whole": sum(row["items"] for row in rows)}


def _narrowed(asking: Asking, type_: str) -> str:
    others = (each for each in asking.view.filters if each.dimension != "item_type")
    return asking.view.changed(filters=(*others, Filter("item_type", "is", (type_,)))).url()
