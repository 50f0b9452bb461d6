"""`vaultmeter deliveries`: what leaves by itself, and what came of it."""

from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json
from vaultmeter.model.printable import printable

app = typer.Typer(add_completion=False, no_args_is_help=True)
Id = Annotated[
    int, typer.Argument(help="Number of a delivery.", metavar="ID", min=1, show_default=False)
]
_MODULE = "vaultmeter.forwarding"
_LIST = Question("GET /deliveries", f"{_MODULE}:deliveries")
_SHOW = Question("GET /deliveries/{id}", f"{_MODULE}:delivery")
_AGAIN = Question("POST /deliveries/{id}/send-again", f"{_MODULE}:send_again")
_CANCEL = Question("POST /deliveries/{id}/cancel", f"{_MODULE}:cancel")


@app.callback()
def command() -> None:
    """See what was delivered, what waits, and what was given up.

    A delivery that fails is tried again for two days, and then given up: it is dead.
    Examples: vaultmeter deliveries list --state dead; vaultmeter deliveries send-again 17
    """


@app.command("list")
def list_command(
    context: typer.Context,
    state: Annotated[
        str | None,
        typer.Option(
            help="waiting, sending, delivered, dead or cancelled; all unless given.",
            show_default=False,
        ),
    ] = None,
    forwarder: Annotated[
        str | None,
        typer.Option(help="Name of a forwarder; all unless given.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(help="Deliveries at most.", min=1, max=1000)] = 100,
    *,
    as_json: Json = False,
) -> None:
    """List deliveries, the newest first.

    Example: vaultmeter deliveries list --state dead --forwarder ops
    """
    narrowed = {"state": state, "forwarder": forwarder}
    given = {name: value for name, value in narrowed.items() if value is not None}
    told = asked(context, _LIST, limit=limit, **given)
    if as_json:
        print_json(told["rows"])
        return
    for delivery in told["rows"]:
        typer.echo(_text(delivery))
    if not told["rows"]:
        typer.echo("There is no such delivery.")
    elif told["next"] is not None:
        typer.echo(f"There are older ones; these are the newest {limit}.")


@app.command("show")
def show_command(context: typer.Context, id_: Id, *, as_json: Json = False) -> None:
    """Show a delivery: what it is, how often it was tried, and what went wrong.

    Example: vaultmeter deliveries show 17
    """
    told = asked(context, _SHOW, id_=id_)
    if as_json:
        print_json(told)
        return
    typer.echo(_text(told))
    for name in ("message_id", "created", "last_attempt", "due", "finished", "last_error"):
        if told[name]:
            typer.echo(printable(f"  {name}: {told[name]}"))


@app.command("send-again")
def send_again_command(context: typer.Context, id_: Id, *, as_json: Json = False) -> None:
    """Have a delivery that was given up tried anew; receivers know it by the same id.

    Example: vaultmeter deliveries send-again 17
    """
    told = asked(context, _AGAIN, id_=id_)
    print_json(told) if as_json else typer.echo(_text(told))


@app.command("cancel")
def cancel_command(context: typer.Context, id_: Id, *, as_json: Json = False) -> None:
    """Have a delivery that waits not tried any more; the next one of its forwarder goes.

    Example: vaultmeter deliveries cancel 17
    """
    told = asked(context, _CANCEL, id_=id_)
    print_json(told) if as_json else typer.echo(_text(told))


def _text(delivery: dict[str, Any]) -> str:
    to = delivery["address"] or delivery["forwarder"]
    tried = f", {delivery['attempts']} attempts" if delivery["attempts"] else ""
    why = f" {delivery['last_error']}" if delivery["state"] in {"dead", "waiting"} else ""
    words = f"{delivery['state']}{tried}. {delivery['subject'].rstrip('.')}.{why}"
    return printable(f"{delivery['id']} to {to}: {words}").rstrip()
