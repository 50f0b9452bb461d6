"""What the head of a report declares as evidence: how each of its numbers follows from events.

    [evidence]
    by = "measure"                  # only where every row is a number of its own, named here
    value = "value"                 # ... and this column holds it
    compared = "compared"           # ... and this one the same of the period compared with
    [evidence.rows]
    user = "identities.user"        # what an event of this row has in this column, in SQL
    place = "events.identity in (select identity from clients where place = $row_place)"
    [evidence.cells]
    login_sessions = "sign_ins"     # a measure of another name
    uses = { where = "items.type = 'password'", counts = "weight" }
    idle = { of = "told", counts = "listed_items", where = "status = 'unused'", words = "..." }
    change = "none: The value less the one compared with."

A column that is not declared counts the measure of its own name. SQL may name the columns of
`events`, `identities` (who acted), `items`, `accounts` (where it happened) and `sources`; the
cells of the row are bound as `$row_` and the name of the column. `@client` and the
like, in `where` and in rows, are the conditions of `conditions.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vaultmeter.reports.conditions import spelled_out
from vaultmeter.store.measures import MEASURES, MOMENTS, Measure

WAYS: dict[str, str] = {
    "requests": "Each event counts once.",
    "weight": "The weights of the events are added up.",
    "glances": "Each event that begins a glance counts once.",
    "identities": "Whoever acted in these events counts once.",
    "identity_months": "Whoever acted in these events counts once in each month.",
    "identity_accounts": "Whoever acted in these events counts once in each account.",
    "items": "Whatever was acted on in these events counts once.",
    "existing": "Each item that exists counts once; the events are those that first showed them.",
    "listed_identities": "Whoever is listed counts once; the events are the last of each of them.",
    "listed_items": "Whatever is listed counts once; the events are the last of each of them.",
    "latest": "It is the time of the last event that meets the rule.",
    "earliest": "It is the time of the first event that meets the rule.",
}
"""The ways of counting, in words."""
_NEVER = "Heartbeats and system work are left out"
LISTED: dict[str, str] = {"listed_identities": "identity", "listed_items": "item"}
"""The ways that count what a part of the report lists, with the column of the id."""
_USUAL = f"{_NEVER} unless a filter names their kind."
_NONE = "none:"
_WHERE = ("account", "item", "item_type", "product")
"""The filters that narrow what exists."""
_KNOWN: dict[str, Measure] = {**MEASURES, **MOMENTS}


@dataclass(frozen=True)
class Counting:
    """How a number follows from events; `derived` says instead from what it is worked out."""

    measures: tuple[str, ...] = ()
    """The events counted meet the condition of one of these, where there are any."""
    where: str = "true"
    """A further condition, in SQL."""
    counts: str = "requests"
    """One of `WAYS`."""
    of: str = "events"
    """`events` of the period, `lifetime`, or a select of events from parts of the report's SQL.

    What is listed is a part with an id and the `time` of the last event of that, null for none.
    """
    filters: tuple[str, ...] | None = None
    """The filters that apply; `None` is all of them."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """What differs from the report's rows; an empty text leaves a column out."""
    words: str = ""
    """The rule, where the words of the measures do not say it."""
    every: bool = False
    """Whether heartbeats and system work are looked at, which the usual tables leave out."""
    derived: str = ""

    def rule(self) -> str:
        """The rule in words."""
        words = self.words or " ".join(_KNOWN[name].words for name in self.measures)
        return self.derived or " ".join(filter(None, (words, WAYS[self.counts], self._left_out())))

    def _left_out(self) -> str:
        """What is said of heartbeats and system work."""
        if self.every or self.has_signs():
            return ""
        named = bool(self.measures) and all(_KNOWN[name].is_of_intents for name in self.measures)
        return f"{_NEVER}." if named else _USUAL

    def condition(self) -> str:
        """The condition of the measures, on the columns of events."""
        parts = [_KNOWN[name].where for name in self.measures]
        return " or ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)

    def has_signs(self) -> bool:
        """Whether heartbeats count, too."""
        return any(_KNOWN[name].signs for name in self.measures)

    def patterns(self, asked: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The filters that apply to its events, of those asked."""
        applying = {
            name: words
            for name, words in asked.items()
            if self.filters is None or name in self.filters
        }
        if "kind" not in applying and (self.every or self.has_signs()):
            applying["kind"] = ("*",)
        return applying


@dataclass(frozen=True)
class Declared:
    """The evidence of a report: what its rows are about, and what its columns count."""

    rows: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Counting] = field(default_factory=dict)
    of: str = "events"
    filters: tuple[str, ...] | None = None
    """What its cells are counted of, and the filters that apply, unless they say."""
    by: str = ""
    value: str = ""
    compared: str = ""

    def counting(self, column: str, row: Mapping[str, Any]) -> Counting | None:
        """How the number in a column of a row is counted; `None` where nothing says so."""
        if self.by and column in (self.value, self.compared):
            column = str(row[self.by])
        if column in self.cells:
            return self.cells[column]
        usual = {"of": self.of, "filters": self.filters}
        return _of_measures((column,), usual) if column in _KNOWN else None


def declared(head: Mapping[str, Any]) -> Declared:
    """The evidence in a head; raises `ValueError` where it is wrong."""
    given = {"of": "events", "filters": None} | dict(head)
    if given["filters"] is not None:
        given["filters"] = tuple(given["filters"])
    usual = {name: given[name] for name in ("of", "filters")}
    rows = _spelled_out(head.get("rows", {}))
    cells = {name: _counting(cell, usual) for name, cell in head.get("cells", {}).items()}
    return Declared(**{**given, "rows": rows, "cells": cells})


def _counting(cell: str | Mapping[str, Any], usual: dict[str, Any]) -> Counting:
    if isinstance(cell, str):
        if cell.startswith(_NONE):
            return Counting(derived=cell.removeprefix(_NONE).strip())
        return _of_measures((cell,), usual)
    given = {**usual, **cell, "where": spelled_out(cell.get("where", "true"))}
    given["rows"] = _spelled_out(cell.get("rows", {}))
    measures = given.pop("measure", ())
    if given["filters"] is not None:
        given["filters"] = tuple(given["filters"])
    return _of_measures((measures,) if isinstance(measures, str) else tuple(measures), given)


def _spelled_out(rows: Mapping[str, str]) -> dict[str, str]:
    return {name: spelled_out(sql) for name, sql in rows.items()}


def _of_measures(measures: tuple[str, ...], given: dict[str, Any]) -> Counting:
    if unknown := [name for name in measures if name not in _KNOWN]:
        raise ValueError(f"Evidence names no measure: {unknown}.")
    usual: dict[str, Any] = {}
    if measures:
        usual["counts"] = "latest" if measures[0] in MOMENTS else _KNOWN[measures[0]].value
    if given.get("counts") == "existing":
        given = {**given, "of": "lifetime", "filters": _WHERE, "every": True}
    counting = Counting(measures, **{**usual, **given})
    if counting.counts not in WAYS:
        raise ValueError(f"Evidence counts in no such way: {counting.counts!r}.")
    return counting
