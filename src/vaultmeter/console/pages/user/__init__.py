"""One user: what they do, what they know, and what has to be done when they leave."""

from typing import Any

from vaultmeter.console.acts import Act
from vaultmeter.console.asking import Asking
from vaultmeter.console.leaving import PATH, tick
from vaultmeter.console.named import user_of
from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.product_usage.reason import why
from vaultmeter.console.pages.user.about import about_block, used_block
from vaultmeter.console.pages.user.activity import activity_block
from vaultmeter.console.pages.user.events import events_block
from vaultmeter.console.pages.user.leaver import leaver_block
from vaultmeter.console.pages.user.row import narrowed, user_and_row
from vaultmeter.console.pages.user.sentence import sentence_block
from vaultmeter.console.pages.user.sessions import sessions_block
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.views.pages import page_named

_HERE = "pages/user"
_OWN = "This page is about one user."


def _head(asking: Asking) -> dict[str, Any]:
    """Name, and what files of it have; raises `NotFound`."""
    user = user_of(asking)
    return {
        "title": user.name,
        "crumbs": [{"title": "Product usage", "url": asking.view.at("/product-usage").url()}],
        "status": "",
        "actions": f"{_HERE}/actions.html",
        "exported": narrowed(asking, user, asking.view.path),
    }


def _standing(asking: Asking) -> dict[str, Any]:
    """Their status with its reason, and their account."""
    user, row = user_and_row(asking)
    return {"user": user, "row": row, "why": why(asking, row) if row else ""}


STANDING = Block("standing", f"{_HERE}/status.html", _standing, "Status", "heading", is_plain=True)
SENTENCE = Block(
    "sentence", f"{_HERE}/sentence.html", sentence_block, "In short", "line", is_plain=True
)
ACTIVITY = Block("activity", f"{_HERE}/activity.html", activity_block, "Activity breakdown")
SESSIONS = Block("sessions", f"{_HERE}/sessions.html", sessions_block, "Sessions", "table")
ABOUT = Block("about", f"{_HERE}/about.html", about_block, "Who this is")
USED = Block("used", f"{_HERE}/used.html", used_block, "Items used most")
LEAVER = Block("leaver", f"{_HERE}/leaver.html", leaver_block, "Leaver check-list")
EVENTS = Block("events", f"{_HERE}/events.html", events_block, "Timeline", "table")
PAGE = Page(
    "user",
    "/users/{id}",
    "User",
    (
        one(SENTENCE),
        Row("two-one", (ACTIVITY, SESSIONS), (ABOUT, USED, LEAVER)),
        one(EVENTS),
        one(UNSEEN),
        one(RULES),
    ),
    rail="product-usage",
    exports=page_named("user").reports,
    about=("users", "sessions", "peers"),
    ignores={"user": _OWN},
    head=_head,
    standing=STANDING,
)
TICK = Act("leaver.tick", PATH, tick, PAGE)
