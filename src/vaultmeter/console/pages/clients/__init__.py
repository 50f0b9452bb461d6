"""Clients and billing: who is a client in a billing month, against the limit, and what comes."""

from dataclasses import replace
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.clients.listed import ID, clients
from vaultmeter.console.pages.clients.month import (
    ZONE,
    at_month,
    is_unread,
    month_of,
    months_offered,
)
from vaultmeter.console.pages.clients.sentence import curve, sentence, three
from vaultmeter.console.pages.clients.tables import by_account, kinds, methods, year
from vaultmeter.console.pages.events.usage_event import head_with_usage_event, usage_event
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.views.pages import page_named


def _head(asking: Asking) -> dict[str, Any]:
    """The months that the picker in the bar offers, and the one that files are of."""
    month, words = month_of(asking), asking.words
    if is_unread(asking):
        given = asking.view.extra["month"][:20]
        notice = f"“month={given}” is no month up to now and was left out. Write 2026-11."
        asking.view = replace(asking.view, notices=(*asking.view.notices, notice))
    pairs = at_month(asking, month.now).pairs()
    first, last = month.when.start, month.when.end
    return {
        **head_with_usage_event(asking),
        "exported": replace(asking.view, range=f"{first}..{last}", zone=ZONE),
        "month": {
            "name": words.month(month.first),
            "text": month.text,
            "newest": f"{month.now:%Y-%m}",
            "zone": ZONE,
            "earlier": at_month(asking, month.earlier).url(),
            "later": at_month(asking, month.later).url() if month.later else "",
            "offered": [
                {
                    "name": words.month(each),
                    "url": at_month(asking, each).url(),
                    "is_shown": each == month.first,
                }
                for each in months_offered(month)
            ],
            "fields": pairs,
        },
    }


_SENTENCE = Block("in-short", "pages/clients/sentence.html", sentence, "In short", "line")
_CURVE = Block("curve", "pages/clients/curve.html", curve, "Month so far and forecast")
_THREE = Block("three", "pages/clients/three.html", three, "Three ways to count")
_ACCOUNTS = Block(
    "by-account", "pages/clients/accounts.html", by_account, "By product and account", "table"
)
_METHODS = Block("methods", "pages/clients/bars.html", methods, "By authentication method")
_KINDS = Block("kinds", "pages/clients/bars.html", kinds, "By kind")
_YEAR = Block("year", "pages/clients/year.html", year, "Twelve months", "table")
_LIST = Block(ID, "pages/clients/list.html", clients, "Clients of the month", "table")

PAGE = Page(
    "clients",
    "/clients",
    "Clients and billing",
    (
        one(_SENTENCE),
        Row("two-one", (_CURVE, _THREE)),
        one(_ACCOUNTS),
        Row("halves", (_METHODS, _KINDS)),
        one(_YEAR),
        one(_LIST),
        one(UNSEEN),
        one(RULES),
    ),
    subtitle="One client is one identity in a product, an account and a billing month",
    extra=page_named("clients").words,
    head=_head,
    span="pages/clients/month.html",
    exports=page_named("clients").reports,
)
ACTS = (usage_event(PAGE, "/clients/usage-event"),)
