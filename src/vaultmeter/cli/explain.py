"""`vaultmeter explain`: why a number is what it is."""

from typing import Annotated

import typer

from vaultmeter.cli._evidence import as_object, as_text
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
    filters_asked,
    opened,
    period_asked,
    print_json,
)
from vaultmeter.model.errors import Invalid
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.evidence import Evidence, Sought
from vaultmeter.reports.explain import explain
from vaultmeter.reports.head import report_named
from vaultmeter.reports.pasteable import pasteable
from vaultmeter.reports.run import Ask

app = typer.Typer(add_completion=False)


@app.command()
def command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Which report; vaultmeter reports lists them.")],
    cell: Annotated[
        str, typer.Option(help="The column of the number; of the overview, its measure.")
    ],
    row: Annotated[
        list[str] | None,
        typer.Option(
            help="What the row has in a column; repeat it until it is one row.",
            show_default=False,
            metavar="COLUMN=VALUE",
        ),
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
    days: Annotated[
        int | None,
        typer.Option(help="Days back from the end, as of the report.", show_default=False),
    ] = None,
    page: Annotated[int, typer.Option(help="Which page of the events, newest first.")] = 1,
    size: Annotated[int, typer.Option(help="How many events a page has.")] = 50,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the whole SQL of the events, and end.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the rule a number of a report follows, its SQL, and the events it is made of.

    Range and filters are those of the report. The number is counted again from the events; when
    that gives another one, it is said, and the exit code is 1.
    Example: vaultmeter explain users --cell secrets_read --row user=ann.rizzo --row account=acme
    """
    report = report_named(name)
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
    sought = Sought(cell, _row_asked(row or []), page, size)
    with opened(context) as folder:
        ask = Ask(
            viewer=Viewer.operator(),
            period=period_asked(folder, range_, start, end, zone),
            filters=filters,
            who=who,
            per=per,
            compare=compare,
            terms=folder.terms(),
            days=days,
        )
        told = folder.recovering(lambda: explain(folder.store, folder.inbox, report, ask, sought))
    if sql:
        typer.echo(pasteable(told.statement) if told.statement else f"-- {told.rule}", nl=False)
    elif as_json:
        print_json(as_object(told))
    else:
        typer.echo(as_text(told))
    _check(told)


def _row_asked(words: list[str]) -> dict[str, str]:
    """What the row has by column; raises `Invalid` for what is no pair."""
    pairs = [word.partition("=") for word in words]
    for column, sign, value in pairs:
        if not sign or not column:
            raise Invalid(f"--row {column + sign + value!r} is no pair.", "Write COLUMN=VALUE.")
    return {column: value for column, _, value in pairs}


def _check(told: Evidence) -> None:
    if told.agrees:
        return
    typer.echo(
        f"vaultmeter: THE EVIDENCE DOES NOT GIVE THE NUMBER: the report has {told.value}, its "
        f"events give {told.counted}.\nThis is an error in vaultmeter. Please report it, with "
        "the command; neither number should be relied on.",
        err=True,
    )
    raise typer.Exit(1)
