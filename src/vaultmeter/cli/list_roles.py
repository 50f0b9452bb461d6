"""`vaultmeter list-roles`: every role."""

import typer

from vaultmeter.cli._asking import Question, reached
from vaultmeter.cli._options import Json, print_json
from vaultmeter.cli._role_options import role_in_words

app = typer.Typer(add_completion=False)
_LIST = Question("GET /roles", "vaultmeter.access.role_acts:list_roles")


@app.command()
def command(context: typer.Context, *, as_json: Json = False) -> None:
    """List the roles, what each gives and who has it.

    The roles admin (everything) and reader (all reports, nothing else) exist from the start.
    Example: vaultmeter list-roles --json | jq -r '.[].name'
    """
    with reached(context) as there:
        roles = there.rows(_LIST)
    if as_json:
        print_json(roles)
        return
    for line in (line for role in roles for line in role_in_words(role)):
        typer.echo(line)
