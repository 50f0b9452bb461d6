"""People by activity status: how many are active, passive, inactive, and not to be judged."""

from collections.abc import Mapping
from typing import Any

from vaultmeter.console.asking import Asking

WHOLE = "*"
"""What the report of adoption calls all accounts together."""
STATUSES = ("active", "passive", "inactive", "no_evidence")
"""In the order of the bar."""


def standing_of_all(asking: Asking, **changes: Any) -> Mapping[str, Any] | None:  # noqa: ANN401
    """How everybody stands, all accounts together; nothing where there is nobody."""
    rows = asking.rows("adoption", **changes)
    return rows[0] if rows and rows[0]["account"] == WHOLE else None


def filter_url(asking: Asking, status: str) -> str:
    """The address of the same page with the table narrowed to a status."""
    return asking.view.with_table(status=status).url()


def status(asking: Asking) -> dict[str, Any]:
    """One bar of four parts, each with its number, and utilisation with what it is a share of."""
    row = standing_of_all(asking)
    if row is None:
        return {"total": 0, "parts": []}
    return {
        "total": row["users"],
        "judged_on": _judged_on(asking),
        "parts": _parts(asking, row),
        "utilisation": row["utilisation"],
        "utilised": row["utilised"],
        "judged": row["judged"],
        "left_out": _left_out(asking, row),
    }


def _parts(asking: Asking, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of the bar: where each begins, and how wide it is, of a thousand."""
    parts, start = [], 0.0
    for name in STATUSES:
        width = 1000 * row[name] / row["users"]
        parts.append(
            {
                "name": name,
                "count": row[name],
                "x": round(start, 1),
                "width": round(width, 1),
                "url": filter_url(asking, name),
            }
        )
        start += width
    return parts


def _left_out(asking: Asking, row: Mapping[str, Any]) -> str:
    """Who is in no utilisation, in words."""
    count, unseen = asking.words.count, row["no_evidence"]
    gone = row["users"] - row["judged"]
    if not gone:
        return "nobody left out"
    new = f"{count(gone - unseen, 'new person', 'new people')}"
    without = f"{asking.words.number(unseen)} without evidence"
    named = [text for text, number in ((without, unseen), (new, gone - unseen)) if number]
    return f"{' and '.join(named)} left out"


def _judged_on(asking: Asking) -> str:
    """On which day, and by how many days, statuses are told."""
    words, window = asking.words, asking.app.terms().status.window_days
    day = words.day(min(asking.last_day, words.today))
    if window is None:
        days = asking.period.days()
        span = "the day" if days == 1 else f"the {words.number(days)} days"
        return f"On {day}, judged by {span} of this range"
    return f"On {day}, judged by the {words.count(window, 'day')} before its end"
