"""The schedules that a reader is shown: what leaves, when, where to, and how it went last."""

from typing import Any

from vaultmeter import schedules
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.schedules.words import (
    CATCH_UP,
    STATES,
    Row,
    due_words,
    span_words,
    what_words,
    when_words,
)
from vaultmeter.console.pages.settings.tables import page_of_rows
from vaultmeter.console.table import Column

_COLUMNS = (
    Column("name", "Name"),
    Column("what", "What", priority=3),
    Column("when", "When", can_sort=False, priority=2),
    Column("sent_to", "Sent to", can_sort=False, priority=3),
    Column("next_due", "Next run", priority=2),
    Column("last_state", "Last run"),
)


def _schedules(asking: Asking) -> dict[str, Any]:
    found = schedules.listed(asking.app, asking.who)["rows"]
    rows = [told(asking, row) for row in found]
    return {
        "table": page_of_rows(asking, "schedules", _COLUMNS, rows, _searched),
        "is_any": bool(rows),
        "states": STATES,
    }


def told(asking: Asking, row: Row) -> dict[str, Any]:
    """A schedule as its line and its sheet show it."""
    what, url = what_words(asking, row)
    zone, last = row["time_zone"], row["last_run"]
    return {
        **row,
        "what": what,
        "what_url": url,
        "when": when_words(row),
        "is_own": row["owner"] == asking.who.name,
        "sent_to": [*row["recipients"], *row["forwarders"]],
        "catch_up_words": CATCH_UP[row["catch_up"]].lower(),
        "next_due": row["next"][0]["due"] if row["next"] else None,
        "next_runs": [due_words(each["due"], zone, asking.words) for each in row["next"]],
        "last_state": last["state"] if last else None,
        "last_due": due_words(last["due"], zone, asking.words) if last else None,
        "last_span": span_words(last["period"], asking.words) if last else "",
        "last_error": last["error"] if last else "",
    }


def _searched(row: Row) -> list[str]:
    return [row["name"], row["what"], row["owner"], row["when"], row["time_zone"], *row["sent_to"]]


SCHEDULES = Block("schedules", "pages/schedules/list.html", _schedules, "Schedules", "table")
