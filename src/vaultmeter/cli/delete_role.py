"""`vaultmeter delete-role`: delete a role."""

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json
from vaultmeter.cli._role_options import Name

app = typer.Typer(add_completion=False)
_DELETE = Question("DELETE /roles/{role}", "vaultmeter.access.role_acts:drop_role")


@app.command()
def command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Delete a role, and take it from whoever has it.

    Example: vaultmeter delete-role --name finance
    """
    gone = asked(context, _DELETE, role=name)
    if as_json:
        print_json(gone)
    else:
        typer.echo(f"Role {name} was successfully deleted")
