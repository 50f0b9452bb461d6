"""`vaultmeter report`: ask a question."""

import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from vaultmeter.cli._asking import Here, Question, There, operator, reached
from vaultmeter.cli._files import first_line
from vaultmeter.cli._left_out import left_out
from vaultmeter.cli._options import (
    Compare,
    From,
    Per,
    Range,
    To,
    Who,
    Words,
    Zone,
    json_text,
    say,
    told_period,
    write_out,
)
from vaultmeter.cli._tables import table_of
from vaultmeter.clock import system_clock
from vaultmeter.exports import Export, Options
from vaultmeter.model.document import Document
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.filters import Filters
from vaultmeter.model.status import CHOICES
from vaultmeter.model.table import Table
from vaultmeter.plugins import names_in
from vaultmeter.reports.head import report_named

app = typer.Typer(add_completion=False)
_MOST = 100_000
"""Rows that a server answers at once."""
_REPORT = Question("GET /reports/{name}", "vaultmeter.api.answers:report")
_SQL = Question("GET /reports/{name}/sql", "vaultmeter.api.answers:report")


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
    status: Annotated[
        str | None,
        typer.Option(
            help=f"How active users are, or how items are used: {', '.join(CHOICES)}.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Break it down by account or group.", show_default=False),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="table, json, csv, xlsx, pdf or parquet.")
    ] = "table",
    output: Annotated[
        Path | None, typer.Option(help="Write to a file.", show_default=False)
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="Encrypt the file with the password in the first line of this one: xlsx and pdf.",
            show_default=False,
        ),
    ] = None,
    heading: Annotated[
        bool,
        typer.Option(
            "--heading",
            help="CSV: say above the rows what the file is, as files of the console do.",
        ),
    ] = False,
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
    2026-11-14 --tz Asia/Kolkata --per day; vaultmeter report overview --by account; vaultmeter
    report users --range last-month --format pdf --output users.pdf
    """
    export = _export_named(format_)
    options = _options(export, format_, output, password_file, heading=heading)
    for sentence in left_out(context, report_named(name)):
        say(sentence)
    if [sql, by is not None, layout is not None].count(True) > 1:
        raise Invalid("--sql, --by and --layout exclude each other.", "Give one of them.")
    filters = {
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
    Filters.of({name: words or () for name, words in filters.items()})
    fields: dict[str, Any] = {
        "range_": range_,
        "from_": start,
        "to": end,
        "tz": zone,
        "who_": who,
        "per": per,
        "compare": compare,
        "limit": limit,
        "offset": offset,
        "sort": sort,
        "days": days,
        "status": status,
        **filters,
    }
    with reached(context) as there:
        found: Table | dict[str, Any] | str
        if isinstance(there, Here):
            found = there.ask(_REPORT, name=name, by=by, layout=layout, sql=sql, **fields)
        else:
            found = _told(there, name, fields, by, layout, sql=sql)
    if isinstance(found, Table):
        made = Document.of(found, system_clock(), _name(), offset)
        write_out(output, lambda out: export.write(made, out, options))
    elif isinstance(found, str):
        write_out(output, lambda out: _write_text(found, out))
    else:
        write_out(output, lambda out: _write_text(json_text(found), out))


def _options(
    export: Export, name: str, output: Path | None, password_file: Path | None, *, heading: bool
) -> Options:
    """How the file is written; raises `Invalid` for what the format cannot do."""
    if password_file is not None and not export.encrypts:
        raise Invalid(f"{name} has no password.", "Choose --format xlsx or pdf.")
    if export.binary and output is None and sys.stdout.isatty():
        raise Invalid(f"{name} is nothing to show in a terminal.", "Name a file with --output.")
    password = None if password_file is None else first_line(password_file)
    return Options(password, bare=not heading)


def _name() -> str:
    """Who makes a file here."""
    who = operator()
    return who.address or who.name


def _write_text(text: str, out: BinaryIO) -> None:
    out.write(text.encode())


def _told(
    there: There,
    name: str,
    fields: dict[str, Any],
    by: str | None,
    layout: str | None,
    *,
    sql: bool,
) -> Table | dict[str, Any] | str:
    """The answer of a server."""
    if sql:
        text: str = there.ask(_SQL, name=name, **fields)
        return text
    whole: dict[str, Any] = there.ask(_REPORT, name=name, by=by, layout=layout, **_page(fields, 0))
    if layout is not None:
        return whole
    page, rows = whole, whole["rows"]
    while fields["limit"] and _MOST <= len(rows) < fields["limit"] and len(page["rows"]) == _MOST:
        page = there.ask(_REPORT, name=name, by=by, **_page(fields, len(rows)))
        rows += page["rows"]
    return replace(table_of(whole), compared=_compared(name, fields, whole))


def _compared(name: str, fields: dict[str, Any], whole: dict[str, Any]) -> str:
    """The range that the answer of a server is compared with, in words."""
    if "compare" not in report_named(name).parameters:
        return ""
    before = told_period(whole).compared(fields["compare"])
    return before.text() if before else ""


def _page(fields: dict[str, Any], had: int) -> dict[str, Any]:
    """The fields of a part that a server answers at once, behind the rows that are there."""
    if not fields["limit"]:
        return fields
    limit = min(fields["limit"] - had, _MOST)
    return {**fields, "limit": limit, "offset": fields["offset"] + had}


def _export_named(name: str) -> Export:
    known = names_in("vaultmeter.exports")
    if name not in known:
        raise NotFound(f"There is no format {name!r}.", did_you_mean(name, known))
    export: Export = import_module(f"vaultmeter.exports.{name}").EXPORT
    return export
