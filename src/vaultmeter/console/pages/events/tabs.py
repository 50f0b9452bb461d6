"""What the pages of the Event Center have in common: the tabs above them, and types in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.model.access import Permission
from vaultmeter.notices.types import TYPES

CENTER, RULES, FORWARDERS = "/events", "/events/rules", "/events/forwarders"
ENTRY = "events"
"""The entry of the rail."""
STATES: Mapping[str, str] = {"open": "Open", "acknowledged": "Acknowledged", "all": "All"}
"""What notices are narrowed to, each with the title of its tab; the first one is the usual."""


@dataclass(frozen=True)
class Tab:
    """One tab: where it leads, and how much is under it where that is counted."""

    name: str
    title: str
    url: str
    is_current: bool
    count: int | None = None


def state_of(asking: Asking) -> str:
    """Which notices the address asks for; what is no state is the usual one."""
    wanted = asking.view.table.status
    return wanted if wanted in STATES else next(iter(STATES))


def type_words(name: str) -> str:
    """A type of notices in words; those of other versions by their name."""
    found = TYPES.get(name)
    return found.title if found else name.replace("-", " ").capitalize()


def _tabs(asking: Asking) -> dict[str, Any]:
    tabs = []
    if asking.may(Permission.NOTICES):
        tabs += [_state_tab(asking, name) for name in STATES]
        tabs.append(_tab(asking, RULES, "Rules"))
    if asking.may(Permission.FORWARDERS):
        tabs.append(_tab(asking, FORWARDERS, "Forwarders"))
    return {"tabs": tabs}


def _state_tab(asking: Asking, name: str) -> Tab:
    is_here = asking.view.path == CENTER
    bare = asking.view if is_here else asking.view.at(CENTER)
    usual = next(iter(STATES))
    view = bare.with_table(status="" if name == usual else name)
    url = view.with_extra(before="", notice="").url()
    count = asking.open_notices if name == usual else None
    return Tab(name, STATES[name], url, is_here and state_of(asking) == name, count)


def _tab(asking: Asking, path: str, title: str) -> Tab:
    here = asking.view.path
    is_current = here == path or here.startswith(f"{path}/")
    return Tab(title.lower(), title, asking.view.at(path).url(), is_current)


TABS = Block("event-tabs", "pages/events/tabs.html", _tabs, "Event Center", "line", is_plain=True)
