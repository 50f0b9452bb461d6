"""A table for people in a terminal: local times, separators, and what the numbers rest on below."""

from datetime import date, datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from vaultmeter.exports import Export
from vaultmeter.model.table import Column, Table

_WIDTH_OF_FILES = 160


def _write(table: Table, out: TextIO) -> None:
    width = None if out.isatty() else _WIDTH_OF_FILES
    console = Console(file=out, width=width, highlight=False)
    console.print(f"[bold]{escape(table.title)}[/bold]  {table.period.text()}")
    for name, words in table.filters.items():
        console.print(f"[dim]{name}: {escape(', '.join(words))}[/dim]")
    console.print(_grid(table) if table.rows else "Nothing in this range.")
    _print_below(table, console)


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, pad_edge=False, header_style="bold", collapse_padding=True)
    shown = _shown(table)
    for column in shown:
        numeric = column.type in ("integer", "number")
        title = f"{column.title} {column.unit}".strip()
        grid.add_column(title, justify="right" if numeric else "left", overflow="fold")
    places = [table.columns.index(column) for column in shown]
    for row in table.rows:
        grid.add_row(*(_cell(row[place], table.period.zone) for place in places))
    return grid


def _shown(table: Table) -> list[Column]:
    """Columns that say something: those that are empty in every row are left out."""
    return [
        column
        for place, column in enumerate(table.columns)
        if place == 0 or any(row[place] not in (None, 0, "") for row in table.rows)
    ]


def _cell(value: Any, zone: ZoneInfo) -> str:  # noqa: ANN401  a cell is of any type
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, int | float) else escape(str(value))


def _print_below(table: Table, console: Console) -> None:
    for source, last in table.complete_to.items():
        local = last.astimezone(table.period.zone)
        console.print(f"[dim]{escape(source)}: data complete to {local:%Y-%m-%d %H:%M:%S}[/dim]")
    for note in table.notes:
        console.print(f"[dim]Note: {escape(note)}[/dim]")


EXPORT = Export("a table for people, in a terminal", ".txt", _write)
