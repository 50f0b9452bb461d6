"""`vaultmeter report`: ask a question."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from vaultmeter.cli._options import (
    From,
    Range,
    To,
    Zone,
    filters_asked,
    opened,
    period_asked,
    write_out,
)
from vaultmeter.exports import Export
from vaultmeter.model.errors import NotFound, did_you_mean
from vaultmeter.model.viewer import Viewer
from vaultmeter.plugins import names_in
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer, statement_of
from vaultmeter.store.statement import Statement

app = typer.Typer(add_completion=False)
Words = Annotated[list[str] | None, typer.Option(show_default=False, metavar="WORD")]


@app.command()
def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Which report; vaultmeter reports lists them.")],
    range_: Range = "last-30-days",
    start: From = None,
    end: To = None,
    zone: Zone = "UTC",
    account: Words = None,
    user: Words = None,
    item: Words = None,
    item_type: Words = None,
    kind: Words = None,
    auth_method: Words = None,
    outcome: Words = None,
    source: Words = None,
    product: Words = None,
    who: Annotated[str, typer.Option(help="people, machines or everyone.")] = "people",
    per: Annotated[
        str | None,
        typer.Option(
            help="hour, day, week or month; by the range unless given.", show_default=False
        ),
    ] = None,
    compare: Annotated[str, typer.Option(help="weekdays, previous, year or none.")] = "weekdays",
    limit: Annotated[
        int | None,
        typer.Option(help="Rows at most; top lists have 1000 unless given.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    output: Annotated[
        Path | None, typer.Option(help="Write to a file.", show_default=False)
    ] = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL instead of running it.")
    ] = False,
) -> None:
    """Answer a report. Filters may be repeated, and * stands for any text.

    Examples: vaultmeter report users --range last-7-days; vaultmeter report items --account
    'acme/*' --format csv --output items.csv; vaultmeter report activity --from 2026-11-01 --to
    2026-11-14 --tz Asia/Kolkata --per day
    """
    report, export = report_named(name), _export_named(format_)
    filters = filters_asked(
        account=account,
        user=user,
        item=item,
        item_type=item_type,
        kind=kind,
        auth_method=auth_method,
        outcome=outcome,
        source=source,
        product=product,
    )
    with opened(context) as folder:
        period = period_asked(folder, range_, start, end, zone)
        ask = Ask(Viewer.operator(), period, filters, who, per, compare, limit, folder.terms())
        if sql:
            statement = statement_of(folder.store, report, ask)
            write_out(output, lambda out: print(_pasteable(statement), file=out, end=""))
            return
        table = folder.recovering(lambda: answer(folder.store, report, ask))
    write_out(output, lambda out: export.write(table, out))


def _export_named(name: str) -> Export:
    known = names_in("vaultmeter.exports")
    if name not in known:
        raise NotFound(f"There is no format {name!r}.", did_you_mean(name, known))
    export: Export = import_module(f"vaultmeter.exports.{name}").EXPORT
    return export


def _pasteable(statement: Statement) -> str:
    """The statement with the values it binds listed above it."""
    values = "".join(
        f"-- ${name} = {_on_one_line(value)}\n"
        for name, value in sorted(statement.values.items())
        if f"${name}" in statement.sql
    )
    return f"{values}{statement.sql}\n"


def _on_one_line(value: object) -> str:
    """A value as a comment can hold it: a line break would end the comment."""
    text = str(value)
    return text if text.isprintable() else ascii(value)
