"""`vaultmeter ledger`: whether the books balance."""

from dataclasses import asdict

import typer

from vaultmeter.books import balance
from vaultmeter.cli._options import Json, opened, print_json

app = typer.Typer(add_completion=False)
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
    with opened(context) as folder:
        days = folder.recovering(lambda: balance(folder))
    balanced = all(day.balanced for day in days)
    if as_json:
        rows = [asdict(day) | {"balanced": day.balanced} for day in days]
        print_json({"balanced": balanced, "days": rows})
    else:
        typer.echo(f"{'source':20} {'day':10} " + " ".join(f"{name:>12}" for name in _COLUMNS))
        for day in days:
            lines = " ".join(f"{getattr(day, name):>12,}" for name in _COLUMNS)
            typer.echo(
                f"{day.source:20} {day.day:10} {lines}{'' if day.balanced else '  UNBALANCED'}"
            )
        typer.echo("The books balance." if balanced else "The books do NOT balance.")
    if not balanced:
        raise typer.Exit(1)
