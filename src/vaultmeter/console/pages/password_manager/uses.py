"""How passwords were used over time: viewed, revealed, copied, auto-filled."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.figures import Buckets, Series, columns_figure
from vaultmeter.console.pages.password_manager.asked import door_of, rows_of
from vaultmeter.console.pages.product_usage.trend import unfinished

WAYS = (
    ("viewed", "Viewed"),
    ("revealed", "Revealed"),
    ("copied", "Copied"),
    ("passwords_autofilled", "Auto-filled"),
)
"""The columns of the report, and what they are called."""
_TONES = {"viewed": 3, "revealed": 1, "copied": 5, "passwords_autofilled": 4}
"""Accesses and auto-fills have their colours of every page."""
_BY_DAY = 14
"""Days up to which a week would be too much."""


def uses(asking: Asking) -> dict[str, Any]:
    """Columns of four parts, a week each; of a short range a day each."""
    size = asking.view.bucket or ("day" if asking.period.days() <= _BY_DAY else "week")
    rows = [row for row in rows_of(asking, "password-uses", per=size) if row["start"] <= asking.now]
    starts = [row["start"] for row in rows]
    links = [
        door_of(asking, "password-uses", "viewed", {"start": start.isoformat()}, per=size)
        for start in starts
    ]
    last = unfinished(asking, size, starts[-1]) if starts else ""
    buckets = Buckets(size, starts, last, (), links)
    series = [
        Series(name, title, _TONES[name], [row[name] for row in rows]) for name, title in WAYS
    ]
    title = "How passwords were used"
    figure = columns_figure("password-uses", title, buckets, series, asking.words)
    return {"figure": figure, "size": size, "total": sum(each.total for each in series)}
