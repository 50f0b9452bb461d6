"""`vaultmeter limits`: how many clients are paid for."""

from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.errors import Invalid
from vaultmeter.model.terms import ORGANISATION

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="sm, pm or sra.", metavar="PRODUCT", show_default=False)]
Account = Annotated[
    str | None,
    typer.Option(
        help="An account, with those below it; the whole organisation unless given.",
        show_default=False,
    ),
]
From = Annotated[
    str | None,
    typer.Option("--from", help="First month, such as 2026-11.", show_default=False),
]
_ANY = "none"
"""The word that ends a limit."""
_LIST = Question("GET /limits", "vaultmeter.limits:listed")
_SET = Question("PUT /limits", "vaultmeter.limits:set_limit")
_REMOVE = Question("DELETE /limits", "vaultmeter.limits:remove_limit")


@app.callback()
def command() -> None:
    """Say how many clients a product may have in a month: in all, or in an account.

    Clients who come first in a month when the limit is reached already are the exceeded ones:
    vaultmeter report clients counts them, vaultmeter report client-list names them.
    Examples: vaultmeter limits set sm 500; vaultmeter limits set pm 40 --account acme/finance
    --from 2026-11; vaultmeter limits list
    """


@app.command("set")
def set_command(
    context: typer.Context,
    product: Name,
    clients: Annotated[
        str, typer.Argument(help="How many; none for any number.", metavar="CLIENTS")
    ],
    account: Account = None,
    start: From = None,
    *,
    as_json: Json = False,
) -> None:
    """Set a limit, in place of the one of the same product, account and first month.

    A limit holds from its first month up to that of the next one, and without --from always.
    Examples: vaultmeter limits set sm 500; vaultmeter limits set sm none --from 2027-01
    """
    many = _clients(clients)
    told = asked(context, _SET, product=product, clients=many, account=account, from_=start)
    for note in told["notes"]:
        say(note)
    print_json(told) if as_json else typer.echo(f"{_text(told)}.")


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every limit, each with the month it holds from.

    Example: vaultmeter limits list --json | jq '.[] | select(.product == "sm")'
    """
    with reached(context) as there:
        held = there.rows(_LIST)
    if as_json:
        print_json(held)
        return
    for limit in held:
        typer.echo(f"{_text(limit)}.")
    if not held:
        typer.echo("There is no limit: vaultmeter limits set PRODUCT CLIENTS makes one.")


@app.command("remove")
def remove_command(
    context: typer.Context,
    product: Name,
    account: Account = None,
    start: From = None,
    *,
    as_json: Json = False,
) -> None:
    """Forget the limits of a product and account, or with --from the one from that month.

    Example: vaultmeter limits remove pm --account acme/finance
    """
    told = asked(context, _REMOVE, product=product, account=account, from_=start)
    if as_json:
        print_json(told)
        return
    where = _where(told["account"])
    typer.echo(f"Forgot {told['removed']} of the limits of {told['product']} for {where}.")


def _clients(text: str) -> int | None:
    if text == _ANY:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Invalid(f"{text!r} is no number of clients.", "Write 500, or none for any number.")
    return int(text)


def _text(limit: dict[str, Any]) -> str:
    since = "" if limit["from"] is None else f" from {limit['from']} on"
    many = "any number of" if limit["clients"] is None else f"{limit['clients']:,}"
    return f"{limit['product']}, {_where(limit['account'])}: {many} clients a month{since}"


def _where(account: str) -> str:
    return "the whole organisation" if account == ORGANISATION else account
