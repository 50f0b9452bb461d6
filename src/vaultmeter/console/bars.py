"""Bars in a table: the largest first, and what is beyond eight as one."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 8


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its value, where its name leads, and the evidence of its value."""

    name: str
    value: int
    url: str = ""
    door: str = ""
    other: bool = False


def topped(bars: Iterable[Bar], most: int = MOST) -> list[Bar]:
    """The largest ones, and the sum of the others as "Other", so that all add up."""
    ordered = sorted((bar for bar in bars if bar.value), key=lambda bar: (-bar.value, bar.name))
    if len(ordered) <= most:
        return ordered
    rest = sum(bar.value for bar in ordered[most - 1 :])
    return [*ordered[: most - 1], Bar("Other", rest, other=True)]
