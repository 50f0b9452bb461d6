"""The password manager in one sentence and five numbers."""

from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.password_manager.asked import door_of, people_url, rows_of
from vaultmeter.console.pages.password_manager.uses import WAYS
from vaultmeter.console.words import Change

_ALL = "*"
_FILLED = "passwords_autofilled"


@dataclass(frozen=True)
class Tile:
    """A number with what it is about, where its evidence is, and how it was before."""

    label: str
    value: str
    url: str
    change: Change


def sentence(asking: Asking) -> dict[str, Any]:
    """How many use it, and how much of that is auto-filled."""
    adoption = _adoption(asking)
    filled, uses = _filled_of(asking)
    return {
        "adoption": adoption,
        "stored": _stored(asking),
        "share": asking.words.share(filled, uses) if uses else "",
        "urls": {name: people_url(asking, name) for name in ("", "active", "inactive")},
    }


def tiles(asking: Asking) -> dict[str, Any]:
    """The five numbers."""
    return {
        "tiles": [
            _users(asking),
            _passwords(asking),
            _accesses(asking),
            _share(asking),
            _unseen(asking),
        ]
    }


def _adoption(asking: Asking) -> dict[str, Any]:
    rows = rows_of(asking, "adoption")
    return rows[0] if rows else dict.fromkeys(("users", "active", "inactive", "no_evidence"), 0)


def _months(asking: Asking) -> list[dict[str, Any]]:
    """The calendar months of the range, all sign-in methods together."""
    rows = rows_of(asking, "password-manager")
    return [row for row in rows if row["auth_method"] == _ALL]


def _stored(asking: Asking) -> int:
    return int(_months(asking)[-1]["stored_passwords"])


def _filled_of(asking: Asking) -> tuple[int, int]:
    """How many uses were auto-filled, and how many there were."""
    rows = rows_of(asking, "overview")
    filled = next(row["value"] for row in rows if row["measure"] == _FILLED)
    uses = rows_of(asking, "password-uses", per="month")
    return filled, sum(row[name] for row in uses for name, _ in WAYS)


def _users(asking: Asking) -> Tile:
    found = _adoption(asking)
    active = asking.words.number(found["active"])
    return _tile(
        asking, "Total users", found["users"], people_url(asking), Change(active, "active")
    )


def _passwords(asking: Asking) -> Tile:
    months = _months(asking)
    last, words = months[-1], asking.words
    row: dict[str, object] = {"month": last["month"].isoformat(), "auth_method": _ALL}
    if len(months) > 1:
        before = months[-2]
        change = words.change(
            last["stored_passwords"], before["stored_passwords"], words.month(before["month"])
        )
    else:
        change = Change("", f"at the end of {words.month(last['month'])}")
    url = door_of(asking, "password-manager", "stored_passwords", row)
    return _tile(asking, "Stored passwords", last["stored_passwords"], url, change)


def _accesses(asking: Asking) -> Tile:
    row = next(row for row in rows_of(asking, "overview") if row["measure"] == "passwords_accessed")
    change = Change("", "in this range")
    if row["compared"] is not None:
        change = asking.words.change(row["value"], row["compared"], asking.compared_words)
    url = door_of(asking, "overview", "passwords_accessed")
    return _tile(asking, "Passwords accessed", row["value"], url, change)


def _share(asking: Asking) -> Tile:
    filled, uses = _filled_of(asking)
    number = asking.words.number
    return Tile(
        "Auto-filled share",
        asking.words.share(filled, uses),
        door_of(asking, "overview", _FILLED),
        Change(number(filled), f"of {number(uses)} uses"),
    )


def _unseen(asking: Asking) -> Tile:
    found = _adoption(asking)
    url = people_url(asking, "no_evidence")
    change = Change("", f"of {asking.words.count(found['users'], 'user')}")
    return _tile(asking, "Users without evidence", found["no_evidence"], url, change)


def _tile(asking: Asking, label: str, value: int, url: str, change: Change) -> Tile:
    return Tile(label, asking.words.number(value), url, change)
