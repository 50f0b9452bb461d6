"""The figure of one person's features: a row each, on its own scale."""

from collections.abc import Sequence

from vaultmeter.console.figures.buckets import Buckets
from vaultmeter.console.figures.description import described
from vaultmeter.console.figures.figure import (
    Cell,
    Figure,
    FigureTable,
    Row,
    Series,
    number_cell,
    separators,
)
from vaultmeter.console.figures.rows import value_rows
from vaultmeter.console.words import Words

_LETTER = 6.6
_AXIS = 26
_GAP = 20
"""Pixels between names and columns."""


def feature_rows_figure(
    id_: str,
    title: str,
    buckets: Buckets,
    features: Sequence[Series],
    words: Words,
    *,
    named: bool = True,
    row_height: int = 56,
) -> Figure:
    """One row of columns a feature; `named` writes name, busiest bucket and total beside it."""
    texts = _feature_rows(buckets, features, words)
    longest = max((len(str(row[part])) for row in texts for part in ("name", "busiest")), default=0)
    return Figure(
        chart="feature-rows",
        id=id_,
        title=title,
        values={
            "values": _shared_rows(buckets, features, words),
            "features": texts,
            "slots": buckets.slots(words),
            "bands": [band for band in buckets.bands(words) if band["kind"] == "gap"],
        },
        signals={
            **buckets.signals(words),
            "rows": max(1, len(features)),
            "named": named,
            "name_room": round(longest * _LETTER + _GAP),
        },
        description=described(
            title, [(each.name, each.values) for each in features], buckets, words
        ),
        height=row_height * max(1, len(features)) + (_AXIS if named else 0),
        table=_table(buckets, features, words),
        separators=separators(words),
    )


def busiest(buckets: Buckets, feature: Series, words: Words) -> str:
    """A feature's busiest bucket in words: busiest 18 Nov: 22."""
    known = [(value, -slot) for slot, value in enumerate(feature.values) if value]
    if not known:
        return "not used"
    value, slot = max(known)
    return f"busiest {buckets.label(-slot, words)}: {words.number(value)}"


def _shared_rows(buckets: Buckets, features: Sequence[Series], words: Words) -> list[Row]:
    """Values with the share they have of their feature's highest one."""
    rows = value_rows(buckets, [(each, row) for row, each in enumerate(features)], words)
    for row in rows:
        feature = features[int(str(row["order"]))]
        most = max((value for value in feature.values if value is not None), default=0)
        row["row"] = row["order"]
        row["share"] = round((feature.values[int(str(row["slot"]))] or 0) / max(1, most), 4)
    return [*rows]


def _feature_rows(
    buckets: Buckets, features: Sequence[Series], words: Words
) -> list[dict[str, object]]:
    return [
        {
            "row": row,
            "name": each.name,
            "busiest": busiest(buckets, each, words),
            "total": words.number(each.total),
        }
        for row, each in enumerate(features)
    ]


def _table(buckets: Buckets, features: Sequence[Series], words: Words) -> FigureTable:
    heads = ["Feature", *(buckets.label(slot, words) for slot in range(len(buckets))), "Total"]
    rows = [
        [
            Cell(each.name, each.name),
            *(number_cell(value, words) for value in each.values),
            number_cell(each.total, words),
        ]
        for each in features
    ]
    return FigureTable(heads, rows)
