"""What a page shows, as its address says it: the range, the filters, and how tables stand.

The address is the whole state of a page. Default values are left out of it, so that a clean page
has a clean address; what cannot be read is named in a notice and not guessed at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from vaultmeter.asked import When
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.model.filters import FILTERS, Filters
from vaultmeter.model.period import (
    BUCKETS,
    COMPARISONS,
    DAYS,
    RANGES,
    period_of,
    zone_named,
)

OPERATORS = ("is", "contains")
"""How a filter compares: with the word, or with any text that has it inside."""
SIZES = (20, 50, 100)
"""How many rows a page of a table may have."""
_SAFE = "/:,*@.-_"
_TABLE = ("q", "status", "sort", "page", "size", "cols")


@dataclass(frozen=True)
class Filter:
    """One filter: what it is about, how it compares, and the values, one of which must fit."""

    dimension: str
    operator: str
    values: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Filter":
        """The filter `dimension:operator:value,value`; raises `ValueError` and `Invalid`."""
        dimension, operator, _ = text.split(":", 2)
        found = values_of(text)
        if operator not in OPERATORS or dimension not in FILTERS or not found:
            raise ValueError(text)
        made = cls(dimension, operator, found)
        Filters.of({dimension: made.patterns()})
        return made

    def text(self) -> str:
        """As the address has it."""
        values = ",".join(value.replace(",", "%2C") for value in self.values)
        return f"{self.dimension}:{self.operator}:{values}"

    def patterns(self) -> list[str]:
        """The patterns of the report's filter."""
        return [f"*{value}*" if self.operator == "contains" else value for value in self.values]

    def without(self, value: str) -> "Filter":
        """The same without one of its values."""
        return replace(self, values=tuple(each for each in self.values if each != value))


def values_of(text: str) -> tuple[str, ...]:
    """The values of a filter as the address has it."""
    words = text.split(":", 2)[2:]
    return tuple(value.replace("%2C", ",") for each in words for value in each.split(",") if value)


@dataclass(frozen=True)
class TableView:
    """How a table stands: search, status, order, page, size, and columns (none: the usual ones)."""

    q: str = ""
    status: str = ""
    sort: str = ""
    page: int = 1
    size: int = SIZES[0]
    cols: tuple[str, ...] = ()

    @property
    def offset(self) -> int:
        """Rows before the first."""
        return (self.page - 1) * self.size


@dataclass(frozen=True)
class Defaults:
    """What a reader's pages show unless the address says otherwise."""

    range: str = "last-30-days"
    zone: str = "UTC"
    compare: str = "weekdays"
    size: int = SIZES[0]


@dataclass(frozen=True)
class View:
    """The state of a page. `extra` has what only that page knows, by name."""

    path: str
    defaults: Defaults = field(default_factory=Defaults)
    range: str = "last-30-days"
    zone: str = "UTC"
    compare: str = "weekdays"
    account: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    bucket: str = ""
    series: tuple[str, ...] = ()
    layout: str = ""
    evidence: str = ""
    saved: str = ""
    """The saved view it began with."""
    tables: Mapping[str, TableView] = field(default_factory=dict)
    """Tables by prefix; the first one of a page has none."""
    extra: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    """What of the address could not be read, in sentences."""

    @property
    def when(self) -> When:
        """The range, as reports are asked with it."""
        first, dots, last = self.range.partition(DAYS)
        return When("all", first, last, self.zone) if dots else When(self.range, zone=self.zone)

    @property
    def table(self) -> TableView:
        """The first table."""
        return self.table_of("")

    def table_of(self, prefix: str) -> TableView:
        """A table by its prefix."""
        return self.tables.get(prefix, TableView(size=self.defaults.size))

    def patterns(self) -> dict[str, list[str]]:
        """The filters of reports: patterns by filter."""
        found: dict[str, list[str]] = {"account": list(self.account)} if self.account else {}
        for each in self.filters:
            found.setdefault(each.dimension, []).extend(each.patterns())
        return found

    def with_table(self, prefix: str = "", **changes: Any) -> "View":  # noqa: ANN401  a field
        """The same with a table otherwise; any change but of the page leads to the first page."""
        table = replace(self.table_of(prefix), **({"page": 1} | changes))
        return replace(self, tables={**self.tables, prefix: table})

    def changed(self, **changes: Any) -> "View":  # noqa: ANN401  a field
        """The same with some fields otherwise, and every table on its first page."""
        tables = {name: replace(table, page=1) for name, table in self.tables.items()}
        return replace(self, tables=tables, **changes)

    def with_extra(self, **changes: str) -> "View":
        """The same with what only this page knows; an empty word takes it away."""
        extra = {name: value for name, value in {**self.extra, **changes}.items() if value}
        return replace(self, extra=extra)

    def at(self, path: str) -> "View":
        """The same range and filters on another page."""
        keep = ("defaults", "range", "zone", "compare", "account", "filters", "saved")
        return View(path, **{name: getattr(self, name) for name in keep})

    def pairs(self) -> list[tuple[str, str]]:
        """What the address says, without what is usual."""
        usual = (
            ("range", self.range, self.defaults.range),
            ("tz", self.zone, self.defaults.zone),
            ("compare", self.compare, self.defaults.compare),
            ("account", ",".join(self.account), ""),
            *(("f", each.text(), "") for each in self.filters),
            ("bucket", self.bucket, ""),
            ("series", ",".join(self.series), ""),
            ("layout", self.layout, ""),
            *_table_pairs(self.tables, self.defaults),
            *((name, value, "") for name, value in self.extra.items()),
            ("evidence", self.evidence, ""),
            ("view", self.saved, ""),
        )
        return [(name, value) for name, value, default in usual if value != default]

    def fixed(self, span: str = "") -> str:
        """The address that means the same to everybody, whatever is usual for them.

        `span` are days in place of a range that moves.
        """
        told = {"range": span or self.range, "tz": self.zone, "compare": self.compare}
        rest = [pair for pair in self.pairs() if pair[0] not in {*told, "view"}]
        return f"{self.path}?{urlencode([*told.items(), *rest], safe=_SAFE, quote_via=quote)}"

    def url(self) -> str:
        """The address: the path, and the query where anything is unusual."""
        query = urlencode(self.pairs(), safe=_SAFE, quote_via=quote)
        return f"{self.path}?{query}" if query else self.path


