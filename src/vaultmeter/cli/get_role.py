"""`vaultmeter get-role`: what a role gives, and who has it."""

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json
from vaultmeter.cli._role_options import Name, role_in_words

app = typer.Typer(add_completion=False)
_GET = Question("GET /roles/{role}", "vaultmeter.access.role_acts:get_role")


@app.command()
def command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Show what a role gives, and which users, groups and keys have it.

    Example: vaultmeter get-role --name reader --json | jq .usage_reports_access
    """
    role = asked(context, _GET, role=name)
    if as_json:
        print_json(role)
        return
    for line in role_in_words(role):
        typer.echo(line)
