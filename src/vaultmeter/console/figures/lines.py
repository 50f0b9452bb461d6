"""Figures of lines: several measures in one frame, or one small chart each."""

from collections.abc import Sequence

from vaultmeter.console.figures.buckets import Buckets
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
from vaultmeter.console.figures.rows import value_rows
from vaultmeter.console.words import Words

_DIRECT = 560
_LETTER = 6.6
_KEY = 34
"""Pixels of the short line before a name, and around it."""


def lines_figure(
    id_: str,
    title: str,
    buckets: Buckets,
    series: Sequence[Series],
    words: Words,
    *,
    compared: str = "",
    height: int = 320,
) -> Figure:
    """Up to six lines in one frame, named at their ends where there is room.

    One line alone has the compared range behind it; `compared` names that range.
    """
    longest = max((len(each.name) for each in series), default=0)
    return Figure(
        chart="lines",
        id=id_,
        title=title,
        values={
            "values": _line_rows(buckets, series, words),
            "slots": buckets.slots(words),
            "bands": _bands(buckets, words),
        },
        signals={
            **buckets.signals(words),
            "series_count": len(series),
            "end_room": round(longest * _LETTER + _KEY),
        },
        description=described(title, [(each.name, each.values) for each in series], buckets, words),
        height=height,
        table=_table(buckets, series, words),
        legend=_legend(series, compared),
        direct=_DIRECT if len(series) > 1 else 0,
        separators=separators(words),
    )


def small_line_figures(
    id_: str, buckets: Buckets, series: Sequence[Series], words: Words, *, height: int = 104
) -> tuple[Figure, ...]:
    """The same measures side by side, each with its own scale; ids end in the series' key."""
    return tuple(
        Figure(
            chart="small-line",
            id=f"{id_}-{each.key}",
            title=each.name,
            values={
                "values": _line_rows(buckets, [each], words),
                "slots": buckets.slots(words),
                "bands": _bands(buckets, words),
            },
            signals=buckets.signals(words),
            description=described(each.name, [("", each.values)], buckets, words),
            height=height,
            table=_table(buckets, [each], words),
            separators=separators(words),
        )
        for each in series
    )


def _line_rows(buckets: Buckets, series: Sequence[Series], words: Words) -> list[dict[str, object]]:
    rows = value_rows(buckets, [(each, order) for order, each in enumerate(series)], words)
    for start, each in enumerate(series):
        own = rows[start * len(buckets) : (start + 1) * len(buckets)]
        _mark_ends(own, each, buckets)
    return rows


def _mark_ends(rows: Sequence[dict[str, object]], series: Series, buckets: Buckets) -> None:
    """Say which row ends the line, which ones are its dotted tail, and which stand alone."""
    whole = [
        slot
        for slot, value in enumerate(series.values)
        if value is not None and not buckets.is_part(slot)
    ]
    for slot in whole:
        if slot - 1 not in whole and slot + 1 not in whole:
            rows[slot]["lone"] = True
    if not whole:
        return
    last = whole[-1]
    rows[last]["last"] = True
    if buckets.is_part(last + 1) and series.values[last + 1] is not None:
        rows[last]["tail"] = rows[last + 1]["tail"] = True


def _legend(series: Sequence[Series], compared: str) -> list[LegendEntry]:
    """The names of several lines; of one, only where it is compared."""
    named = [LegendEntry(each.name, "line", each.tone) for each in series]
    if len(series) > 1:
        return named
    return [*named, LegendEntry(compared, "dash")] if compared else []


def _bands(buckets: Buckets, words: Words) -> list[Row]:
    """Weekends and gaps; what is not over is dotted in a line, and needs no band."""
    return [band for band in buckets.bands(words) if band["kind"] != "part"]


def _table(buckets: Buckets, series: Sequence[Series], words: Words) -> FigureTable:
    rows = [
        [buckets.cell(slot, words), *(number_cell(each.values[slot], words) for each in series)]
        for slot in range(len(buckets))
    ]
    return FigureTable([buckets.size.capitalize(), *(each.name for each in series)], rows)
