"""Finds the cell of a report that somebody means: a column, and a row named by what is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.table import Column, Table
from vaultmeter.reports.head import Report
from vaultmeter.reports.run import Ask, answer
from vaultmeter.store import Store

Row = dict[str, Any]

_LISTED = 8
"""How many rows a message names."""
_ALL = 1 << 40


@dataclass(frozen=True)
class Cell:
    """A column of a row. `twins` are rows of the same name as `row`, which is the first of them."""

    table: Table
    column: Column
    row: Row
    twins: tuple[Row, ...]


def cell_named(store: Store, report: Report, ask: Ask, name: str, where: Mapping[str, str]) -> Cell:
    """The cell in the column `name` of the row that has these values in these columns.

    Where every row of a report is a number, its name alone names the cell. Raises `NotFound` for
    a column or row that is not there, `Invalid` with the rows there are when several match.
    """
    by, names = report.evidence.by, [column.name for column in report.columns]
    _check_columns(report, where)
    table = answer(store, report, replace(ask, limit=_ALL, offset=0, sort=None))
    rows = table.dicts()
    if by and name not in names:
        if name not in (known := [str(row[by]) for row in rows]):
            raise NotFound(f"{report.name} has no {name!r}.", did_you_mean(name, [*names, *known]))
        name, where = report.evidence.value, {**where, by: name}
    if name not in names:
        raise NotFound(f"{report.name} has no column {name!r}.", did_you_mean(name, names))
    found = [row for row in rows if all(_is(row[key], text, ask) for key, text in where.items())]
    if not found:
        raise _no_row(rows, where, report, ask)
    keys = list(report.evidence.rows) + ([by] if by else [])
    if any(row[key] != found[0][key] for row in found for key in keys):
        raise _several(found, keys, ask)
    return Cell(table, report.columns[names.index(name)], found[0], tuple(found))


def _check_columns(report: Report, where: Mapping[str, str]) -> None:
    names = [column.name for column in report.columns]
    for key in where:
        if key not in names:
            raise NotFound(f"{report.name} has no column {key!r}.", did_you_mean(key, names))


def _is(value: Any, text: str, ask: Ask) -> bool:  # noqa: ANN401  a cell is of any type
    """Whether a cell is what somebody wrote; an instant by its local time, as far as written."""
    if value is None or text == "":
        return value is None and text == ""
    if isinstance(value, datetime):
        return _shown(value, ask).startswith(text.replace(" ", "T")) or _same(value, text)
    if isinstance(value, bool):
        return text.lower() in (("yes", "true") if value else ("no", "false"))
    if isinstance(value, int | float):
        return str(value) == text.replace(",", "")
    return str(value).casefold() == text.casefold()


def _same(value: datetime, text: str) -> bool:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return False
    return instant.tzinfo is not None and instant == value


def _shown(value: Any, ask: Ask) -> str:  # noqa: ANN401  a cell is of any type
    """A cell as it can be written to mean it again."""
    if isinstance(value, datetime):
        return value.astimezone(ask.period.zone).isoformat()
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _no_row(
    rows: Sequence[Row], where: Mapping[str, str], report: Report, ask: Ask
) -> NotFound | Invalid:
    if not rows:
        return NotFound(f"{report.name} has no rows in this range.", "Try a longer --range.")
    if not where:
        return Invalid("No row is given.", "Name one with --row COLUMN=VALUE.")
    left = list(rows)
    for key, text in where.items():
        if not (kept := [row for row in left if _is(row[key], text, ask)]):
            known = dict.fromkeys(_shown(row[key], ask) for row in left)
            hint = did_you_mean(text, known)
            if len(known) > _LISTED and not hint.startswith("Did you mean"):
                hint = f"There are {len(known):,} others: vaultmeter report {report.name}."
            return NotFound(f"{report.name} has no row with {key} {text!r} here.", hint)
        left = kept
    raise AssertionError("some row has every value")


def _several(found: Sequence[Row], keys: Sequence[str], ask: Ask) -> Invalid:
    differing = [key for key in keys if any(row[key] != found[0][key] for row in found)]
    alone = [key for key in differing if len({row[key] for row in found}) == len(found)]
    differing = alone[:1] or differing
    lines = dict.fromkeys(
        "  " + " ".join(f"--row '{key}={_shown(row[key], ask)}'" for key in differing)
        for row in found
    )
    more = [f"  ... and {len(lines) - _LISTED:,} more"] if len(lines) > _LISTED else []
    hint = "\n".join(["Say which:", *list(lines)[:_LISTED], *more])
    return Invalid(f"{len(found):,} rows match.", hint)
