"""One user: what they do, what they know, and what has to be done when they leave."""

from typing import Any

from markupsafe import Markup

from vaultmeter.console.acts import Act
from vaultmeter.console.asking import Asking
from vaultmeter.console.leaving import PATH, tick
from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.product_usage.reason import why
from vaultmeter.console.pages.user.about import about_block, used_block
from vaultmeter.console.pages.user.activity import activity_block
from vaultmeter.console.pages.user.events import events_block
from vaultmeter.console.pages.user.leaver import leaver_block
from vaultmeter.console.pages.user.row import narrowed, user_and_row
from vaultmeter.console.pages.user.sentence import sentence_block
from vaultmeter.console.pages.user.sessions import sessions_block
from vaultmeter.console.rendering import render
from vaultmeter.console.unseen import RULES, UNSEEN

_HERE = "pages/user"
_OWN = "This page is about one user."


def _head(asking: Asking) -> dict[str, Any]:
    """Name, status with its reason, and account; raises `NotFound`."""
    user, row = user_and_row(asking)
    facts = {
        "words": asking.words,
        "user": user,
        "row": row,
        "why": why(asking, row) if row else "",
    }
    return {
        "title": user.name,
        "crumbs": [{"title": "Product usage", "url": asking.view.at("/product-usage").url()}],
        "status": "",
        "subtitle": Markup(render(f"{_HERE}/status.html", facts)),  # noqa: S704  made by a template
        "actions": f"{_HERE}/actions.html",
        "exported": narrowed(asking, user, asking.view.path),
    }


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
    exports=("user", "sessions", "events", "leaver"),
    about=("users", "sessions", "peers"),
    ignores={"user": _OWN},
    head=_head,
)
TICK = Act("leaver.tick", PATH, tick, PAGE)
