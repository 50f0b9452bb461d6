"""Small lines without an axis: how a number went over whole weeks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.model.period import Period, midnight

WEEKS = 12
_WIDTH, _HIGH, _LOW, _EDGE = 160.0, 3.0, 29.0, 3.0


def last_weeks(asking: Asking) -> Period:
    """The last 12 whole weeks (Monday to Sunday) before the range's end, or before today."""
    zone = asking.period.zone
    after = asking.last_day + timedelta(days=1)
    today = asking.words.today
    end = min(after, today)
    monday = end - timedelta(days=end.weekday())
    start = monday - timedelta(weeks=WEEKS)
    return Period(midnight(start, zone), midnight(monday, zone), zone)


def weekly(asking: Asking, name: str = "trend", **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The rows of a report over time for these weeks, the first one first."""
    return asking.rows(name, per="week", **asking.between(last_weeks(asking)), **changes)


def spark_path(values: Sequence[int]) -> str:
    """The path of a small line in a frame of 160 by 32; nothing where nothing ever happened."""
    if len(values) < 2 or not any(values):  # noqa: PLR2004  a line has two ends
        return ""
    low, high = min(values), max(values)
    step = (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    points = (
        f"{_EDGE + step * place:.1f} {_height(value, low, high):.1f}"
        for place, value in enumerate(values)
    )
    return "M" + "L".join(points)


def _height(value: int, low: int, high: int) -> float:
    return _LOW - (_LOW - _HIGH) * ((value - low) / (high - low) if high > low else 0.5)
