"""Users of the password manager by how they sign in, and what is stored by its type."""

from dataclasses import replace
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.bars import Bar, topped
from vaultmeter.console.pages.password_manager.asked import door_of, rows_of
from vaultmeter.console.titles import method_title, type_title
from vaultmeter.views.view import Filter


def methods(asking: Asking) -> dict[str, Any]:
    """People who used it, by the way they sign in; a name filters the page."""
    rows = rows_of(asking, "auth-methods")
    bars = [
        Bar(
            method_title(row["auth_method"]),
            row["people"],
            _filtered(asking, "auth_method", row["auth_method"]),
            door_of(asking, "auth-methods", "people", {"auth_method": row["auth_method"]}),
        )
        for row in rows
    ]
    return {"bars": topped(bars), "whole": sum(bar.value for bar in bars)}


def types(asking: Asking) -> dict[str, Any]:
    """What is stored now, by type."""
    rows = rows_of(asking, "items-by-type")
    bars = [
        Bar(
            type_title(row["type"]),
            row["items"],
            _filtered(asking, "item_type", row["type"]),
            door_of(asking, "items-by-type", "items", {"type": row["type"], "product": "pm"}),
        )
        for row in rows
        if row["product"] == "pm"
    ]
    return {"bars": topped(bars), "whole": sum(bar.value for bar in bars)}


def _filtered(asking: Asking, dimension: str, value: str) -> str:
    others = tuple(each for each in asking.view.filters if each.dimension != dimension)
    added = (*others, Filter(dimension, "is", (value,)))
    return replace(asking.view, filters=added).changed().url()
