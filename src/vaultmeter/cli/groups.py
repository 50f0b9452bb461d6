"""`vaultmeter groups`: users who are given roles together."""

from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of a group.", metavar="GROUP", show_default=False)]
User = Annotated[str, typer.Argument(help="Name of a user.", metavar="USER", show_default=False)]
_LIST = Question("GET /groups", "vaultmeter.access.groups:list_groups")
_CREATE = Question("POST /groups", "vaultmeter.access.groups:make_group")
_DELETE = Question("DELETE /groups/{name}", "vaultmeter.access.groups:drop_group")
_ADD = Question("POST /groups/{name}/members", "vaultmeter.access.groups:add_to_group")
_REMOVE = Question("DELETE /groups/{name}/members", "vaultmeter.access.groups:take_from_group")


@app.callback()
def command() -> None:
    """Put users into groups: what a group may do, each of its members may.

    A group has a role when the role is given to it, as to a user.
    Examples: vaultmeter groups create auditors; vaultmeter groups add auditors ada
    """


@app.command("create")
def create_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Make a group, without members and roles.

    Example: vaultmeter groups create auditors
    """
    told = asked(context, _CREATE, name=name)
    print_json(told) if as_json else typer.echo(_text(told))


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every group, with its roles and members.

    Example: vaultmeter groups list --json | jq '.[] | .members'
    """
    with reached(context) as there:
        held = there.rows(_LIST)
    if as_json:
        print_json(held)
        return
    for group in held:
        typer.echo(_text(group))
    if not held:
        typer.echo("There is no group: vaultmeter groups create GROUP makes one.")


@app.command("delete")
def delete_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Delete a group; its members lose its roles.

    Example: vaultmeter groups delete auditors
    """
    told = asked(context, _DELETE, name=name)
    print_json(told) if as_json else typer.echo(f"The group {name} is deleted.")


@app.command("add")
def add_command(context: typer.Context, name: Name, user: User, *, as_json: Json = False) -> None:
    """Put a user into a group.

    Example: vaultmeter groups add auditors ada
    """
    told = asked(context, _ADD, name=name, user=user)
    print_json(told) if as_json else typer.echo(_text(told))


@app.command("remove")
def remove_command(
    context: typer.Context, name: Name, user: User, *, as_json: Json = False
) -> None:
    """Take a user out of a group.

    Example: vaultmeter groups remove auditors ada
    """
    told = asked(context, _REMOVE, name=name, user=user)
    print_json(told) if as_json else typer.echo(_text(told))


def _text(group: dict[str, Any]) -> str:
    roles = ", ".join(group["roles"]) or "no role"
    return f"{group['name']}: {roles}; {', '.join(group['members']) or 'nobody'}"
