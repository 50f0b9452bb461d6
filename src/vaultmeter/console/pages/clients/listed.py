"""The clients of a billing month one by one, in the order they came."""

from collections.abc import Mapping
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.clients.month import Chosen, account_title, chosen, door
from vaultmeter.console.pages.clients.sentence import whose
from vaultmeter.console.table import Column, paged, shown_columns
from vaultmeter.console.titles import method_title

ID = "client-list"
COLUMNS = (
    Column("place", "Place", is_number=True, can_sort=False),
    Column("user", "Client", can_sort=False),
    Column("kind", "Kind", can_sort=False, priority=2),
    Column("auth_method", "Signs in with", can_sort=False, priority=3),
    Column("first_used", "First seen", can_sort=False),
    Column("state", "Limit", can_sort=False),
)
EXCEEDED = "exceeded"
"""The status of the tab of those over the limit."""
Facts = dict[str, Any]


def clients(asking: Asking) -> Facts:
    """One page of the clients; a search narrows them and changes nobody's place."""
    found = chosen(asking)
    if found is None:
        return {"found": None}
    table = asking.view.table
    search: dict[str, list[str]] = {"user": [f"*{table.q}*"]} if table.q else {}
    counts, before = _counts(asking, found, search)
    only_exceeded = table.status == EXCEEDED and found.limit is not None
    skipped = counts["actual"] if only_exceeded else 0
    total = counts["exceeded"] if only_exceeded else counts["total"]
    wanted = max(0, min(table.size, total - table.offset))
    rows = _rows(asking, found, search, before + skipped + table.offset, wanted)
    return {
        "found": found,
        "table": paged(asking, ID, COLUMNS, _shown(asking, found, rows), total, ""),
        "columns": [column.name for column in shown_columns(asking, COLUMNS)],
        "told": f"{whose(found)}, in the order they came",
        "counts": counts,
        "only_exceeded": only_exceeded,
        "all_url": asking.view.with_table(status="").url(),
        "exceeded_url": asking.view.with_table(status=EXCEEDED).url(),
        "title": f"Clients of {asking.words.month(found.month.first)}",
        "account": account_title(found.account),
    }


def _filters(found: Chosen, search: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The list has an account's clients where it is the widest that is asked for, or limited."""
    account = {} if found.account == "*" else {"account": [found.account]}
    return {"product": [found.product], **account, **search}


def _counts(
    asking: Asking, found: Chosen, search: Mapping[str, list[str]]
) -> tuple[Mapping[str, Any], int]:
    """The clients that the search finds, and the rows of other limited accounts before theirs."""
    filters = _filters(found, search)
    rows = asking.rows("clients", when=found.month.when, filters=filters)
    own = next((row for row in rows if row["account"] == found.account), None)
    before = sum(
        row["total"] for row in rows if row["limit"] is not None and row["account"] < found.account
    )
    return own or {"total": 0, "actual": 0, "exceeded": 0}, before


def _rows(
    asking: Asking, found: Chosen, search: Mapping[str, list[str]], offset: int, limit: int
) -> list[Facts]:
    if not limit:
        return []
    return asking.rows(
        "client-list",
        when=found.month.when,
        filters=_filters(found, search),
        offset=offset,
        limit=limit,
    )


def _shown(asking: Asking, found: Chosen, rows: list[Facts]) -> list[Facts]:
    key = ("month", "product", "account", "place")
    return [
        {
            **row,
            "method": method_title(row["auth_method"]),
            "door": door(
                asking,
                "client-list",
                "first_used",
                {name: row[name] for name in key},
                found.month.when,
            ),
        }
        for row in rows
    ]