def read(
    path: str,
    given: Iterable[tuple[str, str]],
    defaults: Defaults,
    now: datetime,
    extra: Iterable[str] = (),
) -> View:
    """The view that an address asks for; `extra` are the words that only this page knows."""
    view = View(path, defaults, defaults.range, defaults.zone, defaults.compare)
    known = set(extra)
    for name, value in given:
        try:
            view = _with(view, name, value, known, now)
        except (ValueError, VaultmeterError):
            shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
            notice = f"“{name}={shown}” could not be read and was left out."
            view = replace(view, notices=(*view.notices, notice))
    return view


_SHOWN = 60


def _with(view: View, name: str, value: str, extra: set[str], now: datetime) -> View:
    """The view with one word of its address; raises `ValueError` and `Invalid`."""
    prefix, dot, column = name.rpartition(".")
    if column in _TABLE:
        return view.with_table(prefix, **_table_word(view, prefix if dot else "", column, value))
    if name in extra:
        return replace(view, extra={**view.extra, name: value})
    if name == "range":
        return replace(view, range=_range(value, view.zone, now))
    if name == "compare":
        return replace(view, compare=_compare(value, view.zone, now))
    if name not in _READERS:
        raise ValueError(name)
    return _READERS[name](view, value)


_READERS: dict[str, Callable[[View, str], View]] = {
    "tz": lambda view, value: replace(view, zone=zone_named(value).key),
    "account": lambda view, value: replace(view, account=_words(value)),
    "f": lambda view, value: replace(view, filters=(*view.filters, Filter.read(value))),
    "bucket": lambda view, value: replace(view, bucket=_one_of(value, BUCKETS)),
    "series": lambda view, value: replace(view, series=_words(value)),
    "layout": lambda view, value: replace(view, layout=value),
    "evidence": lambda view, value: replace(view, evidence=value),
    "view": lambda view, value: replace(view, saved=value),
}
"""Every word of an address that all pages know, and what it changes."""


def _one_of(value: str, known: Iterable[str]) -> str:
    if value not in known:
        raise ValueError(value)
    return value


def _range(value: str, zone: str, now: datetime) -> str:
    """A range by its name, or `from..to`, both days included."""
    first, dots, last = value.partition(DAYS)
    if not dots:
        return _one_of(value, RANGES)
    start, end = (date.fromisoformat(day).isoformat() for day in (first, last))
    period_of("all", zone_named(zone), now, start, end)
    return f"{start}{DAYS}{end}"


def _compare(value: str, zone: str, now: datetime) -> str:
    """What to compare with by its name, or days as of a range."""
    return _range(value, zone, now) if DAYS in value else _one_of(value, COMPARISONS)


def _words(value: str) -> tuple[str, ...]:
    return tuple(each for each in value.split(",") if each)


def _table_word(view: View, prefix: str, column: str, value: str) -> dict[str, Any]:
    table = view.table_of(prefix)
    if column == "page":
        return {"page": max(1, int(value))}
    # The page may stand before what else is said of the table.
    kept: dict[str, Any] = {"page": table.page}
    if column == "size":
        return {**kept, "size": int(_one_of(value, map(str, SIZES)))}
    return {**kept, column: tuple(value.split(",")) if column == "cols" else value}


def _table_pairs(
    tables: Mapping[str, TableView], defaults: Defaults
) -> Iterable[tuple[str, str, str]]:
    usual = TableView(size=defaults.size)
    for prefix, table in tables.items():
        for column in _TABLE:
            value, default = getattr(table, column), getattr(usual, column)
            name = f"{prefix}.{column}" if prefix else column
            yield name, _text(value), _text(default)


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
