"""`vaultmeter assoc-role-am`: give a role."""

from typing import Annotated

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False)
_GIVE = Question("POST /roles/{role}/members", "vaultmeter.access.role_acts:give_role")


@app.command()
def command(
    context: typer.Context,
    role: Annotated[str, typer.Option("--role-name", "-r", help="The role.", show_default=False)],
    key: Annotated[
        str | None, typer.Option("--am-name", "-a", help="A key.", show_default=False)
    ] = None,
    user: Annotated[str | None, typer.Option(help="Or a user.", show_default=False)] = None,
    group: Annotated[str | None, typer.Option(help="Or a group.", show_default=False)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Give a role to a key, a user or a group.

    Examples: vaultmeter assoc-role-am --role-name finance --am-name billing;
    vaultmeter assoc-role-am --role-name finance --user ada
    """
    named = {"key": key, "user": user, "group": group}
    given = [(kind, name) for kind, name in named.items() if name is not None]
    if len(given) != 1:
        raise Invalid("It is not said who gets the role.", "Give one --am-name, --user or --group.")
    kind, name = given[0]
    made = asked(context, _GIVE, role=role, kind=kind, name=name)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"Role {role} was successfully associated with {kind} {name}")
        typer.echo(f"Association ID: {made['id']}")
