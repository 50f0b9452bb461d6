"""Which reports the pages stand for: every page whose address can be saved and exported.

The console offers these reports as files, and whoever exports or schedules a saved view gets the
tables of the same ones, in the same order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from vaultmeter.model.errors import NotFound, did_you_mean
from vaultmeter.model.kinds import INTENT_OF_KIND, USE_KINDS, Intent, Kind
from vaultmeter.model.status import OF_ITEMS, OF_USERS

EVENT_PARTS: Mapping[str, Mapping[str, list[str]]] = {
    "": {},
    "use": {"kind": [*USE_KINDS]},
    "sign-in": {"kind": [Kind.LOGIN, Kind.LOGIN_FAILED, Kind.LOGOUT]},
    "changes": {
        "kind": [kind for kind, intent in INTENT_OF_KIND.items() if intent is Intent.MANAGE]
    },
    "refused": {"outcome": ["denied"]},
}
"""Parts of a timeline: the status of its table in the address, and the filters that it means."""


@dataclass(frozen=True)
class PageTable:
    """A table of a page, and what its search, status and order mean for a report."""

    report: str
    prefix: str = ""
    """Of its words in the address."""
    search: str = ""
    """The filter that its search is."""
    statuses: tuple[str, ...] = ()
    """Statuses that the report can be narrowed to."""
    usual: str = ""
    """The status of its rows where neither a status nor a search is given."""
    parts: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    """Statuses that are filters."""


@dataclass(frozen=True)
class ViewPage:
    """A page as files know it."""

    name: str
    path: str
    """With the named part of Starlette's routes: /users/{id}."""
    title: str
    reports: tuple[str, ...]
    """What it stands for, the first one first."""
    words: tuple[str, ...] = ()
    """Words of the address that only this page knows."""
    about: str = ""
    """What it is about where its address names one: user, item or source."""
    tables: tuple[PageTable, ...] = ()

    def table_of(self, report: str) -> PageTable | None:
        """The table that shows a report, where one does."""
        return next((each for each in self.tables if each.report == report), None)


_COVERAGE = ("coverage", "coverage-days", "coverage-gaps", "coverage-lines")
_EVENTS = PageTable("events", "events", parts=EVENT_PARTS)
_OF_ITEM = PageTable(
    "events",
    "events",
    parts={name: words for name, words in EVENT_PARTS.items() if name != "sign-in"},
)
PAGES = (
    ViewPage("overview", "/", "Usage report", ("overview",), ("top", "items")),
    ViewPage(
        "product-usage",
        "/product-usage",
        "Track product usage",
        ("users", "activity", "adoption"),
        tables=(PageTable("users", search="user", statuses=OF_USERS),),
    ),
    ViewPage(
        "user",
        "/users/{id}",
        "User",
        ("user", "sessions", "events", "leaver"),
        about="user",
        tables=(PageTable("sessions", "sessions"), _EVENTS),
    ),
    ViewPage(
        "items",
        "/items",
        "Secrets and keys",
        ("item-list", "items", "unused"),
        tables=(PageTable("item-list", search="item", statuses=OF_ITEMS, usual="kept"),),
    ),
    ViewPage(
        "item",
        "/items/{id}",
        "Item",
        ("item-users", "item-days", "events"),
        about="item",
        tables=(PageTable("item-users", "users"), _OF_ITEM),
    ),
    ViewPage(
        "password-manager",
        "/password-manager",
        "Password manager",
        ("password-manager", "password-uses", "adoption"),
    ),
    ViewPage(
        "clients",
        "/clients",
        "Clients and billing",
        ("clients", "client-list", "client-periods", "clients-by-method", "forecast"),
        ("month", "product", "of", "rows"),
        tables=(PageTable("client-list", search="user"),),
    ),
    ViewPage("sources", "/sources", "Sources and coverage", _COVERAGE, ("days",)),
    ViewPage(
        "source",
        "/sources/{id}",
        "Source",
        _COVERAGE,
        ("days", "rejects", "reason", "after"),
        about="source",
    ),
)
"""Every page that can be exported, in the order of the console's menu."""
_ID = "{id}"
_NUMBER = re.compile(r"[0-9]{1,10}")


def page_named(name: str) -> ViewPage:
    """The page of that name; one of `PAGES`."""
    return next(each for each in PAGES if each.name == name)


def page_at(path: str) -> tuple[ViewPage, str]:
    """The page at a path, and the number of whom or what it is about, empty for none.

    Raises `NotFound` for a path that is none of theirs.
    """
    for page in PAGES:
        before, _, _ = page.path.partition(_ID)
        rest = path.removeprefix(before)
        if page.about and path.startswith(before) and _NUMBER.fullmatch(rest):
            return page, rest
        if page.path == path:
            return page, ""
    shown = path[:100]
    raise NotFound(
        f"There is no page {shown!r} that can be exported.",
        did_you_mean(shown, (page.path for page in PAGES)),
    )
