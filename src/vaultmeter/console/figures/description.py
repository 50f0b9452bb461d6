"""A chart in words, made of its numbers: highest, lowest, direction, and what is missing."""

from collections.abc import Sequence

from vaultmeter.console.figures.buckets import Buckets
from vaultmeter.console.words import Words

Values = Sequence[int | None]


def described(
    title: str, named: Sequence[tuple[str, Values]], buckets: Buckets, words: Words
) -> str:
    """The description of a figure; `named` are its series, or one of them called ""."""
    if not len(buckets):
        return f"{title}. The range has no buckets."
    first, last = buckets.name(0, words), buckets.name(len(buckets) - 1, words)
    parts = [f"{title}, a {buckets.size}, {first} to {last}."]
    parts += [_series(name, values, buckets, words) for name, values in named]
    return " ".join([*parts, *_missing(buckets, words)]).replace("\u00a0", " ")


def _series(name: str, values: Values, buckets: Buckets, words: Words) -> str:
    """What one series does. A bucket that is not over counts for nothing here."""
    known = [
        (value, slot)
        for slot, value in enumerate(values)
        if value is not None and not buckets.is_part(slot)
    ]
    start = f"{name}: " if name else ""
    if not known:
        return f"{start}Nothing is known." if not name else f"{start}nothing is known."
    most, least = max(known, key=lambda each: each[0]), min(known, key=lambda each: each[0])
    if most[0] == least[0]:
        text = f"{words.number(most[0])} in every bucket."
        return start + text
    highest = f"{words.number(most[0])} ({buckets.name(most[1], words)})"
    lowest = f"{words.number(least[0])} ({buckets.name(least[1], words)})"
    word = "highest" if name else "Highest"
    return f"{start}{word} {highest}, lowest {lowest}; {_direction([v for v, _ in known], words)}."


def _direction(values: Sequence[int], words: Words) -> str:
    """How the later half stands to the earlier one; the middle of an odd number is left out."""
    half = len(values) // 2
    change = words.change(sum(values[-half:]), sum(values[:half]))
    if not change.direction:
        return "the later half is the same as the earlier half"
    if change.strong == "new":
        return "the earlier half is nothing"
    return f"the later half is {change.strong} than the earlier half"


def _missing(buckets: Buckets, words: Words) -> list[str]:
    gaps = [
        f"Not known from {buckets.name(gap.first, words)} to {buckets.name(gap.last, words)}: "
        f"{gap.reason}."
        for gap in buckets.gaps
    ]
    return [*gaps, *([f"Not complete: {buckets.unfinished}."] if buckets.unfinished else [])]
