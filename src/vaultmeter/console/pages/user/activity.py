"""What a user does, feature by feature: a row of columns each, its total, change and peers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.figures import Buckets, FigureTable, Series
from vaultmeter.console.figures.features import busiest
from vaultmeter.console.figures.figure import number_cell
from vaultmeter.console.named import user_of
from vaultmeter.console.pages.item.buckets import buckets_of, size_of
from vaultmeter.console.pages.product_usage.sight import Sight
from vaultmeter.console.pages.user.measures import Feature, features_of
from vaultmeter.console.pages.user.peers import peers_of
from vaultmeter.console.pages.user.row import Row, before_of, door, row_of
from vaultmeter.console.words import Change

WIDTH, HEIGHT, _FLOOR = 520.0, 36.0, 35.0
_TALLEST, _FILLED, _LEAST = 32.0, 0.64, 1.0


@dataclass(frozen=True)
class Column:
    """One column of a row of columns, in a frame of 520 by 36."""

    x: str
    y: str
    width: str
    height: str
    is_part: bool


@dataclass(frozen=True)
class Strip:
    """One feature as it is shown."""

    feature: Feature
    total: int | None
    """`None` where no source could show any."""
    url: str
    busiest: str
    columns: Sequence[Column]
    change: Change | None
    median: float | None


def activity_block(asking: Asking) -> dict[str, Any]:
    """The rows, and the table with their numbers."""
    user = user_of(asking)
    row, before = row_of(asking, user), before_of(asking, user)
    size, peers = size_of(asking), peers_of(asking, user)
    table = asking.report("activity", per=size, filters=user.filters)
    known = [each for each in table.dicts() if each["start"] <= asking.now]
    buckets = buckets_of(asking, size, [each["start"] for each in known], table)
    features = features_of(user.kind, row, before)
    unseen = Sight(asking).unseen(row) if row else ()
    series = [
        Series(each.name, each.title, each.tone, [told[each.column] for told in known])
        for each in features
    ]
    return {
        "user": user,
        "size": size,
        "strips": [
            Strip(
                feature,
                None if feature.name in unseen else row[feature.name] if row else 0,
                door(asking, user, feature.name),
                _busiest(asking, buckets, each, is_seen=feature.name not in unseen),
                columns_of(buckets, each),
                None if feature.name in unseen else _change(asking, feature, row, before),
                None if peers is None else peers.medians.get(feature.name),
            )
            for feature, each in zip(features, series, strict=True)
        ],
        "gaps": [_gap(buckets, gap.first, gap.last) for gap in buckets.gaps],
        "peers": peers,
        "compared": asking.compared_words,
        "shown": _table(asking, buckets, series),
    }


def _busiest(asking: Asking, buckets: Buckets, series: Series, *, is_seen: bool) -> str:
    return busiest(buckets, series, asking.words) if is_seen else "no source shows it"


def columns_of(buckets: Buckets, series: Series) -> list[Column]:
    """The columns of a feature, on its own scale."""
    most, step = max((value or 0 for value in series.values), default=0), _step(buckets)
    return [
        Column(
            f"{(slot + (1 - _FILLED) / 2) * step:.1f}",
            f"{_FLOOR - height:.1f}",
            f"{step * _FILLED:.1f}",
            f"{height:.1f}",
            buckets.is_part(slot),
        )
        for slot, value in enumerate(series.values)
        if value and (height := max(_LEAST, _TALLEST * value / most))
    ]


def _gap(buckets: Buckets, first: int, last: int) -> tuple[str, str]:
    """Where days begin that nobody knows, and how wide they are."""
    step = _step(buckets)
    return f"{first * step:.1f}", f"{(last - first + 1) * step:.1f}"


def _step(buckets: Buckets) -> float:
    return WIDTH / max(1, len(buckets))


def _change(asking: Asking, feature: Feature, row: Row | None, before: Row | None) -> Change | None:
    if row is None or before is None:
        return None
    return asking.words.change(row[feature.name], before[feature.name], asking.compared_words)


def _table(asking: Asking, buckets: Buckets, series: Sequence[Series]) -> FigureTable:
    """The same numbers, a bucket a row."""
    words = asking.words
    return FigureTable(
        [buckets.size.capitalize(), *(each.name for each in series)],
        [
            [buckets.cell(slot, words), *(number_cell(each.values[slot], words) for each in series)]
            for slot in range(len(buckets))
        ],
    )
