"""The places on a figure's time axis: hours, days, weeks or months of the reader's zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vaultmeter.console.figures.figure import Cell, Row
from vaultmeter.console.words import NBSP, Words

_LETTER = 6.6
"""Pixels a letter of an axis takes, about."""
_BETWEEN = 24
"""Pixels between two labels of an axis."""


@dataclass(frozen=True)
class Gap:
    """Buckets nobody can know: the first and the last one, by their place from 0, and why."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True)
class Mark:
    """Something that happened to an item at an instant (aware), in a few words."""

    at: datetime
    label: str


@dataclass(frozen=True)
class Buckets:
    """When each bucket starts (aware), and what is known of it."""

    size: str
    """hour, day, week or month."""
    starts: Sequence[datetime]
    unfinished: str = ""
    """Said of the last bucket where it is not over: "today, until 14:52"."""
    gaps: Sequence[Gap] = ()
    links: Sequence[str] = ()
    """Where the evidence of each bucket is, or nothing."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.starts)

    def is_part(self, slot: int) -> bool:
        """Whether a bucket is not over."""
        return bool(self.unfinished) and slot == len(self.starts) - 1

    def local(self, slot: int, words: Words) -> datetime:
        """When a bucket starts, in the reader's zone."""
        return self.starts[slot].astimezone(words.zone)

    def name(self, slot: int, words: Words) -> str:
        """A bucket in words: Thu 12 Nov 2026."""
        start = self.local(slot, words)
        if self.size == "hour":
            return f"{words.weekday(start.date())}, {start:%H:%M}"
        if self.size == "week":
            return words.days(start.date(), start.date() + timedelta(days=6))
        if self.size == "month":
            return f"{start:%B}{NBSP}{start.year}"
        return words.weekday(start.date())

    def cell(self, slot: int, words: Words) -> Cell:
        """A bucket as the first cell of its row; programs read its start."""
        start = self.local(slot, words)
        written = start.isoformat() if self.size == "hour" else start.date().isoformat()
        name = self.name(slot, words)
        return Cell(f"{name} ({self.unfinished})" if self.is_part(slot) else name, written)

    def label(self, slot: int, words: Words) -> str:
        """A bucket on the axis: as short as it can be."""
        start = self.local(slot, words)
        if self.size == "hour":
            return f"{start:%H:%M}"
        if self.size == "month":
            return (
                f"{start:%b}" if start.year == words.today.year else f"{start:%b}{NBSP}{start:%Y}"
            )
        return words.day(start.date())

    def slots(self, words: Words) -> list[dict[str, object]]:
        """The data set `slots`: label, name and link of each bucket."""
        return [
            {
                "slot": slot,
                "label": self.label(slot, words),
                "name": self.name(slot, words),
                **({"note": self.unfinished} if self.is_part(slot) else {}),
                **({"href": self.links[slot]} if self.links else {}),
            }
            for slot in range(len(self))
        ]

    def bands(self, words: Words) -> list[Row]:
        """The data set `bands`: weekends of day buckets, gaps, and what is not over."""
        gaps = [
            {"from": gap.first, "to": gap.last + 1, "kind": "gap", "label": gap.reason}
            for gap in self.gaps
        ]
        last = len(self) - 1
        part = {"from": last, "to": last + 1, "kind": "part", "label": self.unfinished}
        return [*self._weekends(words), *gaps, *([part] if self.unfinished else [])]

    def signals(self, words: Words) -> dict[str, object]:
        """What a spec has to know of the axis."""
        longest = max((len(self.label(slot, words)) for slot in range(len(self))), default=1)
        return {"slots": max(1, len(self)), "label_room": round(longest * _LETTER + _BETWEEN)}

    def place(self, at: datetime) -> float:
        """Where an instant is on the axis, in buckets from its start; at most at its ends."""
        for slot, start in reversed(list(enumerate(self.starts))):
            if at >= start:
                end = self.starts[slot + 1] if slot + 1 < len(self) else start + self._step()
                return slot + min(1.0, (at - start) / (end - start))
        return 0.0

    def _step(self) -> timedelta:
        """How long the last bucket is, where none follows it."""
        named = {
            "hour": timedelta(hours=1),
            "week": timedelta(weeks=1),
            "month": timedelta(days=30),
        }
        return named.get(self.size, timedelta(days=1))

    def _weekends(self, words: Words) -> list[Row]:
        """Weekends of the reader's locale, days side by side as one band."""
        if self.size != "day":
            return []
        free = [
            slot for slot in range(len(self)) if _is_weekend(self.local(slot, words).date(), words)
        ]
        starts = [slot for slot in free if slot - 1 not in free]
        ends = [slot + 1 for slot in free if slot + 1 not in free]
        return [
            {"from": start, "to": end, "kind": "weekend", "label": ""}
            for start, end in zip(starts, ends, strict=True)
        ]


def _is_weekend(day: date, words: Words) -> bool:
    first, last = words.locale.weekend_start, words.locale.weekend_end
    return (day.weekday() - first) % 7 <= (last - first) % 7
