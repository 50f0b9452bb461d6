"""`vaultmeter report`: ask a question."""

from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from vaultmeter.api.asked import ReportAsked, When, report_answer, table_of
from vaultmeter.app import App
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
    say,
    settings_of,
    write_json,
    write_out,
)
from vaultmeter.cli._remote import running_server
from vaultmeter.exports import Export
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.table import Table
from vaultmeter.plugins import names_in
from vaultmeter.reports.head import report_named
from vaultmeter.settings import Settings

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
    export = _export_named(format_)
    report_named(name)
    if [sql, by is not None, layout is not None].count(True) > 1:
        raise Invalid("--sql, --by and --layout exclude each other.", "Give one of them.")
    given = {
        "account": account,
        "user": user,
        "item": item,
        "item_type": item_type,
        "kind": kind,
        "auth_method": auth_method,
        "outcome": outcome,
        "source": source,
        "product": product,
    }
    asked = ReportAsked(
        name,
        When(range_, start, end, zone),
        {name: words for name, words in given.items() if words},
        who,
        per,
        compare,
        limit,
        offset,
        sort,
        days,
        by,
        layout,
        sql,
    )
    filters_asked(**given)
    found = _answered(settings_of(context), asked)
    if isinstance(found, Table):
        write_out(output, lambda out: export.write(found, out))
    elif isinstance(found, str):
        write_out(output, lambda out: print(found, file=out, end=""))
    else:
        write_out(output, lambda out: write_json(found, out))


def _answered(settings: Settings, asked: ReportAsked) -> Table | dict[str, Any] | str:
    """The answer, of a running server or of the folder."""
    if server := running_server(settings):
        with server:
            told = server.ask("POST", "report", given=asdict(asked))
        if "table" in told:
            return table_of(told["table"])
        return cast("dict[str, Any] | str", told.get("document", told.get("text")))
    with App(settings, say=say) as folder:
        return folder.recovering(lambda: report_answer(folder, asked))


def _export_named(name: str) -> Export:
    known = names_in("vaultmeter.exports")
    if name not in known:
        raise NotFound(f"There is no format {name!r}.", did_you_mean(name, known))
    export: Export = import_module(f"vaultmeter.exports.{name}").EXPORT
    return export
