"""`vaultmeter rebuild`: make the store again."""

from time import perf_counter

import typer

from vaultmeter.cli._options import Json, opened, print_json

app = typer.Typer(add_completion=False)


@app.command()
def command(context: typer.Context, *, as_json: Json = False) -> None:
    """Make the analytics store again from what was received; reports come out the same.

    It happens by itself when the store is missing, damaged, or older than the connectors.
    Example: vaultmeter --data /var/lib/vaultmeter rebuild
    """
    started = perf_counter()
    with opened(context) as folder:
        outcome = folder.rebuild()
    seconds = round(perf_counter() - started, 3)
    if as_json:
        print_json(
            {
                "records": outcome.lines,
                "events": outcome.stored,
                "duplicates": outcome.duplicates,
                "conflicts": outcome.conflicts,
                "rejected": outcome.rejected,
                "seconds": seconds,
            }
        )
    else:
        typer.echo(
            f"Rebuilt {outcome.stored:,} events from {outcome.lines:,} records in {seconds:.1f} s."
        )
