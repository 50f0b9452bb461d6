"""The overview, called "Usage report": how much is used, by whom, and what needs attention."""

from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.events.usage_event import head_with_usage_event, usage_event
from vaultmeter.console.pages.overview.attention import attention_block
from vaultmeter.console.pages.overview.bars import actions_block, types_block
from vaultmeter.console.pages.overview.clients import limit_block, methods_block
from vaultmeter.console.pages.overview.requests import requests_block
from vaultmeter.console.pages.overview.sentence import sentence_block
from vaultmeter.console.pages.overview.tiles import tiles_block
from vaultmeter.console.pages.overview.tops import items_block, users_block
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.views.pages import page_named

_HERE = "pages/overview"
_BARS = f"{_HERE}/bars.html"
SENTENCE = Block(
    "sentence", f"{_HERE}/sentence.html", sentence_block, "In short", "line", is_plain=True
)
TILES = Block("tiles", f"{_HERE}/tiles.html", tiles_block, "Key numbers", "tiles")
REQUESTS = Block("requests", f"{_HERE}/requests.html", requests_block, "Requests over time")
ATTENTION = Block("attention", f"{_HERE}/attention.html", attention_block, "Needs attention")
LIMIT = Block("limit", f"{_HERE}/limit.html", limit_block, "Clients against the limit")
ACTIONS = Block("actions", _BARS, actions_block, "Requests by action")
USERS = Block("top-users", f"{_HERE}/users.html", users_block, "Top users")
SECRETS = Block("top-items", f"{_HERE}/items.html", items_block, "Most accessed secrets and keys")
METHODS = Block("methods", _BARS, methods_block, "Clients by authentication method")
TYPES = Block("types", _BARS, types_block, "Items by type")
PAGE = Page(
    "overview",
    "/",
    "Usage report",
    (
        one(SENTENCE),
        one(TILES),
        Row("two-one", (REQUESTS, ATTENTION)),
        Row("halves", (LIMIT, ACTIONS)),
        Row("halves", (USERS, SECRETS)),
        Row("halves", (METHODS, TYPES)),
        one(UNSEEN),
        one(RULES),
    ),
    subtitle="All vaults, all accounts",
    head=head_with_usage_event,
    extra=page_named("overview").words,
    exports=page_named("overview").reports,
)
ACTS = (usage_event(PAGE, "/usage-event"),)
