"""`vaultmeter delete-assoc`: take a role."""

from typing import Annotated

import typer

from vaultmeter.cli._asking import Question, reached
from vaultmeter.cli._options import Json, print_json
from vaultmeter.model.errors import NotFound

app = typer.Typer(add_completion=False)
_LIST = Question("GET /roles", "vaultmeter.access.role_acts:list_roles")
_TAKE = Question("DELETE /roles/{role}/members", "vaultmeter.access.role_acts:take_role")


@app.command()
def command(
    context: typer.Context,
    association: Annotated[
        str,
        typer.Option(
            "--assoc-id", help="What assoc-role-am printed; get-role, too.", show_default=False
        ),
    ],
    *,
    as_json: Json = False,
) -> None:
    """Take a role from whoever it was given to.

    Example: vaultmeter delete-assoc --assoc-id ass-0123456789abcdef
    """
    with reached(context) as there:
        found = [
            (role["name"], each)
            for role in there.rows(_LIST)
            for each in role["members"]
            if each["id"] == association
        ]
        if not found:
            raise NotFound(
                f"There is no association {association!r}.", "vaultmeter list-roles shows all."
            )
        ((role, member),) = found
        gone = there.ask(_TAKE, role=role, kind=member["kind"], name=member["name"])
    if as_json:
        print_json(gone)
    else:
        typer.echo(f"Role {role} was taken from {gone['kind']} {gone['name']}")
