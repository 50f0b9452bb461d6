"""The figure of a month against its limit: so far, expected, and the month before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vaultmeter.console.figures.buckets import Buckets
from vaultmeter.console.figures.figure import (
    Figure,
    FigureTable,
    LegendEntry,
    Row,
    number_cell,
    separators,
)
from vaultmeter.console.words import Words

_DIRECT = 480
_LETTER = 6.6
_AROUND = 12


@dataclass(frozen=True)
class Expected:
    """What a count is expected to be at the end of a bucket (its place from 0), with its band."""

    slot: int
    value: int
    low: int
    high: int


@dataclass(frozen=True)
class Month:
    """Counts at the end of each day, never falling; `None` for days to come."""

    name: str
    counts: Sequence[int | None]


@dataclass(frozen=True)
class Outlook:
    """A month against its limit."""

    month: Month
    before: Month | None = None
    expected: Sequence[Expected] = ()
    """One a day, from the last known day on."""
    limit: int | None = None
    reached: datetime | None = None
    """The instant (aware) when the limit was, or probably is, reached."""

    @property
    def last(self) -> int | None:
        """The place of the last known day."""
        known = [slot for slot, count in enumerate(self.month.counts) if count is not None]
        return known[-1] if known else None


def forecast_figure(
    id_: str, title: str, buckets: Buckets, outlook: Outlook, words: Words, *, height: int = 300
) -> Figure:
    """A month so far and how it goes on."""
    ends = _ends(outlook, words)
    longest = max((len(str(row[part])) for row in ends for part in ("first", "second")), default=0)
    limit = outlook.limit
    return Figure(
        chart="forecast",
        id=id_,
        title=title,
        values={
            "values": _values(buckets, outlook, words),
            "slots": buckets.slots(words),
            "bands": [band for band in buckets.bands(words) if band["kind"] == "gap"],
            "ends": ends,
            "reached": _reached(buckets, outlook, words),
        },
        signals={
            **buckets.signals(words),
            "most": _highest(outlook),
            "limit": limit,
            "limit_label": "" if limit is None else f"Limit {words.number(limit)}",
            "end_room": round(longest * _LETTER + _AROUND),
        },
        description=_described(title, buckets, outlook, words),
        height=height,
        table=_table(buckets, outlook, words),
        legend=_legend(outlook),
        direct=_DIRECT,
        separators=separators(words),
    )


def _highest(outlook: Outlook) -> int:
    before = outlook.before.counts if outlook.before else ()
    counts = [count for count in (*outlook.month.counts, *before) if count is not None]
    return max([*counts, *(each.high for each in outlook.expected), outlook.limit or 0, 1])


def _values(buckets: Buckets, outlook: Outlook, words: Words) -> list[Row]:
    """Rows of kind now, before and expected, each a measure of its own to the tooltip."""
    rows = _month_rows("now", outlook.month, 1, words)
    if outlook.last is not None:
        rows[outlook.last]["last"] = True
        rows[outlook.last]["label"] = _standing(buckets, outlook, words)
    before = _month_rows("before", outlook.before, 0, words) if outlook.before else []
    expected = [
        {
            "slot": each.slot,
            "series": "expected",
            "kind": "expected",
            "name": "Expected",
            "tone": 1,
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "text": f"about {words.number(each.value)}",
            "change": f"{words.number(each.low)} to {words.number(each.high)}",
        }
        for each in outlook.expected
    ]
    return [*rows, *before[: len(buckets)], *expected]


def _month_rows(kind: str, month: Month, tone: int, words: Words) -> list[dict[str, object]]:
    return [
        {
            "slot": slot,
            "series": kind,
            "kind": kind,
            "name": month.name,
            "tone": tone,
            "value": count,
            "text": "" if count is None else words.number(count),
        }
        for slot, count in enumerate(month.counts)
    ]


def _standing(buckets: Buckets, outlook: Outlook, words: Words) -> str:
    """The last known count, and when that is."""
    if outlook.last is None:
        return "nothing known"
    day = buckets.local(outlook.last, words).date()
    count = words.number(outlook.month.counts[outlook.last] or 0)
    return f"{count} {'today' if day == words.today else words.day(day)}"


def _ends(outlook: Outlook, words: Words) -> list[Row]:
    """What stands at the lines' ends."""
    ends: list[Row] = []
    if outlook.expected:
        value = outlook.expected[-1].value
        ends.append({"value": value, "first": f"about {words.number(value)}", "second": "expected"})
    known = (
        [count for count in outlook.before.counts if count is not None] if outlook.before else []
    )
    if outlook.before and known:
        first, second = words.number(known[-1]), f"in {outlook.before.name}"
        ends.append({"value": known[-1], "first": first, "second": second})
    return ends


def _reached(buckets: Buckets, outlook: Outlook, words: Words) -> list[Row]:
    if outlook.reached is None or outlook.limit is None:
        return []
    at = buckets.place(outlook.reached)
    return [{"at": at, "limit": outlook.limit, "label": _when_reached(outlook.reached, words)}]


def _when_reached(reached: datetime, words: Words) -> str:
    about = "about " if reached > words.now else ""
    return f"limit reached {about}{words.day(reached.astimezone(words.zone).date())}"


def _described(title: str, buckets: Buckets, outlook: Outlook, words: Words) -> str:
    """The state of the month, its limit and forecast, in words."""
    parts = [f"{title}. {outlook.month.name}: {_standing(buckets, outlook, words)}."]
    if outlook.limit is not None:
        parts.append(f"The limit is {words.number(outlook.limit)}.")
    if outlook.reached is not None:
        parts.append(f"At this pace: {_when_reached(outlook.reached, words)}.")
    if outlook.expected:
        end = outlook.expected[-1]
        low, high = words.number(end.low), words.number(end.high)
        day = buckets.name(end.slot, words)
        parts.append(f"Expected: about {words.number(end.value)} on {day}, {low} to {high}.")
    if outlook.before:
        counts = [count for count in outlook.before.counts if count is not None]
        told = words.number(counts[-1]) if counts else "nothing known"
        parts.append(f"{outlook.before.name}: {told}.")
    return " ".join(parts).replace("\u00a0", " ")


def _table(buckets: Buckets, outlook: Outlook, words: Words) -> FigureTable:
    before = list(outlook.before.counts) if outlook.before else []
    expected = {each.slot: each for each in outlook.expected}
    rows = []
    for slot in range(len(buckets)):
        cells = [number_cell(outlook.month.counts[slot], words)]
        if outlook.before:
            cells.append(number_cell(before[slot] if slot < len(before) else None, words))
        if expected:
            each = expected.get(slot)
            parts = (each.low, each.value, each.high) if each else (None, None, None)
            cells += [number_cell(part, words) for part in parts]
        rows.append([buckets.cell(slot, words), *cells])
    named = [outlook.before.name] if outlook.before else []
    band = ["Expected, least", "Expected", "Expected, most"] if expected else []
    return FigureTable([buckets.size.capitalize(), outlook.month.name, *named, *band], rows)


def _legend(outlook: Outlook) -> list[LegendEntry]:
    return [
        LegendEntry(outlook.month.name, "line", 1),
        *([LegendEntry("Expected", "dotted", 1)] if outlook.expected else []),
        *([LegendEntry(outlook.before.name, "dash")] if outlook.before else []),
        *([LegendEntry("Limit", "limit")] if outlook.limit is not None else []),
    ]
