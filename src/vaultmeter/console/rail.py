"""The rail: every page there is to go to, by the reader's job, in one order on every page."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from vaultmeter.console.asking import Asking
from vaultmeter.model.access import Permission


@dataclass(frozen=True)
class Entry:
    """A page in the rail."""

    name: str
    title: str
    path: str
    icon: str
    key: str = ""
    """The letter that leads to it after `g`."""
    permission: Permission | None = Permission.REPORTS
    count: Callable[[Asking], int] | None = None
    """How much there waits for the reader; nothing is shown for none."""


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    title: str
    entries: tuple[Entry, ...]


GROUPS = (
    Group(
        "Reports",
        (
            Entry("overview", "Overview", "/", "overview", "o"),
            Entry("product-usage", "Product usage", "/product-usage", "usage", "p"),
            Entry("items", "Secrets and keys", "/items", "key", "s"),
            Entry("password-manager", "Password manager", "/password-manager", "lock", "m"),
            Entry("clients", "Clients and billing", "/clients", "clients", "c"),
        ),
    ),
    Group(
        "Trust",
        (
            Entry("sources", "Sources and coverage", "/sources", "sources", "u"),
            Entry(
                "events",
                "Event Center",
                "/events",
                "bell",
                "n",
                Permission.NOTICES,
                lambda asking: asking.open_notices,
            ),
        ),
    ),
    Group("Delivery", (Entry("exports", "Exports and schedules", "/exports", "send", "x"),)),
)
SETTINGS = Entry("settings", "Settings", "/settings", "settings", "", None)


def groups(asking: Asking) -> list[Group]:
    """What a reader finds in the rail, whether or not they may open it."""
    if asking.may(Permission.NOTICES) or not asking.may(Permission.FORWARDERS):
        return list(GROUPS)
    return [Group(each.title, tuple(map(_for_forwarders, each.entries))) for each in GROUPS]


def _for_forwarders(entry: Entry) -> Entry:
    """The entry of who sees no notices, but says where they go: the tab that is open to them."""
    return replace(entry, path="/events/forwarders") if entry.name == "events" else entry


def title_of(path: str) -> str:
    """What a page is called: by its path, or the first part of it."""
    entries = [entry for group in GROUPS for entry in group.entries]
    start = f"/{path.split('/')[1]}"
    for entry in (*entries, SETTINGS):
        if path == entry.path or (start == entry.path and start != "/"):
            return entry.title
    words = start[1:].replace("-", " ")
    return words[:1].upper() + words[1:] or "Overview"
