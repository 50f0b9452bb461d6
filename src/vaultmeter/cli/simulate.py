"""`vaultmeter simulate`: an invented organisation with a realistic year."""

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from vaultmeter.cli._options import Json, opened, print_json
from vaultmeter.demo.scale import Scale
from vaultmeter.demo.simulate import simulate
from vaultmeter.intake import take_stream
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False)


@app.command()
def command(
    context: typer.Context,
    events: Annotated[int, typer.Option(help="How many events.")] = 200_000,
    identities: Annotated[int, typer.Option(help="How many people, machines and agents.")] = 300,
    items: Annotated[int, typer.Option(help="How many secrets, keys and passwords.")] = 1500,
    months: Annotated[int, typer.Option(help="How many months of history.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed makes the same organisation.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(help="Where the history ends; today unless given.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Fill a data folder with an invented organisation, through the same way as real logs.

    Example: vaultmeter simulate --data demo --events 1000000 --identities 2000 --items 20000
    --months 12 --seed 7
    """
    with opened(context) as folder:
        end = until or datetime.combine(folder.clock().date(), time())
        try:
            scale = Scale(events, identities, items, months, seed, end.replace(tzinfo=UTC))
        except ValueError as error:
            raise Invalid(str(error)) from error
        intake = take_stream(folder, "events", "simulated", "acme", simulate(scale))
    if as_json:
        print_json(intake.summary())
    else:
        typer.echo(f"{intake.outcome.stored:,} events in {intake.seconds:.1f} s.")
