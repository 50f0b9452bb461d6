"""The sessions of a user: when they worked, how each session ended, and what came of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.named import User, user_of
from vaultmeter.console.pages.items.row import figure_column
from vaultmeter.console.pages.user.row import own_door
from vaultmeter.console.table import Column, order_of, paged

PREFIX = "sessions"
_ENDS = {
    "logout": "signed out",
    "limit": "12 hours reached",
    "login": "signed in anew",
    "timeout": "30 quiet minutes",
    "last_seen": "no sign-out",
}
"""How a session ended, in words; an open one has no end."""
COLUMNS = (
    Column("started", "Initiated at", down_first=True),
    Column("ended", "Ended at", down_first=True),
    Column("duration", "Duration", is_number=True, can_sort=False, priority=2),
    figure_column("passwords_accessed", "Passwords accessed", 1),
    figure_column("passwords_autofilled", "Auto-filled"),
    figure_column("accounts_added", "Accounts added"),
    Column("source", "Where", priority=2),
    figure_column("requests", "Requests", is_usual=False),
    figure_column("secrets_read", "Secrets read", is_usual=False),
    figure_column("remote_connections", "Remote connections", is_usual=False),
)
_NUMBERS = tuple(column.name for column in COLUMNS if column.is_number and column.can_sort)


def sessions_block(asking: Asking) -> dict[str, Any]:
    """One page of the sessions."""
    user, view = user_of(asking), asking.view.table_of(PREFIX)
    sort = order_of(asking, COLUMNS, "-started", PREFIX)
    found = asking.report(
        "sessions", filters=user.filters, sort=sort, limit=view.size, offset=view.offset
    )
    rows = [_shown(asking, user, row) for row in found.dicts()]
    return {
        "user": user,
        "table": paged(asking, "sessions", COLUMNS, rows, found.total, sort, PREFIX),
        "inferred": sum(row["inferred"] for row in rows),
    }


def _shown(asking: Asking, user: User, row: Mapping[str, Any]) -> dict[str, Any]:
    """A session with its end in words and doors to its numbers."""
    is_open = row["how_ended"] == "open"
    key = {
        "started": row["started"].isoformat(),
        "ended": row["ended"].isoformat(),
        "source": row["source"],
        "inferred": "yes" if row["inferred"] else "no",
        "account": row["account"],
    }
    doors = {name: own_door(asking, user, "sessions", name, key) for name in _NUMBERS if row[name]}
    return {
        **row,
        "is_open": is_open,
        "how": "inferred" if row["inferred"] and not is_open else _ENDS.get(row["how_ended"], ""),
        "how_in_full": _ENDS.get(row["how_ended"], "still open"),
        "same_day": _day(asking, row["started"]) == _day(asking, row["ended"]),
        "ended_at": f"{row['ended'].astimezone(asking.words.zone):%H:%M}",
        "duration": None if is_open else row["ended"] - row["started"],
        "doors": doors,
    }


def _day(asking: Asking, at: datetime) -> date:
    return at.astimezone(asking.words.zone).date()
