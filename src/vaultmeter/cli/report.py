"""`vaultmeter report`: ask a question."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from vaultmeter.cli._options import (
    Compare,
    From,
    Per,
    Range,
    To,
    Who,
    Words,
    Zone,
    filters_asked,
    opened,
    period_asked,
    write_json,
    write_out,
)
from vaultmeter.cli._statement import pasteable
from vaultmeter.exports import Export
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.plugins import names_in
from vaultmeter.reports.breakdown import answer_by
from vaultmeter.reports.head import Report, report_named
from vaultmeter.reports.layouts import laid_out
from vaultmeter.reports.run import Ask, answer, statement_of
from vaultmeter.store import Store

app = typer.Typer(add_completion=False)


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
    who: Who = "people",
    per: Per = None,
    compare: Compare = "weekdays",
    limit: Annotated[
        int | None,
        typer.Option(help="Rows at most; top lists have 1000 unless given.", show_default=False),
    ] = None,
    offset: Annotated[int, typer.Option(help="Rows to leave out before the first.")] = 0,
    sort: Annotated[
        str | None,
        typer.Option(help="Column to sort by; -COLUMN from the highest down.", show_default=False),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            help="How many days back from the end, of reports about so many: 90 unless given.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Break it down by account or group.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    output: Annotated[
        Path | None, typer.Option(help="Write to a file.", show_default=False)
    ] = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL instead of running it.")
    ] = False,
    layout: Annotated[
        str | None,
        typer.Option(
            help="akeyless: the file its console exports, of password-manager.", show_default=False
        ),
    ] = None,
) -> None:
    """Answer a report. Filters may be repeated, and * stands for any text.

    Examples: vaultmeter report users --range last-7-days; vaultmeter report items --account
    'acme/*' --format csv --output items.csv; vaultmeter report activity --from 2026-11-01 --to
    2026-11-14 --tz Asia/Kolkata --per day; vaultmeter report overview --by account
    """
    report, export = report_named(name), _export_named(format_)
    if [sql, by is not None, layout is not None].count(True) > 1:
        raise Invalid("--sql, --by and --layout exclude each other.", "Give one of them.")
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
        ask = Ask(
            Viewer.operator(),
            period,
            filters,
            who,
            per,
            compare,
            limit,
            offset,
            sort,
            folder.terms(),
            days,
        )
        if layout is not None:
            document = folder.recovering(
                lambda: laid_out(folder.store, report, ask, layout, folder.clock())
            )
            write_out(output, lambda out: write_json(document, out))
            return
        if sql:
            statement = statement_of(folder.store, report, ask)
            write_out(output, lambda out: print(pasteable(statement), file=out, end=""))
            return
        table = folder.recovering(lambda: _table(folder.store, report, ask, by))
    write_out(output, lambda out: export.write(table, out))


def _table(store: Store, report: Report, ask: Ask, by: str | None) -> Table:
    return answer(store, report, ask) if by is None else answer_by(store, report, ask, by)


def _export_named(name: str) -> Export:
    known = names_in("vaultmeter.exports")
    if name not in known:
        raise NotFound(f"There is no format {name!r}.", did_you_mean(name, known))
    export: Export = import_module(f"vaultmeter.exports.{name}").EXPORT
    return export
