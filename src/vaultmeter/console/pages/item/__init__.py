"""One secret, key or password: who uses it, how much, and what happened to it."""

from dataclasses import replace
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.named import item_of
from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.item.facts import facts_block, state_of, tiles_block
from vaultmeter.console.pages.item.users import events_block, users_block
from vaultmeter.console.pages.item.uses import uses_block
from vaultmeter.console.pages.items.row import STATUSES, item_row
from vaultmeter.console.titles import type_title
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.views.pages import page_named
from vaultmeter.views.view import Filter

_HERE = "pages/item"
_OWN = "This page is about one item."


def _head(asking: Asking) -> dict[str, Any]:
    """Path, and what files of it have; raises `NotFound`."""
    item = item_of(asking)
    filters = (*asking.view.filters, Filter("item", "is", (item.name,)))
    return {
        "title": item.name,
        "crumbs": [{"title": "Secrets and keys", "url": asking.view.at("/items").url()}],
        "status": "",
        "exported": replace(asking.view, account=(item.account,), filters=filters),
    }


def _standing(asking: Asking) -> dict[str, Any]:
    """Its state, type and account."""
    item = item_of(asking)
    name, why = state_of(asking, item, item_row(asking, item))
    return {
        "item": item,
        "type": type_title(item.type),
        "name": name,
        "why": why,
        "title": STATUSES[name],
    }


STANDING = Block("standing", f"{_HERE}/status.html", _standing, "State", "heading", is_plain=True)
TILES = Block("tiles", "pages/items/tiles.html", tiles_block, "Key numbers", "tiles")
USES = Block("uses", f"{_HERE}/uses.html", uses_block, "Uses over time")
FACTS = Block("facts", f"{_HERE}/facts.html", facts_block, "Facts")
USERS = Block("users", f"{_HERE}/users.html", users_block, "Who uses it", "table")
EVENTS = Block("events", f"{_HERE}/events.html", events_block, "Events", "table")
PAGE = Page(
    "item",
    "/items/{id}",
    "Item",
    (
        one(TILES),
        Row("two-one", (USES, FACTS)),
        one(USERS),
        one(EVENTS),
        one(UNSEEN),
        one(RULES),
    ),
    rail="items",
    exports=page_named("item").reports,
    about=("item-list", "item-users"),
    ignores={"item": _OWN, "item_type": _OWN, "account": "An item is in one account."},
    head=_head,
    standing=STANDING,
)
