"""`vaultmeter explain`: why a number is what it is."""

from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._evidence import as_text
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
)

app = typer.Typer(add_completion=False)
_EXPLAIN = Question("GET /reports/{name}/evidence", "vaultmeter.api.evidence:evidence_told")


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
    told = asked(
        context,
        _EXPLAIN,
        name=name,
        cell=cell,
        row=row or [],
        range_=range_,
        from_=start,
        to=end,
        tz=zone,
        who_=who,
        per=per,
        compare=compare,
        days=days,
        page=page,
        size=size,
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
    if sql:
        typer.echo(told["statement"] or f"-- {told['rule']}", nl=False)
    elif as_json:
        print_json(told)
    else:
        typer.echo(as_text(told))
    _check(told)


def _check(told: dict[str, Any]) -> None:
    if told["agrees"] is not False:
        return
    typer.echo(
        f"vaultmeter: THE EVIDENCE DOES NOT GIVE THE NUMBER: the report has {told['value']}, its "
        f"events give {told['counted']}.\nThis is an error in vaultmeter. Please report it, with "
        "the command; neither number should be relied on.",
        err=True,
    )
    raise typer.Exit(1)
