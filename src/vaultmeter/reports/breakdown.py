"""Breaks any report down by account or by group: one part each, beside the whole where it helps.

A part is the report itself, asked about one account, so that it equals the report filtered to
that account by construction. Requests of the parts add up to the whole. People, clients and other
distinct counts need not: whoever is in two accounts is in two parts, and once in the whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.filters import GROUP, Filters
from vaultmeter.model.table import Column, Table
from vaultmeter.reports.groups_seen import groups_seen
from vaultmeter.reports.head import Report
from vaultmeter.reports.run import Ask, asked_by_viewer, rows_of, with_rows
from vaultmeter.reports.shape import Row
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.statement import statement

COLUMNS: dict[str, Column] = {
    "account": Column("by_account", "By account"),
    "group": Column("by_group", "By group"),
}
"""The column in front of a report that is broken down, by what it is broken down by."""
WHOLE = "*"
"""In place of an account or a group: all that was asked about."""
_NAMES = "select name from accounts order by name"
_COUNTED_ANEW = (
    f"{WHOLE} is the whole, counted anew: who is in several parts counts once in it, so that the "
    "parts may add up to more."
)
_SEVERAL_GROUPS = "An account that is in several groups is counted in each of them."


@dataclass(frozen=True)
class Part:
    """A part of the whole: its name, `None` for accounts in no group, and its accounts."""

    name: str | None
    accounts: tuple[str, ...]


def answer_by(store: Store, report: Report, ask: Ask, by: str) -> Table:
    """The table of a report with its parts in rows below each other; limits hold for each part.

    Raises `Invalid` for anything else than `account` and `group`, and without any group.
    """
    if by not in COLUMNS:
        raise Invalid(f"Nothing is broken down by {by!r}.", did_you_mean(by, COLUMNS))
    if by == "group":
        seen = groups_seen(store, ask.viewer, ask.terms.groups, ask.period)
        ask = replace(ask, terms=replace(ask.terms, groups=seen))
    rows: list[Row] = []
    total, cut = 0, []
    for name, asked in _asks(store, report, ask, by):
        own, number = rows_of(store, report, asked)
        rows += [(name, *row) for row in own]
        total += number
        if len(own) < number:
            cut.append(name or "no group")
    return _table(with_rows(store, report, ask, rows, len(rows)), by, report, cut, total)


def account_names(store: Store, ask: Ask) -> list[str]:
    """The accounts that the viewer may see and the filter on accounts lets through, in order."""
    only = {name: words for name, words in ask.filters.patterns.items() if name == "account"}
    filters = Filters(only, ask.filters.literal)
    ask = asked_by_viewer(store, ask)
    question = Question(ask.viewer, ask.period, filters, terms=ask.terms)
    built = statement(_NAMES, question, store.parse)
    return [name for (name,) in store.query(built.sql, built.values)]


def parts(store: Store, ask: Ask, by: str) -> list[Part]:
    """The parts of what was asked about, in order of their names."""
    names = account_names(store, ask)
    if by == "account":
        return [Part(name, (name,)) for name in names]
    if not ask.terms.groups:
        raise Invalid(
            "There are no groups of accounts.", "vaultmeter accounts group NAME ACCOUNT makes one."
        )
    members = {group: _members(store, ask, group, names) for group in sorted(ask.terms.groups)}
    rest = [name for name in names if not any(name in those for those in members.values())]
    found = [Part(group, those) for group, those in members.items() if those]
    return [*found, Part(None, tuple(rest))] if rest else found


def _members(store: Store, ask: Ask, group: str, names: list[str]) -> tuple[str, ...]:
    covered = Filters({"account": (f"{GROUP}{group}",)})
    in_group = set(account_names(store, replace(ask, filters=covered)))
    return tuple(name for name in names if name in in_group)


def _asks(store: Store, report: Report, ask: Ask, by: str) -> Iterator[tuple[str | None, Ask]]:
    """The whole, where the report wants it, and each part, as questions of their own."""
    found = parts(store, ask, by)
    if report.whole:
        yield WHOLE, ask
    for part in found:
        patterns: Mapping[str, tuple[str, ...]] = {
            **ask.filters.patterns,
            "account": part.accounts,
        }
        yield part.name, replace(ask, filters=Filters(patterns, literal=True))


def _table(table: Table, by: str, report: Report, cut: list[str], total: int) -> Table:
    notes = list(table.notes)
    if report.whole:
        notes.append(_COUNTED_ANEW)
    if by == "group":
        notes.append(_SEVERAL_GROUPS)
    if cut:
        notes.insert(0, f"There are more rows of {', '.join(cut)}. Raise --limit to see them.")
    return replace(table, columns=(COLUMNS[by], *table.columns), total=total, notes=tuple(notes))
