"""The history of runs: each with its period, how it stands, its files and its deliveries."""

from datetime import timedelta
from typing import Any

from vaultmeter import schedules
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.exports.files import instant
from vaultmeter.console.pages.schedules.words import (
    DELIVERY,
    STATES,
    WAYS,
    Row,
    due_words,
    span_words,
)
from vaultmeter.model.errors import NotFound

WORD = "schedule"
"""The word of the address that narrows the runs to those of one schedule."""
STATE_WORD = "state"
_MOST = 100
"""Runs that are shown, of one schedule or of all together."""
_FEWEST = 5
"""Runs that are shown of each, however many there are."""
_MINUTE = 60
_OPEN = frozenset({"planned", "making", "delivering"})


def _runs(asking: Asking) -> dict[str, Any]:
    every = schedules.listed(asking.app, asking.who)["rows"]
    chosen = asking.view.extra.get(WORD, "")
    if chosen and chosen not in {str(row["id"]) for row in every}:
        raise NotFound("There is no such schedule that you can see.", "Look at all runs.")
    asked = [row for row in every if chosen in ("", str(row["id"]))]
    found = _newest(asking, asked)
    state = asking.view.extra.get(STATE_WORD, "")
    shown = [run for run in found if not state or run["state"] == state]
    return {
        "runs": shown,
        "total": len(found),
        "is_more": any(run["is_more"] for run in found),
        "is_moving": any(run["state"] in _OPEN for run in found),
        "choices": [(str(row["id"]), row["name"]) for row in every],
        "chosen": chosen,
        "state": state,
        "states": STATES,
    }


def _newest(asking: Asking, rows: list[Row]) -> list[dict[str, Any]]:
    """The newest runs of some schedules: of many of them, some of each."""
    each = max(_FEWEST, _MOST // max(1, len(rows)))
    found: list[dict[str, Any]] = []
    for row in rows:
        told = schedules.runs(asking.app, asking.who, str(row["id"]), limit=each)
        found += [_told(asking, row, run) | {"is_more": bool(told["next"])} for run in told["rows"]]
    return sorted(found, key=lambda run: -run["id"])


def _told(asking: Asking, row: Row, run: Row) -> dict[str, Any]:
    """A run as its line and its sheet show it."""
    started, ended = (instant(run[name]) if run[name] else None for name in ("started", "ended"))
    took = ended - started if started and ended else None
    attempt = run["next_attempt"]
    return {
        **run,
        "schedule": row["name"],
        "schedule_id": row["id"],
        "zone": row["time_zone"],
        "due": due_words(run["due"], row["time_zone"], asking.words),
        "span": span_words(run["period"], asking.words),
        "way": WAYS.get(run["way"], ""),
        "started": started,
        "took": None if took is None else _took(asking, took),
        "next_attempt": instant(attempt) if attempt else None,
        "files": [each for each in run["files"] if each["state"] == "made"],
        "deliveries": [
            {**each, "words": DELIVERY.get(each["state"], each["state"])}
            for each in run["deliveries"]
        ],
    }


def _took(asking: Asking, took: timedelta) -> str:
    seconds = took.total_seconds()
    if seconds < _MINUTE:
        return f"{asking.words.number(round(seconds, 1))}\u00a0s"
    return asking.words.duration(took)


RUNS = Block("runs", "pages/schedules/runs.html", _runs, "Runs", "table")
