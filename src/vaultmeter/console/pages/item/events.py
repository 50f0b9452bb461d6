"""Events one by one, newest first: of a user, or of an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.named import item_urls, user_urls
from vaultmeter.console.table import Column, paged
from vaultmeter.console.titles import kind_title, method_title
from vaultmeter.model.kinds import INTENT_OF_KIND, USE_KINDS, Intent, Kind

PREFIX = "events"
_SIGN_INS = (Kind.LOGIN, Kind.LOGIN_FAILED, Kind.LOGOUT)
_CHANGES = tuple(kind for kind, intent in INTENT_OF_KIND.items() if intent is Intent.MANAGE)
_REFUSED = {"outcome": ["denied"]}
_TABS: tuple[tuple[str, str, Mapping[str, list[str]]], ...] = (
    ("", "All", {}),
    ("use", "Use", {"kind": [*USE_KINDS]}),
    ("sign-in", "Sign-in", {"kind": [*_SIGN_INS]}),
    ("changes", "Changes", {"kind": [*_CHANGES]}),
    ("refused", "Refused", _REFUSED),
)
"""Parts of the events: their word in the address, their title, and the filters they stand for."""
_KNOWN = {"server": "server", "client": "client program", "inferred": "inferred"}


@dataclass(frozen=True)
class Tab:
    """One part of the events."""

    name: str
    title: str
    url: str
    is_current: bool


def events_of(
    asking: Asking,
    filters: Mapping[str, list[str]],
    columns: Sequence[Column],
    parts: Sequence[str] = ("", "use", "sign-in", "changes", "refused"),
) -> dict[str, Any]:
    """One page of the events that filters let through, of the part that the address names."""
    view = asking.view.table_of(PREFIX)
    tabs = [each for each in _TABS if each[0] in parts]
    name, _, own = next((each for each in tabs if each[0] == view.status), tabs[0])
    found = asking.report("events", filters={**filters, **own}, limit=view.size, offset=view.offset)
    rows = found.dicts()
    return {
        "table": paged(asking, "events", columns, _cells(asking, rows), found.total, "", PREFIX),
        "tabs": [
            Tab(word, title, asking.view.with_table(PREFIX, status=word).url(), word == name)
            for word, title, _ in tabs
        ],
    }


def _cells(asking: Asking, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows in words, with the addresses of what they name."""
    items = item_urls(asking, [(row["item"], row["account"]) for row in rows if row["item"]])
    users = user_urls(asking, [(row["user"], row["account"]) for row in rows])
    return [
        {
            **row,
            "what": _what(row),
            "item_url": items.get((row["item"], row["account"]), ""),
            "user_url": users.get((row["user"], row["account"]), ""),
            "known": _KNOWN.get(row["known_from"], row["known_from"]),
        }
        for row in rows
    ]


def _what(row: Mapping[str, Any]) -> str:
    """What happened: Secret read; Signed in, OIDC; Password accessed, copied."""
    told = kind_title(row["kind"])
    if row["kind"] == Kind.LOGIN and row["auth_method"]:
        return f"{told}, {method_title(row['auth_method'])}"
    if row["detail"] and row["detail"] != row["kind"]:
        return f"{told}, {row['detail'].replace('_', ' ')}"
    return told
