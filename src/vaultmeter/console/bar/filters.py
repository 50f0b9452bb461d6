"""The filters in the filter bar: chips of those that hold, and suggestions for one more."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import HTMLResponse, Response

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Page
from vaultmeter.console.parts import Part
from vaultmeter.console.rendering import PAGE_HEADERS, render
from vaultmeter.console.titles import kind_title, method_title, plain_title, type_title
from vaultmeter.model.kinds import Product

MOST = 8
"""Suggestions at once."""
DIMENSIONS: Mapping[str, str] = {
    "user": "User",
    "item": "Secret or key",
    "item_type": "Item type",
    "kind": "Action",
    "product": "Product",
    "auth_method": "Sign-in method",
    "outcome": "Outcome",
    "source": "Source",
    "account": "Account",
}
"""Filters by name, as the bar calls them, in the order of its menu."""
_PRODUCTS = {"sm": "Secrets manager", "pm": "Password manager", "sra": "Remote access"}
_TITLES: Mapping[str, Callable[[str], str]] = {
    "kind": kind_title,
    "item_type": type_title,
    "auth_method": method_title,
    "outcome": plain_title,
    "product": lambda code: _PRODUCTS.get(code, code),
}
Counted = list[tuple[str, int]]
"""Values of a dimension, each with its requests."""


@dataclass(frozen=True)
class Chip:
    """A filter that holds, and the address without it."""

    title: str
    operator: str
    words: str
    remove: str
    why_not: str = ""
    """Why it changes nothing on this page; nothing where it does."""

    @property
    def label(self) -> str:
        """All of it in words: user is ann.rizzo."""
        return f"{self.title.lower()} {self.operator} {self.words}"


def value_title(dimension: str, value: str) -> str:
    """A value of a dimension, as people read it."""
    title = _TITLES.get(dimension)
    return title(value) if title else value


def chips_of(asking: Asking, page: Page) -> list[Chip]:
    """The filters of a page, in the order they came."""
    view = asking.view
    return [
        Chip(
            DIMENSIONS.get(each.dimension, each.dimension),
            each.operator,
            " or ".join(value_title(each.dimension, value) for value in each.values),
            view.changed(filters=(*view.filters[:place], *view.filters[place + 1 :])).url(),
            page.ignores.get(each.dimension, ""),
        )
        for place, each in enumerate(view.filters)
    ]


def suggested(asking: Asking, dimension: str, typed: str) -> Counted:
    """Values that the reader sees in the range and that fit, those with most requests first."""
    counted = _COUNTS.get(dimension)
    if counted is None:
        return []
    # Other values of the same dimension are what one looks for.
    others = tuple(each for each in asking.view.filters if each.dimension != dimension)
    narrowed = replace(asking, view=replace(asking.view, filters=others))
    wanted = typed.casefold()
    found = [
        (value, number)
        for value, number in counted(narrowed, typed)
        if wanted in value.casefold() or wanted in value_title(dimension, value).casefold()
    ]
    return sorted(found, key=lambda each: (-each[1], each[0]))[:MOST]


def _suggest(asking: Asking) -> Response:
    dimension, typed = asking.given.get("dimension", ""), asking.given.get("typed", "").strip()
    found = [
        (value, value_title(dimension, value), number)
        for value, number in suggested(asking, dimension, typed)
    ]
    facts = {
        "found": found,
        "title": DIMENSIONS.get(dimension, "Value"),
        "typed": typed,
        "words": asking.words,
    }
    return HTMLResponse(render("parts/bar_suggestions.html", facts), headers=PAGE_HEADERS)


SUGGEST = Part("/suggest", _suggest)


def _summed(rows: Iterable[Mapping[str, Any]], name: str, number: str) -> Counted:
    sums: dict[str, int] = {}
    for row in rows:
        if row[name] and row[number]:
            sums[row[name]] = sums.get(row[name], 0) + row[number]
    return list(sums.items())


def _like(typed: str) -> list[str]:
    return [f"*{typed}*"] if typed else ["*"]


def _users(asking: Asking, typed: str) -> Counted:
    fields = {"who": "everyone", "sort": "-requests", "limit": 3 * MOST}
    rows = asking.rows("users", filters={"user": _like(typed)}, **fields)
    return _summed(rows, "user", "requests")


def _items(asking: Asking, typed: str) -> Counted:
    fields = {"sort": "-uses", "limit": 3 * MOST}
    rows = asking.rows("items", filters={"item": _like(typed)}, **fields)
    return _summed(rows, "item", "uses")


def _outcomes(asking: Asking, _: str) -> Counted:
    rows = asking.rows("actions")
    names = ("ok", "denied", "not_found", "error")
    return [(name, total) for name in names if (total := sum(row[name] for row in rows))]


def _products(asking: Asking, _: str) -> Counted:
    counted = []
    for product in Product:
        rows = asking.rows("overview", filters={"product": [product.value]}, compare="none")
        requests = next(row["value"] for row in rows if row["measure"] == "total_requests")
        counted.append((product.value, requests))
    return counted


def _sources(asking: Asking, _: str) -> Counted:
    rows = (row for row in asking.rows("coverage") if row["measure"] == "events")
    return _summed(rows, "source", "events")


_COUNTS: Mapping[str, Callable[[Asking, str], Counted]] = {
    "user": _users,
    "item": _items,
    "item_type": lambda asking, _: _summed(asking.rows("items-by-type"), "type", "uses"),
    "kind": lambda asking, _: _summed(asking.rows("actions"), "kind", "requests"),
    "auth_method": lambda asking, _: _summed(
        asking.rows("auth-methods"), "auth_method", "requests"
    ),
    "outcome": _outcomes,
    "product": _products,
    "source": _sources,
    "account": lambda asking, _: _summed(asking.rows("accounts"), "account", "requests"),
}
