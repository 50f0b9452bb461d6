"""`vaultmeter ledger`: whether the books balance."""

from typing import Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json

app = typer.Typer(add_completion=False)
_LEDGER = Question("GET /ledger", "vaultmeter.books:ledger")
_COLUMNS = (
    "received",
    "stored",
    "duplicates",
    "conflicts",
    "rejected",
    "filtered",
    "expired",
    "pending",
)


@app.command()
def command(context: typer.Context, *, as_json: Json = False) -> None:
    """Show, by source and day of receipt, that every line received is accounted for.

    Ends with exit code 1 when it does not balance. Example: vaultmeter ledger --json
    """
    ledger = asked(context, _LEDGER)
    print_json(ledger) if as_json else _print(ledger)
    if not ledger["balanced"]:
        raise typer.Exit(1)


def _print(ledger: dict[str, Any]) -> None:
    typer.echo(f"{'source':20} {'day':10} " + " ".join(f"{name:>12}" for name in _COLUMNS))
    for day in ledger["days"]:
        lines = " ".join(f"{day[name]:>12,}" for name in _COLUMNS)
        mark = "" if day["balanced"] else "  UNBALANCED"
        typer.echo(f"{day['source']:20} {day['day']:10} {lines}{mark}")
    typer.echo("The books balance." if ledger["balanced"] else "The books do NOT balance.")
