"""How each account has taken to the password manager: parts of 100%, small accounts folded."""

from collections.abc import Iterable, Mapping
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.password_manager.asked import people_url, rows_of

_WHOLE = "*"
_FEWEST = 5
"""Users that an account must have to stand alone: fewer would point at single people."""
_MOST = 12
"""Accounts that stand alone at most."""
_STATUSES = ("active", "passive", "inactive", "no_evidence")


def adoption(asking: Asking) -> dict[str, Any]:
    """A row an account, the largest first; the others as one."""
    rows = [row for row in rows_of(asking, "adoption") if row["account"] != _WHOLE]
    rows.sort(key=lambda row: (-row["users"], row["account"]))
    shown = [row for row in rows if row["users"] >= _FEWEST][:_MOST]
    folded = [row for row in rows if row not in shown]
    lines = [_line(asking, row["account"], row, row["account"]) for row in shown]
    if folded:
        name = asking.words.count(len(folded), "other account")
        lines.append(_line(asking, name, _summed(folded), ""))
    return {"lines": lines, "fewest": _FEWEST, "is_folded": bool(folded), "statuses": _STATUSES}


def _summed(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    names = ("users", *_STATUSES)
    return {name: sum(row[name] for row in rows) for name in names}


def _line(asking: Asking, name: str, row: Mapping[str, Any], account: str) -> dict[str, Any]:
    """A bar of 100%, and the numbers of its parts with the people they are."""
    parts, start = [], 0.0
    for status in _STATUSES:
        width = 100 * row[status] / row["users"]
        url = people_url(asking, status, account) if account else ""
        parts.append(
            {
                "status": status,
                "count": row[status],
                "x": f"{start:.2f}",
                "width": f"{width:.2f}",
                "url": url,
            }
        )
        start += width
    url = people_url(asking, "", account) if account else ""
    return {"name": name, "url": url, "users": row["users"], "parts": parts}
