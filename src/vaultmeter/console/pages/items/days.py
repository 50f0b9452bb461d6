"""Uses of items over time: of each type, and of one item with what happened to it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.figures import Series, columns_figure
from vaultmeter.console.pages.item.buckets import buckets_of, size_of, starts_of
from vaultmeter.console.titles import type_title
from vaultmeter.model.table import Table

_MOST = 4
"""Parts a stacked column may have, the others as one of them."""


def days_block(asking: Asking) -> dict[str, Any]:
    """Stacked columns of uses by type, the most used at the base."""
    size = size_of(asking)
    table = asking.report("item-days")
    starts = starts_of(asking, size)
    series = series_of(asking, table, starts)
    title = f"Uses a {size} by type"
    figure = columns_figure(
        "item-days-chart",
        title,
        buckets_of(asking, size, starts, table),
        series,
        asking.words,
    )
    return {
        "title": title,
        "figure": figure.showing(asking.view.series),
        "finding": _finding(asking, series),
        "sizes": sizes_of(asking, size),
        "has_uses": any(each.total for each in series),
    }


def series_of(asking: Asking, table: Table, starts: Sequence[datetime]) -> list[Series]:
    """One series a type, the three most used ones and the others together."""
    rows = table.dicts()
    total: Counter[str] = Counter()
    for row in rows:
        total[row["type"]] += row["uses"]
    ordered = sorted(total, key=lambda name: (-total[name], name))
    own = ordered if len(ordered) <= _MOST else ordered[: _MOST - 1]
    sums = sums_of(asking, rows, starts)
    found = [
        Series(name, type_title(name), tone, [slot[name] for slot in sums])
        for tone, name in enumerate(own, start=1)
    ]
    rest = ordered[len(own) :]
    if rest:
        others = [sum(slot[name] for name in rest) for slot in sums]
        found.append(Series("others", "Other types", 0, others))
    return found or [Series("uses", "Uses", 1, [0 for _ in sums])]


def sizes_of(asking: Asking, size: str) -> list[tuple[str, str, bool]]:
    """The buckets that can be chosen: title, address, and whether it is the one."""
    usual = asking.period.bucket()
    offered = ("week", "month") if usual == "month" else ("day", "week")
    return [
        (
            each.capitalize(),
            asking.view.changed(bucket="" if each == usual else each).url(),
            each == size,
        )
        for each in offered
    ]


def sums_of(
    asking: Asking, rows: Sequence[Mapping[str, Any]], starts: Sequence[datetime]
) -> list[Counter[str]]:
    """The uses of each type, in each of the buckets that begin then."""
    days = [start.astimezone(asking.period.zone).date() for start in starts]
    sums: list[Counter[str]] = [Counter() for _ in days]
    for row in rows:
        # The bucket before the first one that begins later.
        slot = bisect_right(days, row["day"]) - 1
        if slot >= 0:
            sums[slot][row["type"]] += row["uses"]
    return sums


def _finding(asking: Asking, series: Sequence[Series]) -> str:
    """What is used most: Static secrets make 61.2% of them."""
    whole = sum(each.total for each in series)
    if not whole:
        return "Nothing was used in this range"
    first = max(series, key=lambda each: each.total)
    return f"{first.name} makes {asking.words.share(first.total, whole)} of all uses"


def uses_door(asking: Asking, start: datetime, type_: str, **asked: object) -> str:
    """The evidence of the uses of a type on the day that begins then."""
    day = start.astimezone(asking.period.zone).date().isoformat()
    return evidence_url(asking, "item-days", "uses", {"day": day, "type": type_}, **asked)
