"""Bars of the overview: requests by action, and items by type."""

from dataclasses import replace
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.bars import Bar, topped
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.titles import kind_title, product_title, type_title
from vaultmeter.views.view import Filter


def actions_block(asking: Asking) -> dict[str, Any]:
    """What is done; a name narrows the page to it."""
    rows = asking.rows("requests-by-action")
    whole, refused = (sum(row[name] for row in rows) for name in ("requests", "denied"))
    bars = [
        Bar(
            kind_title(row["kind"]),
            row["requests"],
            filtered(asking, "kind", row["kind"]),
            evidence_url(asking, "requests-by-action", "requests", {"kind": row["kind"]}),
        )
        for row in rows
    ]
    told = "Each request once, whatever its outcome"
    if refused:
        told += f"; {asking.words.share(refused, whole)} were refused"
    return {"bars": topped(bars), "whole": whole, "told": told, "unit": "Requests"}


def types_block(asking: Asking) -> dict[str, Any]:
    """What is kept; a name leads to the items of that type."""
    rows = asking.rows("items-by-type")
    several = {row["type"] for row in rows if sum(r["type"] == row["type"] for r in rows) > 1}
    items = asking.view.at("/items")
    bars = [
        Bar(
            f"{type_title(row['type'])}, {product_title(row['product'])}"
            if row["type"] in several
            else type_title(row["type"]),
            row["items"],
            replace(items, filters=narrowed(asking, "item_type", row["type"])).url(),
            evidence_url(
                asking, "items-by-type", "items", {"type": row["type"], "product": row["product"]}
            ),
        )
        for row in rows
    ]
    whole = sum(row["items"] for row in rows)
    count = asking.words.count(whole, "item")
    told = f"{count} kept {_when(asking)}; deleted ones are left out"
    return {"bars": topped(bars), "whole": whole, "told": told, "unit": "Items"}


def filtered(asking: Asking, dimension: str, value: str) -> str:
    """The address of the same page, narrowed to one value."""
    return asking.view.changed(filters=narrowed(asking, dimension, value)).url()


def narrowed(asking: Asking, dimension: str, value: str) -> tuple[Filter, ...]:
    """The filters with one dimension set to a value."""
    others = (each for each in asking.view.filters if each.dimension != dimension)
    return (*others, Filter(dimension, "is", (value,)))


def _when(asking: Asking) -> str:
    words = asking.words
    return (
        "now" if asking.last_day >= words.today else f"at the end of {words.day(asking.last_day)}"
    )
