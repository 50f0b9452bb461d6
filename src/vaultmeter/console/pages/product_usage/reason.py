"""Why somebody has a status, in a few words behind it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vaultmeter.console.asking import Asking

_UNSEEN = "no source can show it"


def why(asking: Asking, row: Mapping[str, Any]) -> str:
    """A few words: used today; signed in, used nothing; dormant, 118 days."""
    return _WAYS[row["status"]](asking, row)


def _active(asking: Asking, row: Mapping[str, Any]) -> str:
    if row["is_new"] and row["first_seen"]:
        return f"new, {_span(asking, row['first_seen'])}"
    return f"used {_ago(asking, row['last_active'])}" if row["last_active"] else ""


def _passive(asking: Asking, row: Mapping[str, Any]) -> str:
    del asking
    if row["login_sessions"]:
        return "signed in, used nothing"
    return "asked, used nothing" if row["requests"] else "synced only"


def _inactive(asking: Asking, row: Mapping[str, Any]) -> str:
    if row["is_disabled"]:
        return "disabled"
    if row["reason"] == "never used" or not row["last_active"]:
        return str(row["reason"])
    return f"{row['reason']}, {_span(asking, row['last_active'])}"


_WAYS = {
    "active": _active,
    "passive": _passive,
    "inactive": _inactive,
    "no_evidence": lambda *_: _UNSEEN,
}


def _days(asking: Asking, at: datetime) -> int:
    """Calendar days from an instant to the last day of the range, or today."""
    words = asking.words
    day = min(asking.last_day, words.today)
    return (day - at.astimezone(words.zone).date()).days


def _span(asking: Asking, at: datetime) -> str:
    """How long ago: 118 days; the day itself is 1 day."""
    return asking.words.count(max(1, _days(asking, at)), "day")


def _ago(asking: Asking, at: datetime) -> str:
    """When: today, yesterday, 9 days ago; in a range that is over, the day itself."""
    words, days = asking.words, _days(asking, at)
    if asking.last_day < words.today:
        return f"on {words.day(at.astimezone(words.zone).date())}"
    return {0: "today", 1: "yesterday"}.get(days, f"{words.number(days)} days ago")
