"""Who uses one item, and its events."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.named import item_of, user_urls
from vaultmeter.console.pages.item.events import events_of
from vaultmeter.console.pages.items.row import figure_column
from vaultmeter.console.table import Column, order_of, paged

PREFIX = "users"
COLUMNS = (
    Column("user", "User"),
    Column("user_account", "Account", priority=3),
    Column("kind", "Kind", priority=2),
    figure_column("uses", "Uses", 1),
    figure_column("reads", "Reads"),
    figure_column("denied", "Refused"),
    figure_column("last_used", "Last used", 1),
    figure_column("requests", "Requests", is_usual=False),
)
EVENTS = (
    Column("time", "When", can_sort=False),
    Column("user", "Who", can_sort=False),
    Column("what", "What", can_sort=False),
    Column("source", "Source", can_sort=False, priority=2),
    Column("known", "Known from", can_sort=False, priority=2),
    Column("outcome", "Outcome", can_sort=False, priority=2),
)
_KINDS = {"person": "Person", "machine": "Machine", "agent": "Agent"}


def users_block(asking: Asking) -> dict[str, Any]:
    """One page of those who did anything with it."""
    item, view = item_of(asking), asking.view.table_of(PREFIX)
    sort = order_of(asking, COLUMNS, "-uses", PREFIX)
    found = asking.report(
        "item-users", filters=item.filters, sort=sort, limit=view.size, offset=view.offset
    )
    rows = found.dicts()
    urls = user_urls(asking, [(row["user"], row["user_account"]) for row in rows])
    named = {"item": item.name, "account": item.account}
    shown = [
        {
            **row,
            "kind": _KINDS.get(row["kind"], row["kind"]),
            "url": urls.get((row["user"], row["user_account"]), ""),
            "doors": {
                column.name: evidence_url(
                    asking,
                    "item-users",
                    column.name,
                    {**named, "user": row["user"], "user_account": row["user_account"]},
                    **named,
                )
                for column in COLUMNS
                if column.is_number and row[column.name]
            },
        }
        for row in rows
    ]
    return {
        "item": item,
        "table": paged(asking, "users", COLUMNS, shown, found.total, sort, PREFIX),
    }


def events_block(asking: Asking) -> dict[str, Any]:
    """One page of its events."""
    item = item_of(asking)
    parts = ("", "use", "changes", "refused")
    return {"item": item, **events_of(asking, item.filters, EVENTS, parts)}
