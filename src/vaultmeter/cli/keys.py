"""`vaultmeter keys`: keys of programs."""

from typing import Annotated

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say

app = typer.Typer(add_completion=False, no_args_is_help=True)
_LIST = Question("GET /keys", "vaultmeter.access.key_acts:list_keys")
_CREATE = Question("POST /keys", "vaultmeter.access.key_acts:make_key")
_DELETE = Question("DELETE /keys/{name}", "vaultmeter.access.key_acts:drop_key")


@app.callback()
def command() -> None:
    """Make keys for programs, list and delete them.

    A program signs in with access id and access key, or sends both as its bearer.
    Examples: vaultmeter keys create --name billing --role reader --json; vaultmeter keys list
    """


@app.command("create")
def create_command(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", "-n", help="Its name.", show_default=False)],
    role: Annotated[
        list[str] | None,
        typer.Option(help="A role that it has; more than once for several.", show_default=False),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(help="Last day (UTC), or an instant; never unless given.", show_default=False),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a key, and print it: it is told this once.

    Example: vaultmeter keys create --name billing --role reader --expires 2027-06-30 --json
    """
    made = asked(context, _CREATE, name=name, roles=role or [], expires=expires)
    if as_json:
        print_json(made)
        return
    typer.echo(f"Auth Method {name} was successfully created")
    typer.echo(f"- Access ID: {made['access_id']}")
    typer.echo(f"- Access Key: {made['access_key']}")
    say("Keep the access key now: it is told to nobody again.")


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List the keys with their roles, when they expire and when they were last used.

    Example: vaultmeter keys list --json | jq '.[] | select(.last_used == null)'
    """
    with reached(context) as there:
        keys = there.rows(_LIST)
    if as_json:
        print_json(keys)
        return
    for key in keys:
        typer.echo(
            f"{key['name']}  {key['access_id']}  roles: {', '.join(key['roles']) or 'none'}  "
            f"expires: {key['expires'] or 'never'}  last used: {key['last_used'] or 'never'}"
        )
    if not keys:
        typer.echo("There is no key: vaultmeter keys create --name NAME --role ROLE makes one.")


@app.command("delete")
def delete_command(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", "-n", help="Its name.", show_default=False)],
    *,
    as_json: Json = False,
) -> None:
    """Delete a key, and sign out who signed in with it.

    Example: vaultmeter keys delete --name billing
    """
    gone = asked(context, _DELETE, name=name)
    if as_json:
        print_json(gone)
    else:
        typer.echo(f"Auth Method {name} was successfully deleted")
