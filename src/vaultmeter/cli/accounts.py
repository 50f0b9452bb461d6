"""`vaultmeter accounts`: the accounts of the organisation, and groups of them."""

import re
from typing import Annotated, Any

import typer

from vaultmeter.app import App
from vaultmeter.cli._options import Json, opened, print_json, say
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.filters import GROUP, Filters, covering
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.breakdown import account_names
from vaultmeter.reports.run import Ask
from vaultmeter.state.groups import remove_group, set_group

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name of the group.")]
_NAME = re.compile(r"[\w.-]+")


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
    with opened(context) as folder:
        held = folder.recovering(lambda: _held(folder))
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
    name = _group_name(name)
    for account in accounts:
        if not account.strip("/") or account.startswith(GROUP):
            raise Invalid(f"A group holds accounts, and {account!r} is none.", "Name an account.")
    members = sorted({account.strip("/") for account in accounts})
    with opened(context) as folder:
        with folder.state.changing() as connection:
            set_group(connection, name, members)
        known = _account_names(folder)
        matched = {member: _account_names(folder, member) for member in members}
    for member, found in matched.items():
        if not found:
            say(f"No account matches {member!r} so far. {did_you_mean(member, known)}".strip())
    covered = sorted({account for found in matched.values() for account in found})
    if as_json:
        print_json({"name": name, "members": members, "accounts": covered})
    else:
        typer.echo(f"{GROUP}{name} covers {', '.join(covered) or 'no account so far'}.")


@app.command("ungroup")
def ungroup_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Forget a group; its accounts and their data stay.

    Example: vaultmeter accounts ungroup eu
    """
    name = name.removeprefix(GROUP)
    with opened(context) as folder:
        known = folder.terms().groups
        if name not in known:
            raise NotFound(f"There is no group {name!r}.", did_you_mean(name, known))
        with folder.state.changing() as connection:
            remove_group(connection, name)
    if as_json:
        print_json({"name": name, "members": list(known[name])})
    else:
        typer.echo(f"{GROUP}{name} is no group any more; it had {', '.join(known[name])}.")


def _group_name(name: str) -> str:
    """The name of a group without its mark; raises `Invalid` for one that cannot be typed."""
    bare = name.removeprefix(GROUP)
    if not _NAME.fullmatch(bare):
        raise Invalid(
            f"A group cannot be called {name!r}.", "Use letters, digits, points, - and _."
        )
    return bare


def _held(folder: App) -> dict[str, list[dict[str, Any]]]:
    """The accounts with their groups, and the groups with their members and accounts."""
    groups = [
        {
            "name": name,
            "members": list(members),
            "accounts": _account_names(folder, *members),
        }
        for name, members in folder.terms().groups.items()
    ]
    accounts = [
        {"name": name, "groups": [group["name"] for group in groups if name in group["accounts"]]}
        for name in _account_names(folder)
    ]
    return {"accounts": accounts, "groups": groups}


def _account_names(folder: App, *members: str) -> list[str]:
    """The accounts that members of a group cover; all without members."""
    words = [pattern for member in members for pattern in covering(member)]
    now = folder.clock()
    asked = Ask(
        Viewer.operator(), Period(now, now, zone_named("UTC")), Filters.of({"account": words})
    )
    return account_names(folder.store, asked)


def _print(held: dict[str, list[dict[str, Any]]]) -> None:
    width = max((len(account["name"]) for account in held["accounts"]), default=0)
    for account in held["accounts"]:
        groups = " ".join(f"{GROUP}{name}" for name in account["groups"])
        typer.echo(f"{account['name']:{width}}  {groups}".rstrip())
    if not held["accounts"]:
        typer.echo("No account so far: vaultmeter ingest makes them.")
    for group in held["groups"]:
        typer.echo(f"{GROUP}{group['name']} = {' '.join(group['members'])}")
