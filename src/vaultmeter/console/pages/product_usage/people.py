"""The people of product usage: who is active, why the others are not, and what each of them does.

Search, status, order and pages are the report's own, so that counts are exact at any size.
"""

from collections.abc import Mapping
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.named import user_urls
from vaultmeter.console.pages.product_usage.reason import why
from vaultmeter.console.pages.product_usage.sight import Sight
from vaultmeter.console.pages.product_usage.status import STATUSES, standing_of_all
from vaultmeter.console.table import Column, order_of, paged
from vaultmeter.views.view import TableView

_SUGGESTIONS = (
    ("low_usage", "Low usage"),
    ("never_used", "Never used"),
    ("dormant", "Dormant"),
    ("new", "New"),
)
"""Whom one may want to look at, besides the statuses themselves."""
_TABS = (
    ("", "All"),
    ("active", "Active"),
    ("passive", "Passive"),
    ("inactive", "Inactive"),
    ("no_evidence", "No evidence"),
)


def _number(name: str, title: str, priority: int = 2, *, is_usual: bool = True) -> Column:
    return Column(
        name, title, is_number=True, priority=priority, is_usual=is_usual, down_first=True
    )


def _instant(name: str, title: str, *, is_usual: bool = False) -> Column:
    return Column(name, title, is_number=True, priority=2, is_usual=is_usual, down_first=True)


_HIDDEN = {"is_usual": False}
COLUMNS = (
    Column("user", "User"),
    Column("account", "Account", priority=3),
    Column("status", "Activity status"),
    _number("login_sessions", "Login sessions"),
    _number("passwords_accessed", "Passwords accessed", 1),
    _number("remote_connections", "Remote connections"),
    _number("passwords_autofilled", "Auto-filled"),
    _number("accounts_added", "Accounts added"),
    _instant("last_active", "Last active", is_usual=True),
    _instant("first_seen", "First seen"),
    _instant("last_login", "Last login"),
    Column("auth_method", "Signs in with", priority=2, is_usual=False),
    Column("sources", "Sources", priority=2, is_usual=False),
    Column("kind", "Kind", priority=2, is_usual=False),
    _number("password_events", "Raw accesses", **_HIDDEN),
    _number("requests", "Requests", **_HIDDEN),
    _number("secrets_read", "Secrets read", **_HIDDEN),
    _number("key_operations", "Key operations", **_HIDDEN),
    _number("failed_logins", "Failed logins", **_HIDDEN),
    _number("denied", "Refused", **_HIDDEN),
)
"""Every column of the table, in its usual order."""


def people(asking: Asking) -> dict[str, Any]:
    """One page of the table, with the counts of its tabs and suggestions."""
    table = asking.view.table
    searched: dict[str, Any] = {}
    if _is_searched(asking):
        searched = {"filters": {"user": [f"*{table.q}*"]}}
    sort, status = order_of(asking, COLUMNS, "user"), _status(table)
    found = asking.report(
        "users", limit=table.size, offset=table.offset, sort=sort, status=status or None, **searched
    )
    if not found.rows and table.page > 1:
        # The table has become shorter than the page in the address.
        asking.view = asking.view.with_table(page=1)
        return people(asking)
    standing = standing_of_all(asking, **searched)
    rows = found.dicts()
    return {
        "table": paged(asking, "people", COLUMNS, _cells(asking, rows), found.total, sort),
        "tabs": _choices(asking, _TABS, standing, status),
        "suggestions": _choices(asking, _SUGGESTIONS, standing, status),
        "status": status,
        "can_search": "user" not in asking.view.patterns(),
        "rules": found.definitions,
    }


def _is_searched(asking: Asking) -> bool:
    """Whether a search narrows the table; a filter on users of the page itself comes first."""
    return bool(asking.view.table.q) and "user" not in asking.view.patterns()


def _status(table: TableView) -> str:
    known = {*STATUSES, *(name for name, _ in _SUGGESTIONS)}
    return table.status if table.status in known else ""


def _choices(
    asking: Asking,
    named: tuple[tuple[str, str], ...],
    standing: Mapping[str, Any] | None,
    status: str,
) -> list[dict[str, Any]]:
    """Statuses that the table can be narrowed to, each with how many there are."""
    return [
        {
            "name": name,
            "title": title,
            "count": standing[name or "users"] if standing else 0,
            "url": asking.view.with_table(status=name).url(),
            "is_current": name == status,
        }
        for name, title in named
    ]


def _cells(asking: Asking, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they are shown: with addresses, reasons, and what nobody can know."""
    urls = user_urls(asking, [(row["user"], row["account"]) for row in rows])
    sight = Sight(asking)
    return [
        {
            **row,
            **dict.fromkeys(sight.unseen(row)),
            "url": urls.get((row["user"], row["account"]), ""),
            "why": why(asking, row),
            "doors": _doors(asking, row),
            "is_unseen": row["status"] == "no_evidence",
        }
        for row in rows
    ]


def _doors(asking: Asking, row: Mapping[str, Any]) -> dict[str, str]:
    """The evidence of every number of a row that is none of zero."""
    who = {"user": row["user"], "account": row["account"]}
    return {
        column.name: evidence_url(asking, "users", column.name, who)
        for column in COLUMNS
        if column.is_number and row[column.name]
    }
