"""A figure: a chart's data sets, its words, and the table with the same numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vaultmeter import charts
from vaultmeter.console.words import Words

NOTHING = "–"
"""What stands where nobody can know a number."""
Row = Mapping[str, object]


@dataclass(frozen=True)
class Series:
    """One measure over the buckets of a figure."""

    key: str
    """As the address has it."""
    name: str
    tone: int
    """Its colour on every page: 1 to 6, or 0 for everything else."""
    values: Sequence[int | None]
    """One value a bucket; `None` where nobody can know it."""
    compared: Sequence[int | None] = ()
    """Values of the buckets it is compared with, or nothing."""

    def compared_at(self, slot: int) -> int | None:
        """The value that a bucket is compared with."""
        return self.compared[slot] if self.compared else None

    @property
    def total(self) -> int:
        """The sum of what is known."""
        return sum(value for value in self.values if value is not None)


@dataclass(frozen=True)
class Cell:
    """A cell of a figure's table: as shown, and as programs read it (CSV)."""

    text: str
    value: str


@dataclass(frozen=True)
class FigureTable:
    """The same numbers as the chart's; the first column names the row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class LegendEntry:
    """A name with the sign it has in the chart: block, line, dash, mark, dotted, limit or hatch."""

    name: str
    sign: str
    tone: int = 0


@dataclass(frozen=True)
class Figure:
    """Everything a chart needs."""

    chart: str
    """The name of its spec."""
    id: str
    """Unique in its page."""
    title: str
    values: Mapping[str, Sequence[Row]]
    """The data sets by name."""
    signals: Mapping[str, object]
    description: str
    """What somebody hears who does not see the chart."""
    height: int
    """In CSS pixels, axis included."""
    table: FigureTable
    legend: Sequence[LegendEntry] = ()
    direct: int = 0
    """From this width on (CSS pixels) names stand in the chart and the legend goes; 0 is never."""
    separators: tuple[str, str] = (".", ",")
    """Of decimals and thousands, as the reader writes them."""
    hidden: Sequence[str] = field(default=())
    """Keys of series that are switched off."""

    def showing(self, shown: Sequence[str]) -> "Figure":
        """The same with the other series switched off; with none named, all are shown."""
        keys = list(dict.fromkeys(str(row["series"]) for row in self.values["values"]))
        hidden = [key for key in keys if key not in shown] if set(shown) & set(keys) else []
        return replace(self, hidden=hidden)

    @property
    def spec_url(self) -> str:
        """Where the browser gets the compiled chart."""
        return f"/static/charts/{self.chart}.{charts.version(self.chart)}.json"

    def sent(self) -> dict[str, object]:
        """What the browser gets, as JSON."""
        decimal, thousands = self.separators
        return {
            "title": self.title,
            "signals": {**self.signals, "outer_height": self.height, "hidden": list(self.hidden)},
            "data": {name: list(rows) for name, rows in self.values.items()},
            "locale": {"decimal": decimal, "thousands": thousands},
        }


def separators(words: Words) -> tuple[str, str]:
    """How the reader's locale parts decimals and thousands."""
    symbols = words.locale.number_symbols["latn"]
    return symbols["decimal"], symbols["group"]


def number_cell(value: int | None, words: Words) -> Cell:
    """A number as a cell, or that nobody can know it."""
    return Cell(NOTHING, "") if value is None else Cell(words.number(value), str(value))
