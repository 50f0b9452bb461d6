"""`vaultmeter rebuild`: make the store again."""

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json

app = typer.Typer(add_completion=False)
_LONG = 6 * 3600.0
"""Seconds that it may take."""
_REBUILD = Question("POST /rebuild", "vaultmeter.rebuild:rebuild", _LONG)


@app.command()
def command(context: typer.Context, *, as_json: Json = False) -> None:
    """Make the analytics store again from what was received; reports come out the same.

    It happens by itself when the store is missing, damaged, or older than the connectors. A
    running server does it too, and answers no report meanwhile.
    Example: vaultmeter --data /var/lib/vaultmeter rebuild
    """
    told = asked(context, _REBUILD)
    if as_json:
        print_json(told)
        return
    typer.echo(
        f"Rebuilt {told['events']:,} events from {told['records']:,} records in"
        f" {told['seconds']:.1f} s."
    )
