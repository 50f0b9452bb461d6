"""`vaultmeter export`: a saved view or a report as a file."""

from pathlib import Path
from time import sleep
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Here, Question, There, operator, reached
from vaultmeter.cli._files import SHOW, download, first_line
from vaultmeter.cli._options import (
    Compare,
    From,
    Json,
    Per,
    Range,
    To,
    Who,
    Words,
    Zone,
    print_json,
    say,
)
from vaultmeter.cli._progress import Counting
from vaultmeter.model.errors import Invalid, Unavailable

app = typer.Typer(add_completion=False)
_BEGIN = Question("POST /exports", "vaultmeter.exporting.asking:begin")
_LOOK = 0.3
"""Seconds between two looks at how far a server is."""


@app.command()
def command(
    context: typer.Context,
    view: Annotated[
        str | None,
        typer.Option(help="A saved view: its number or its name.", show_default=False),
    ] = None,
    report: Annotated[
        str | None,
        typer.Option(help="A report; vaultmeter reports lists them.", show_default=False),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="The address of a page, from its path on: '/items?range=last-month'.",
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="csv, xlsx, pdf, json or parquet.")
    ] = "csv",
    output: Annotated[
        Path | None,
        typer.Option(help="Where to; under its own name here unless given.", show_default=False),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(help="Rows of each table at most; all unless given.", show_default=False),
    ] = None,
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
    sort: Annotated[
        str | None,
        typer.Option(help="Column to sort by; -COLUMN from the highest down.", show_default=False),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(help="How many days back, of reports about so many.", show_default=False),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            help="How active users are, or how items are used, as in report.", show_default=False
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Break a report down by account or group.", show_default=False),
    ] = None,
    bare: Annotated[
        bool, typer.Option("--bare", help="CSV: rows alone, without lines about them.")
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="Encrypt the file (xlsx, pdf) with the first line of this one.",
            show_default=False,
        ),
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Let the server make it, and do not wait.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a saved view, a page or a report as a file, with its signed manifest beside it.

    The range and the filters are those of --report; a view has its own. The file is kept, too:
    vaultmeter exports list. Examples: vaultmeter export --view 'Finance, last month' --format pdf;
    vaultmeter export --report users --range last-month --format xlsx --output users.xlsx;
    vaultmeter export --address '/items?range=last-month&tz=UTC' --format csv --background
    """
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
    asked = {
        "name": report,
        "range": range_,
        "from": start,
        "to": end,
        "tz": zone,
        "filters": {name: words for name, words in filters.items() if words},
        "who": who,
        "per": per,
        "compare": compare,
        "sort": sort,
        "days": days,
        "status": status,
        "by": by,
    }
    words = {
        "format": format_,
        "view": view,
        "address": address,
        "report": asked if report is not None else None,
        "limit": limit,
        "bare": bare,
        "password": None if password_file is None else first_line(password_file),
    }
    with reached(context) as there:
        told = _told(there, words, background=background)
        if not background:
            place = download(there, told, output)
            say(f"{told['rows']:,} rows. Its manifest is beside it: vaultmeter verify {place}")
    if as_json:
        print_json(told)
    elif background:
        say(f"File {told['id']} is made in the background: vaultmeter exports show {told['id']}")


def _told(there: Here | There, words: dict[str, Any], *, background: bool) -> dict[str, Any]:
    """What is known of the file, when it is made or, in the background, when it is asked for."""
    if isinstance(there, There):
        begun: dict[str, Any] = there.ask(_BEGIN, **words)
        return begun if background else _waited(there, begun)
    if background:
        raise Invalid("No server runs that makes files in the background.", "Start one: serve.")
    return _made(there, words)


def _made(there: Here, words: dict[str, Any]) -> dict[str, Any]:
    """Make it here, and show how far it is."""
    # What a server is asked needs none of what a folder does.
    from vaultmeter.exporting.asking import make_now  # noqa: PLC0415
    from vaultmeter.exporting.writing import Progress  # noqa: PLC0415

    with Counting() as counting:
        progress = Progress(told=counting.show)
        return there.app.recovering(lambda: make_now(there.app, operator(), progress, **words))


def _waited(there: There, told: dict[str, Any]) -> dict[str, Any]:
    """Wait until a server has made it; raises `Unavailable` with the reason where it cannot."""
    with Counting() as counting:
        while told["state"] in {"waiting", "making"}:
            counting.show(told["rows"])
            sleep(_LOOK)
            told = there.ask(SHOW, number=told["id"])
    if told["state"] == "failed":
        raise Unavailable("The file could not be made.", told["error"])
    if told["state"] != "made":
        raise Unavailable(f"The file is {told['state']}.", "Somebody ended its making.")
    return told
