"""The overview, called "Usage report": how much is used, by whom, and what needs attention."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.unseen import RULES, UNSEEN

_TILES = (
    ("total_requests", "Total requests"),
    ("unique_users", "Unique users"),
    ("passwords_accessed", "Passwords accessed"),
    ("denied", "Refused requests"),
)


def _tiles(asking: Asking) -> dict[str, Any]:
    found = {row["measure"]: row for row in asking.rows("overview")}
    return {
        "tiles": [
            {
                "label": label,
                "value": asking.words.number(found[measure]["value"]),
                "url": evidence_url(asking, "overview", measure),
                "change": asking.words.change(
                    found[measure]["value"], found[measure]["compared"], asking.compared_words
                ),
            }
            for measure, label in _TILES
        ]
    }


PAGE = Page(
    "overview",
    "/",
    "Usage report",
    (
        one(Block("tiles", "pages/overview/tiles.html", _tiles, "Key numbers", "tiles")),
        one(UNSEEN),
        one(RULES),
    ),
    subtitle="All vaults, all accounts",
    exports=("overview",),
)
