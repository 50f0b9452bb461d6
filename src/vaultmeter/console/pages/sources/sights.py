"""What sources can show: a row for each measure, a column for sources that show the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vaultmeter.model.visibility import EVERYTHING, SEEN

Row = Mapping[str, Any]
SHAPES = ("seen", "partly", "not visible", "not yet seen")
"""How a measure may be visible, the best first."""
_EXPLAINED = frozenset({"partly", "not visible"})
"""Those that have reasons of their own."""


@dataclass(frozen=True)
class Measure:
    """A measure: how each column shows it, and why where that is not all of it."""

    name: str
    title: str
    visible: tuple[str, ...]
    """By column."""
    reasons: tuple[tuple[str, str], ...]
    """The names of sources, and why: for each reason there is."""


@dataclass(frozen=True)
class Sights:
    """The table of what can be seen."""

    columns: tuple[tuple[str, ...], ...]
    """Names of the sources of each column."""
    measures: tuple[Measure, ...]

    @property
    def waits(self) -> bool:
        """Whether something could be shown, and has not arrived yet."""
        return any(SHAPES[-1] in measure.visible for measure in self.measures)

    def count(self, visible: str) -> int:
        """How many measures the best column shows in that way."""
        return sum(_best(measure.visible) == visible for measure in self.measures)


def sights_of(rows: Iterable[Row]) -> Sights:
    """The table, from the rows of the report on coverage."""
    shown: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["measure"] != EVERYTHING:
            shown.setdefault(row["source"], {})[row["measure"]] = row
    columns: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for source, measures in shown.items():
        alike = tuple((row["visible"], row["why"]) for row in measures.values())
        columns.setdefault(alike, []).append(source)
    grouped = tuple(tuple(names) for names in columns.values())
    return Sights(grouped, tuple(_measure(name, grouped, shown) for name in SEEN if shown))


def title_of(measure: str) -> str:
    """A measure as people read it."""
    return "All events" if measure == EVERYTHING else SEEN[measure].title


def _measure(
    name: str, columns: tuple[tuple[str, ...], ...], shown: Mapping[str, Mapping[str, Row]]
) -> Measure:
    rows = [(names, shown[names[0]][name]) for names in columns]
    reasons: dict[str, list[str]] = {}
    for names, row in rows:
        if row["visible"] in _EXPLAINED:
            reasons.setdefault(row["why"], []).extend(names)
    return Measure(
        name,
        title_of(name),
        tuple(row["visible"] for _, row in rows),
        tuple((", ".join(names), why) for why, names in reasons.items()),
    )


def _best(visible: tuple[str, ...]) -> str:
    return min(visible, key=SHAPES.index)
