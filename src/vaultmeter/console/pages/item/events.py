"""Events one by one, newest first: of a user, or of an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.named import item_urls, user_urls
from vaultmeter.console.table import Column, paged
from vaultmeter.console.titles import kind_title, method_title
from vaultmeter.model.kinds import Kind
from vaultmeter.views.pages import EVENT_PARTS

PREFIX = "events"
_TABS = (
    ("", "All"),
    ("use", "Use"),
    ("sign-in", "Sign-in"),
    ("changes", "Changes"),
    ("refused", "Refused"),
)
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
    name = next((word for word, _ in tabs if word == view.status), "")
    own = EVENT_PARTS[name]
    found = asking.report("events", filters={**filters, **own}, limit=view.size, offset=view.offset)
    rows = found.dicts()
    return {
        "table": paged(asking, "events", columns, _cells(asking, rows), found.total, "", PREFIX),
        "tabs": [
            Tab(word, title, asking.view.with_table(PREFIX, status=word).url(), word == name)
            for word, title in tabs
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
