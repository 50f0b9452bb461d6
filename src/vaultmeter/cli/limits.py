"""`vaultmeter limits`: how many clients are paid for."""

from datetime import date
from typing import Annotated

import typer

from vaultmeter.app import App
from vaultmeter.cli._options import Json, opened, print_json, say
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.kinds import Product
from vaultmeter.model.terms import ALWAYS, ORGANISATION, Limit
from vaultmeter.state.limits import limits, remove_limit, set_limit

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
) -> None:
    """Set a limit, in place of the one of the same product, account and first month.

    A limit holds from its first month up to that of the next one, and without --from always.
    Examples: vaultmeter limits set sm 500; vaultmeter limits set sm none --from 2027-01
    """
    limit = Limit(_product(product), _account(account), _month(start), _clients(clients))
    if limit.clients is None and limit.month == ALWAYS:
        raise Invalid(
            "A limit that never held needs no end.",
            "Give --from, or take it away: vaultmeter limits remove.",
        )
    with opened(context) as folder:
        with folder.state.changing() as connection:
            set_limit(connection, limit)
        _remark_on(folder, limit.account)
    typer.echo(f"{_text(limit)}.")


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every limit, each with the month it holds from.

    Example: vaultmeter limits list --json | jq '.[] | select(.product == "sm")'
    """
    with opened(context) as folder, folder.state.reading() as connection:
        held = limits(connection)
    if as_json:
        print_json([_object(limit) for limit in held])
        return
    for limit in held:
        typer.echo(f"{_text(limit)}.")
    if not held:
        typer.echo("There is no limit: vaultmeter limits set PRODUCT CLIENTS makes one.")


@app.command("remove")
def remove_command(
    context: typer.Context, product: Name, account: Account = None, start: From = None
) -> None:
    """Forget the limits of a product and account, or with --from the one from that month.

    Example: vaultmeter limits remove pm --account acme/finance
    """
    word, name = _product(product), _account(account)
    month = None if start is None else _month(start)
    with opened(context) as folder, folder.state.changing() as connection:
        removed = remove_limit(connection, word, name, month)
    if not removed:
        since = "" if start is None else f" from {start} on"
        raise NotFound(
            f"{word} has no limit for {_where(name)}{since}.", "vaultmeter limits list shows all."
        )
    typer.echo(f"Forgot {removed} of the limits of {word} for {_where(name)}.")


def _product(word: str) -> str:
    if word not in tuple(Product):
        raise Invalid(f"Unknown product {word!r}.", did_you_mean(word, Product))
    return word


def _clients(text: str) -> int | None:
    if text == _ANY:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) >= 1 << 31:
        raise Invalid(f"{text!r} is no number of clients.", "Write 500, or none for any number.")
    return int(text)


def _account(name: str | None) -> str:
    if name is None:
        return ORGANISATION
    bare = name.strip("/")
    if not bare or ORGANISATION in bare:
        raise Invalid(
            f"{name!r} is not one account.",
            "A limit covers the accounts below its own; leave --account out for all.",
        )
    return bare


def _month(text: str | None) -> date:
    if text is None:
        return ALWAYS
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = None
    if first is None or len(text) != len("2026-11"):
        raise Invalid(f"--from {text!r} is no month.", "Write 2026-11.")
    return first


def _remark_on(folder: App, account: str) -> None:
    """Tell when no event was in an account or below it so far: it may be mistyped."""
    names = [str(name) for (name,) in folder.store.query("select name from account")]
    is_there = any(name == account or name.startswith(f"{account}/") for name in names)
    if account != ORGANISATION and not is_there:
        say(f"There is no account {account!r} so far. {did_you_mean(account, names)}".strip())


def _object(limit: Limit) -> dict[str, str | int | None]:
    return {
        "product": limit.product,
        "account": limit.account,
        "from": None if limit.month == ALWAYS else f"{limit.month:%Y-%m}",
        "clients": limit.clients,
    }


def _text(limit: Limit) -> str:
    since = "" if limit.month == ALWAYS else f" from {limit.month:%Y-%m} on"
    many = "any number of" if limit.clients is None else f"{limit.clients:,}"
    return f"{limit.product}, {_where(limit.account)}: {many} clients a month{since}"


def _where(account: str) -> str:
    return "the whole organisation" if account == ORGANISATION else account
