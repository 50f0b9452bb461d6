"""Secrets and keys: what there is, how much of it is used, and what nobody needs any more."""

from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.items.days import days_block
from vaultmeter.console.pages.items.listed import list_block, types_block
from vaultmeter.console.pages.items.totals import sentence_block, tiles_block
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.views.pages import page_named

_HERE = "pages/items"
SENTENCE = Block(
    "sentence", f"{_HERE}/sentence.html", sentence_block, "In short", "line", is_plain=True
)
TILES = Block("tiles", f"{_HERE}/tiles.html", tiles_block, "Key numbers", "tiles")
DAYS = Block("item-days", f"{_HERE}/days.html", days_block, "Uses by type")
TYPES = Block("types", f"{_HERE}/types.html", types_block, "Items by type")
LIST = Block("items", f"{_HERE}/list.html", list_block, "Secrets and keys", "table")
PAGE = Page(
    "items",
    "/items",
    "Secrets and keys",
    (
        one(SENTENCE),
        one(TILES),
        Row("two-one", (DAYS, TYPES)),
        one(LIST),
        one(UNSEEN),
        one(RULES),
    ),
    subtitle="What the vaults keep, and who needs it",
    exports=page_named("items").reports,
)
