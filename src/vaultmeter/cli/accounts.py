"""`vaultmeter accounts`: the accounts of the organisation, and groups of them."""

from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.filters import GROUP

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name of the group.")]
_LIST = Question("GET /accounts", "vaultmeter.accounts:listed")
_GROUPS = Question("GET /account-groups", "vaultmeter.accounts:groups_listed")
_GROUP = Question("PUT /account-groups/{name}", "vaultmeter.accounts:group_set")
_UNGROUP = Question("DELETE /account-groups/{name}", "vaultmeter.accounts:group_removed")


@app.callback()
def command() -> None:
    """List the accounts of the organisation, and group them.

    A group stands wherever accounts are filtered, as @ and its name, and covers the accounts
    below its own.
    Examples: vaultmeter accounts group eu acme/europe 'globex/eu-*'; vaultmeter report overview
    --account @eu; vaultmeter report clients --by group
    """


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every account with the groups it is in, and every group with its accounts.

    Example: vaultmeter accounts list --json | jq -r '.accounts[].name'
    """
    with reached(context) as there:
        held = {"accounts": there.rows(_LIST), "groups": there.rows(_GROUPS)}
    print_json(held) if as_json else _print(held)


@app.command("group")
def group_command(
    context: typer.Context,
    name: Name,
    accounts: Annotated[
        list[str], typer.Argument(help="Its accounts; * stands for any text.", metavar="ACCOUNT...")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Make a group of accounts, in place of what it was.

    Example: vaultmeter accounts group eu acme/europe globex
    """
    told = asked(context, _GROUP, name=name, members=accounts)
    for note in told.pop("notes"):
        say(note)
    if as_json:
        print_json(told)
    else:
        covered = ", ".join(told["accounts"]) or "no account so far"
        typer.echo(f"{GROUP}{told['name']} covers {covered}.")


@app.command("ungroup")
def ungroup_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Forget a group; its accounts and their data stay.

    Example: vaultmeter accounts ungroup eu
    """
    told = asked(context, _UNGROUP, name=name)
    if as_json:
        print_json(told)
    else:
        had = ", ".join(told["members"])
        typer.echo(f"{GROUP}{told['name']} is no group any more; it had {had}.")


def _print(held: dict[str, list[dict[str, Any]]]) -> None:
    width = max((len(account["name"]) for account in held["accounts"]), default=0)
    for account in held["accounts"]:
        groups = " ".join(f"{GROUP}{name}" for name in account["groups"])
        typer.echo(f"{account['name']:{width}}  {groups}".rstrip())
    if not held["accounts"]:
        typer.echo("No account so far: vaultmeter ingest makes them.")
    for group in held["groups"]:
        typer.echo(f"{GROUP}{group['name']} = {' '.join(group['members'])}")
