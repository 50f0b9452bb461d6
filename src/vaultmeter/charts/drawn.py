"""The chart of a table drawn for paper, from one of the specs, and what it shows in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vaultmeter.charts.chosen import Chosen, chosen
from vaultmeter.charts.picture import svg
from vaultmeter.model.printable import printable
from vaultmeter.model.table import Column

Row = tuple[Any, ...]
_LETTER = 6.6
"""Pixels of a letter, about."""
_KEY = 40
"""Pixels of the short line before a name, and around it."""
_HEIGHT = 260
_BAR = 26
_LONGEST = 32
"""Letters of a name beside its bar."""


@dataclass(frozen=True)
class Drawn:
    """A picture, and what it shows in words."""

    svg: str
    words: str
    finding: str
    """What is seen first, in a sentence."""


@dataclass(frozen=True)
class Paper:
    """What a chart is drawn on."""

    width: int
    """Pixels of CSS."""
    zone: ZoneInfo
    now: datetime
    """A bucket that is not over by then is dotted."""
    font: str | None = None


def drawn(
    columns: Sequence[Column],
    rows: Sequence[Row],
    total: int,
    paper: Paper,
) -> Drawn | None:
    """The chart of a table with so many rows, given its first ones; `None` where it has none."""
    choice = chosen(columns, rows, total)
    if choice is None:
        return None
    draw = _lines if choice.kind == "lines" else _bars
    return draw(choice, columns, rows[: choice.rows], paper)


def _lines(choice: Chosen, columns: Sequence[Column], rows: Sequence[Row], paper: Paper) -> Drawn:
    times = [row[choice.names] for row in rows]
    labels, whole = _labels(times, paper.zone), _whole(times, paper)
    titles = [columns[place].title for place in choice.values]
    picture = svg(
        "lines",
        {
            "values": [
                value
                for order, place in enumerate(choice.values)
                for value in _points(columns[place], order, [row[place] for row in rows], whole)
            ],
            "slots": [{"slot": slot, "label": label} for slot, label in enumerate(labels)],
            "bands": [],
        },
        {
            "slots": len(rows),
            "series_count": len(choice.values),
            "end_room": round(max(map(len, titles)) * _LETTER + _KEY),
        },
        width=paper.width,
        height=_HEIGHT,
        font=paper.font,
    )
    found = [
        _peak(columns[place].title, [row[place] for row in rows], labels) for place in choice.values
    ]
    words = f"Lines from {labels[0]} to {labels[-1]}. {' '.join(found)}"
    return Drawn(picture, words, _peak_of_most(choice, columns, rows, labels))


def _points(
    column: Column, order: int, values: Sequence[int | None], whole: int
) -> list[dict[str, object]]:
    """The points of one line; what is not over hangs on the end of it, dotted."""
    return [
        {
            "series": column.name,
            "name": column.title,
            "tone": order + 1,
            "order": order,
            "slot": slot,
            "value": value,
            "part": slot >= whole,
            "tail": whole - 1 <= slot <= whole < len(values),
            "last": slot == whole - 1,
        }
        for slot, value in enumerate(values)
    ]


def _whole(times: Sequence[datetime | date], paper: Paper) -> int:
    """How many of the buckets that begin then are over; where none is, all count as such."""
    last, before = times[-1], times[-2]
    step = last - before  # type: ignore[operator]
    now = paper.now if isinstance(last, datetime) else paper.now.astimezone(paper.zone).date()
    found = sum(time + step <= now for time in times)
    return found or len(times)


def _peak_of_most(
    choice: Chosen, columns: Sequence[Column], rows: Sequence[Row], labels: Sequence[str]
) -> str:
    """Where the line with the highest point has it."""
    highest = max(choice.values, key=lambda place: max(row[place] or 0 for row in rows))
    return _peak(columns[highest].title, [row[highest] for row in rows], labels)


def _peak(title: str, values: Sequence[int | None], labels: Sequence[str]) -> str:
    known = [value for value in values if value is not None]
    return f"{title} were highest at {labels[values.index(max(known))]}, with {max(known):,}."


def _labels(times: Sequence[datetime | date], zone: ZoneInfo) -> list[str]:
    """What stands below the axis: hours where there are several a day, else days or months."""
    local = [time.astimezone(zone) if isinstance(time, datetime) else time for time in times]
    first, second = local[0], local[1]
    if (
        isinstance(first, datetime)
        and isinstance(second, datetime)
        and first.date() == second.date()
    ):
        return [f"{time:%H:%M}" for time in local]
    if (second - first).days >= 28:  # noqa: PLR2004  a month
        return [f"{time:%b %Y}" for time in local]
    return [f"{time.day} {time:%b}" for time in local]


def _bars(choice: Chosen, columns: Sequence[Column], rows: Sequence[Row], paper: Paper) -> Drawn:
    (place,) = choice.values
    names = [_short(printable(row[choice.names])) for row in rows]
    values = [
        {"name": name, "slot": slot, "value": row[place], "label": f"{row[place]:,}", "tone": 1}
        for slot, (name, row) in enumerate(zip(names, rows, strict=True))
    ]
    most = max(row[place] for row in rows)
    picture = svg(
        "ranked-bars",
        {"values": values},
        {
            "slots": len(rows),
            "most": most,
            "name_room": round(max(map(len, names)) * _LETTER * 1.08) + 12,
            "value_room": round(len(f"{most:,}") * _LETTER) + 20,
        },
        width=paper.width,
        height=len(rows) * _BAR + 8,
        font=paper.font,
    )
    told = ", ".join(f"{name} {row[place]:,}" for name, row in zip(names, rows, strict=True))
    column, by = columns[choice.names].title, columns[place].title
    return Drawn(
        picture,
        f"Bars of the first {len(rows)} rows, {column} by {by}: {told}.",
        f"{names[0]} comes first with {rows[0][place]:,} ({by}).",
    )


def _short(name: str) -> str:
    """A name that fits beside its bar: the end of a path tells more than its beginning."""
    return (
        name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2 - 1]}…{name[-_LONGEST // 2 :]}"
    )
