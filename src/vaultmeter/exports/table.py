"""A table for people in a terminal: local times, separators, and what the numbers rest on below.

On a terminal only as many columns are shown as fit, and the others are named; into a file or a
pipe all are written, one row a line, however wide.
"""

import re
from dataclasses import replace
from typing import BinaryIO

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape

from vaultmeter.exports import Export, Options, as_text, cell_text, with_rows
from vaultmeter.model.document import Document
from vaultmeter.model.printable import printable
from vaultmeter.model.table import Column, Table

_GAP = 2
_STATUS = re.compile(r"Version (\d+) \(([^)]+)\)")
"""How the definition of status, the only one with versions, begins."""
_ENDLESS = 100_000


class _Console(Console):
    """The library's console, which would end the program when nobody reads on."""

    def on_broken_pipe(self) -> None:
        """Let whoever called decide what a closed pipe means."""
        raise BrokenPipeError


def _write(document: Document, out: BinaryIO, options: Options) -> None:
    with as_text(out) as text:
        console = _Console(file=text, width=None if out.isatty() else _ENDLESS, highlight=False)
        for number, (part, rows) in enumerate(with_rows(document, options)):
            if number:
                console.print()
            _print(replace(part.about, rows=list(rows)), console)


def _print(table: Table, console: Console) -> None:
    console.print(f"[bold]{escape(table.title)}[/bold]  {table.period.text()}")
    for name, words in table.filters.items():
        console.print(f"[dim]{name}: {escape(printable(', '.join(words)))}[/dim]")
    if not table.rows:
        console.print("Nothing in this range.")
    else:
        _print_rows(table, console)
    _print_below(table, console)


def _print_rows(table: Table, console: Console) -> None:
    zone = table.period.zone
    columns = {
        table.columns[place]: [cell_text(row[place], zone, printable) for row in table.rows]
        for place in _telling(table)
    }
    shown = _fitting(columns, console.width)
    padded = [_padded(column, columns[column]) for column in shown]
    lines = [(" " * _GAP).join(cells).rstrip() for cells in zip(*padded, strict=True)]
    console.print(f"[bold]{escape(lines[0])}[/bold]")
    # Rendering each line would take longer than the report.
    console.file.write("".join(f"{line}\n" for line in lines[1:]))
    left_out = [column.title for column in columns if column not in shown]
    if left_out:
        console.print(f"[dim]Too narrow for: {', '.join(left_out)}. --format csv has all.[/dim]")


def _telling(table: Table) -> list[int]:
    """The places of the columns that tell something: zeros do where there is nothing else."""
    for silent in ((None, 0, ""), (None, "")):
        places = [
            place
            for place in range(len(table.columns))
            if any(row[place] not in silent for row in table.rows)
        ]
        if len(places) > 1:
            break
    return places if 0 in places else [0, *places]


def _fitting(columns: dict[Column, list[str]], width: int) -> list[Column]:
    """The columns that fit side by side, in their order; the first one always does."""
    shown: list[Column] = []
    for column, cells in columns.items():
        wide = max(map(cell_len, [_title(column), *cells])) + _GAP
        if not shown or wide <= width:
            shown.append(column)
            width -= wide
    return shown


def _padded(column: Column, cells: list[str]) -> list[str]:
    """A column's title and cells, all as wide as the widest; numbers stand at the right."""
    lines = [_title(column), *cells]
    wide = max(map(cell_len, lines))
    if column.type in ("integer", "number"):
        return [" " * (wide - cell_len(line)) + line for line in lines]
    return [line + " " * (wide - cell_len(line)) for line in lines]


def _title(column: Column) -> str:
    return f"{column.title} {column.unit}".strip()


def _print_below(table: Table, console: Console) -> None:
    if status := _STATUS.match(table.definitions.get("status", "")):
        console.print(f"[dim]Status: version {status[1]} ({escape(status[2])})[/dim]")
    for source, last in table.complete_to.items():
        local = last.astimezone(table.period.zone)
        named = escape(printable(source))
        console.print(f"[dim]{named}: data complete to {local:%Y-%m-%d %H:%M:%S}[/dim]")
    if table.as_of:
        console.print(f"[dim]As of {table.as_of}[/dim]")
    for note in table.notes:
        console.print(f"[dim]Note: {escape(printable(note))}[/dim]")


EXPORT = Export("a table for people, in a terminal", ".txt", "text/plain; charset=utf-8", _write)
