"""Figures of columns: stacked ones, and the uses of one item with marks."""

from collections.abc import Sequence

from vaultmeter.console.figures.buckets import Buckets, Mark
from vaultmeter.console.figures.description import described
from vaultmeter.console.figures.figure import (
    Figure,
    FigureTable,
    LegendEntry,
    Row,
    Series,
    number_cell,
    separators,
)
from vaultmeter.console.figures.rows import slots_with_totals, summed, value_rows
from vaultmeter.console.words import Words

_CLOSE = 0.3
"""Marks nearer than this part of the axis would write over each other."""


def columns_figure(
    id_: str,
    title: str,
    buckets: Buckets,
    series: Sequence[Series],
    words: Words,
    *,
    compared: str = "",
    height: int = 310,
) -> Figure:
    """Stacked columns of at most four parts; `compared` names the range that marks stand for."""
    totals = summed([each.values for each in series], len(buckets))
    before = summed([each.compared for each in series if each.compared], len(buckets))
    return Figure(
        chart="stacked-columns",
        id=id_,
        title=title,
        values={
            "values": value_rows(buckets, _with_order(series), words),
            "slots": slots_with_totals(buckets, series, words),
            "bands": buckets.bands(words),
        },
        signals=buckets.signals(words),
        description=described(title, [("", totals)], buckets, words),
        height=height,
        table=_table(buckets, series, before if compared else (), compared, words),
        legend=_legend(buckets, series, compared),
        separators=separators(words),
    )


def item_uses_figure(
    id_: str,
    title: str,
    buckets: Buckets,
    uses: Series,
    marks: Sequence[Mark],
    words: Words,
    *,
    height: int = 240,
) -> Figure:
    """Uses of one item, with a rule and a label for each rotation, change and deletion."""
    placed = _placed(buckets, marks)
    told = "".join(f" {mark.label}: {words.instant(mark.at).text}." for mark in marks)
    return Figure(
        chart="item-uses",
        id=id_,
        title=title,
        values={
            "values": value_rows(buckets, [(uses, 0)], words),
            "slots": buckets.slots(words),
            "bands": buckets.bands(words),
            "marks": placed,
        },
        signals={
            **buckets.signals(words),
            "mark_rows": max((row for _, row in _rows_of(buckets, marks)), default=-1) + 1,
        },
        description=described(title, [("", uses.values)], buckets, words) + told,
        height=height,
        table=_table(buckets, [uses], (), "", words),
        separators=separators(words),
    )


def _with_order(series: Sequence[Series]) -> list[tuple[Series, int]]:
    """Series with their place in the stack: the largest at the base."""
    ranked = sorted(series, key=lambda each: -each.total)
    return [(each, ranked.index(each)) for each in series]


def _table(
    buckets: Buckets,
    series: Sequence[Series],
    before: Sequence[int | None],
    compared: str,
    words: Words,
) -> FigureTable:
    names = [each.name for each in series]
    rows = []
    for slot in range(len(buckets)):
        cells = [number_cell(each.values[slot], words) for each in series]
        if before:
            cells.append(number_cell(None if buckets.is_part(slot) else before[slot], words))
        rows.append([buckets.cell(slot, words), *cells])
    heads = [buckets.size.capitalize(), *names, *([f"All, {compared}"] if before else [])]
    return FigureTable(heads, rows)


def _legend(buckets: Buckets, series: Sequence[Series], compared: str) -> list[LegendEntry]:
    named = [LegendEntry(each.name, "block", each.tone) for each in series]
    return [
        *(named if len(series) > 1 or compared else []),
        *([LegendEntry(compared, "mark")] if compared else []),
        *([LegendEntry("Not complete", "hatch")] if buckets.unfinished or buckets.gaps else []),
    ]


def _rows_of(buckets: Buckets, marks: Sequence[Mark]) -> list[tuple[Mark, int]]:
    """Marks in the order of time, each in the first row where its label has room."""
    ends: list[float] = []
    placed = []
    for mark in sorted(marks, key=lambda each: each.at):
        at = buckets.place(mark.at) / max(1, len(buckets))
        row = next((row for row, end in enumerate(ends) if at - end >= _CLOSE), len(ends))
        ends[row : row + 1] = [at]
        placed.append((mark, row))
    return placed


def _placed(buckets: Buckets, marks: Sequence[Mark]) -> list[Row]:
    return [
        {"at": round(buckets.place(mark.at), 3), "label": mark.label, "row": row}
        for mark, row in _rows_of(buckets, marks)
    ]
