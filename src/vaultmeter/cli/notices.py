"""`vaultmeter notices`: the Event Center, on the command line."""

import json
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.errors import Invalid
from vaultmeter.model.printable import printable

app = typer.Typer(add_completion=False, no_args_is_help=True)
Number = Annotated[
    int, typer.Argument(help="The number of a notice.", metavar="NUMBER", show_default=False)
]
_LIST = Question("GET /notices", "vaultmeter.notices:listed")
_SHOW = Question("GET /notices/{id}", "vaultmeter.notices:show")
_ACKNOWLEDGE = Question("POST /acknowledged-notices", "vaultmeter.notices:acknowledge")
_MOST = 1000


@app.callback()
def command() -> None:
    """See what calls for attention, and note that it was seen to.

    Rules say what raises a notice: vaultmeter rules. A running server evaluates them, and
    forwarders take notices to where people are: vaultmeter forwarders.
    Examples: vaultmeter notices list; vaultmeter notices show 12; vaultmeter notices acknowledge 12
    """


@app.command("list")
def list_command(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="open, acknowledged or all.")] = "open",
    of_type: Annotated[
        str | None,
        typer.Option("--type", help="Of this type, such as usage-report.", show_default=False),
    ] = None,
    product: Annotated[
        str | None, typer.Option(help="About sm, pm or sra.", show_default=False)
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            help="About this account or one below it; '*' is the whole organisation.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Raised from this day or instant on.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Raised before this day or instant.", show_default=False)
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="With this text; * stands for any.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(help="Notices at most.", min=1, max=_MOST)] = 100,
    before: Annotated[
        int | None, typer.Option(help="Notices before this number.", min=1, show_default=False)
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """List notices, the newest first: those that nobody has acknowledged, unless told otherwise.

    Examples: vaultmeter notices list --type usage-report --state all;
    vaultmeter notices list --account acme --since 2026-11-01 --json | jq -r '.rows[].text'
    """
    told = asked(
        context,
        _LIST,
        state=state,
        type=of_type,
        product=product,
        account=account,
        since=since,
        until=until,
        text=text,
        limit=limit,
        cursor=None if before is None else str(before),
    )
    if as_json:
        print_json(told)
        return
    for notice in told["rows"]:
        typer.echo(_line(notice))
    if not told["rows"]:
        typer.echo("There is no such notice.")
    if told["next"] is not None:
        say(f"There are older ones: --before {told['next']}")


@app.command("show")
def show_command(context: typer.Context, number: Number, *, as_json: Json = False) -> None:
    """Show a notice, with what programs read of it.

    Example: vaultmeter notices show 12 --json | jq .payload
    """
    told = asked(context, _SHOW, id_=number)
    if as_json:
        print_json(told)
        return
    typer.echo(_line(told))
    typer.echo(printable(json.dumps(told["payload"], ensure_ascii=False)))


@app.command("acknowledge")
def acknowledge_command(
    context: typer.Context,
    numbers: Annotated[
        list[int], typer.Argument(help="The numbers of notices.", show_default=False)
    ],
    *,
    as_json: Json = False,
) -> None:
    """Note that you have seen to notices: all of them, or none where one is not there.

    Example: vaultmeter notices acknowledge 12 13
    """
    if len(numbers) > _MOST:
        raise Invalid(f"{len(numbers)} notices are too many at once.", f"Name {_MOST} at most.")
    told = asked(context, _ACKNOWLEDGE, ids=numbers)
    if as_json:
        print_json(told)
        return
    count = told["acknowledged"]
    typer.echo(f"Acknowledged {count} {'notice' if count == 1 else 'notices'}.")


def _line(notice: dict[str, Any]) -> str:
    about = [notice["account"] or "*", *filter(None, [notice["product"]])]
    seen = notice["acknowledged_by"]
    end = "" if seen is None else f" (acknowledged by {seen})"
    told = f"{notice['type']}, {', '.join(about)}: {notice['text']}{end}"
    return printable(f"{notice['id']}  {notice['time'][:16].replace('T', ' ')}  {told}")
