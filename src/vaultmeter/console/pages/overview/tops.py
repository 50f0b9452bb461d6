"""The first rows of two lists: who asks most, and what is used most, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.named import item_urls, user_urls
from vaultmeter.console.pages.overview.kept import UNUSED_DAYS, secrets_alone, unused_and_never
from vaultmeter.console.titles import type_title

Row = dict[str, Any]
TOP, ITEMS = "top", "items"
"""Words of the address: whose rows, and in which order."""
_MOST, _LOOK = 6, 60
_KINDS = {"": "person", "machines": "machine", "agents": "agent"}


@dataclass(frozen=True)
class Choice:
    """One way a list can stand."""

    title: str
    url: str
    is_current: bool


def users_block(asking: Asking) -> dict[str, Any]:
    """Who asks most, of people, machines or agents."""
    chosen = asking.view.extra.get(TOP, "")
    chosen = chosen if chosen in _KINDS else ""
    who = "machines" if chosen else "people"
    rows, total = _first(asking, who, _KINDS[chosen])
    urls = user_urls(asking, [(row["user"], row["account"]) for row in rows])
    return {
        "choices": _choices(
            asking, TOP, chosen, (("", "People"), ("machines", "Machines"), ("agents", "Agents"))
        ),
        "noun": {"": "Person", "machines": "Machine", "agents": "Agent"}[chosen],
        "rows": [
            {
                **row,
                "url": urls.get((row["user"], row["account"]), ""),
                "door": _users_door(asking, who),
            }
            for row in rows
        ],
        "total": total,
        "all": asking.view.at("/product-usage").url(),
        "people": not chosen,
    }


def _first(asking: Asking, who: str, kind: str) -> tuple[list[Row], int]:
    """The first rows of a kind that made a request, and how many of all kinds there are."""
    table = asking.report("users", who=who, sort="-requests", limit=_LOOK)
    found = [row for row in table.dicts() if row["kind"] == kind and row["requests"]]
    if len(found) < _MOST and table.total > len(table.rows) and table.dicts()[-1]["requests"]:
        # Rare kinds may stand behind many others.
        rows = asking.rows("users", who=who, sort="-requests", limit=table.total)
        found = [row for row in rows if row["kind"] == kind and row["requests"]]
    return found[:_MOST], table.total


def _users_door(asking: Asking, who: str) -> Callable[[Row, str], str]:
    def door(row: Row, cell: str) -> str:
        named = {"user": row["user"], "account": row["account"]}
        return evidence_url(asking, "users", cell, named, who=who)

    return door


def items_block(asking: Asking) -> dict[str, Any]:
    """What is used most, or what is not used, longest unused first."""
    is_unused = asking.view.extra.get(ITEMS) == "unused"
    rows, total = _unused(asking) if is_unused else _most_used(asking)
    urls = item_urls(asking, [(row["item"], row["account"]) for row in rows])
    view = asking.view.at("/items")
    return {
        "choices": _choices(
            asking,
            ITEMS,
            "unused" if is_unused else "",
            (("", "Most used"), ("unused", "Unused")),
        ),
        "unused": is_unused,
        "rows": [
            {
                **row,
                "url": urls.get((row["item"], row["account"]), ""),
                "title": type_title(row["type"]),
            }
            for row in rows
        ],
        "door": _items_door(asking),
        "total": total,
        "all": (view.with_table(status="unused") if is_unused else view).url(),
    }


def _most_used(asking: Asking) -> tuple[list[Row], int]:
    own = secrets_alone(asking)
    table = asking.report("items", sort="-uses", limit=_MOST, filters=own)
    return table.dicts(), table.total


def _unused(asking: Asking) -> tuple[list[Row], int]:
    """Items of which it is known that nobody used them, the most forgotten ones first."""
    own = secrets_alone(asking)
    table = asking.report("unused", sort="since", days=UNUSED_DAYS, limit=_LOOK, filters=own)
    found = [row for row in table.dicts() if row["status"] != "no_evidence"]
    return found[:_MOST], sum(unused_and_never(asking))


def _items_door(asking: Asking) -> Callable[[Row, str], str]:
    def door(row: Row, cell: str) -> str:
        return evidence_url(asking, "items", cell, {"item": row["item"], "account": row["account"]})

    return door


def _choices(
    asking: Asking, word: str, chosen: str, named: tuple[tuple[str, str], ...]
) -> list[Choice]:
    return [
        Choice(title, asking.view.with_extra(**{word: name}).url(), name == chosen)
        for name, title in named
    ]
