"""Tiles: a number that leads to its evidence, its change in words, and how it went."""

from collections.abc import Sequence
from dataclasses import dataclass

from vaultmeter.console.spark import spark_path
from vaultmeter.console.words import Change

_METER = 160.0


@dataclass(frozen=True)
class Meter:
    """How much of a limit is used up: a bar with a tick where it becomes tight."""

    part: float
    """Of the limit; more than 1 beyond it."""
    tick: float = 0.8

    @property
    def width(self) -> str:
        """Of the bar, in a frame of 160."""
        return f"{_METER * min(1.0, max(0.0, self.part)):.1f}"

    @property
    def tick_at(self) -> str:
        """Where the tick is."""
        return f"{_METER * self.tick:.1f}"

    @property
    def tone(self) -> str:
        """Beyond the limit it is bad, beyond the tick a warning."""
        return "bad" if self.part > 1 else "warn" if self.part >= self.tick else ""


@dataclass(frozen=True)
class Tile:
    """One tile."""

    label: str
    value: str
    url: str = ""
    of: str = ""
    """Small words behind the value: "of 3,639"."""
    change: Change | None = None
    tone: str = ""
    """Of the change: bad, good, warn, or nothing. Most numbers are neither good nor bad."""
    weeks: Sequence[int] = ()
    meter: Meter | None = None

    @property
    def path(self) -> str:
        """The small line of its weeks."""
        return spark_path(self.weeks)


def tone_of(change: Change | None, good: int = 0) -> str:
    """The tone of a change, where more (1) or less (-1) is good; nothing where neither is.

    What is new has nothing that it could be better or worse than.
    """
    if change is None or not good or not change.direction or change.strong == "new":
        return ""
    return "good" if change.direction == good else "bad"
