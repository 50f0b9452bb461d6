"""`vaultmeter retention`: for how long events are kept."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from vaultmeter.cli._options import Json, opened, print_json, say
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.kinds import Product
from vaultmeter.model.retention import months_named
from vaultmeter.retention import Due, apply, due, past_runs
from vaultmeter.state.retention import Run, set_retention

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def command() -> None:
    """Show, set and apply for how long events are kept; 12 months unless set otherwise.

    Applying deletes older events and their records. Names and totals of months are kept.
    Examples: vaultmeter retention set pm forever; vaultmeter retention apply --dry-run
    """


@app.command("show")
def show_command(context: typer.Context, *, as_json: Json = False) -> None:
    """Show for each product how long events are kept, what applying deletes, and past runs.

    Example: vaultmeter retention show --json | jq '.products[].events'
    """
    with opened(context) as folder:
        products, runs = folder.recovering(lambda: due(folder)), past_runs(folder)
    if as_json:
        print_json({"products": _products(products), "runs": _runs(runs)})
        return
    _print_due(products)
    for run in runs:
        typer.echo(_sentence(run))


@app.command("set")
def set_command(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="sm, pm or sra.", metavar="PRODUCT")],
    months: Annotated[str, typer.Argument(help="A number, or forever.", metavar="MONTHS|forever")],
) -> None:
    """Decide for how many months events of a product are kept; nothing is deleted until applied.

    Example: vaultmeter retention set sm 24
    """
    if product not in set(Product):
        raise Invalid(f"There is no product {product!r}.", did_you_mean(product, Product))
    count = months_named(months)
    with opened(context) as folder, folder.state.changing() as connection:
        set_retention(connection, Product(product), count)
    how_long = "for ever" if count is None else f"for {count} months"
    say(f"Events of {product} are kept {how_long}.")


@app.command("apply")
def apply_command(
    context: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted.")] = False,
    as_json: Json = False,
) -> None:
    """Delete the events, and their records, that are older than was decided. There is no way back.

    Example: vaultmeter retention apply
    """
    with opened(context) as folder:
        if dry_run:
            products = folder.recovering(lambda: due(folder))
            print_json({"products": _products(products)}) if as_json else _print_due(products)
            return
        applied = folder.recovering(lambda: apply(folder, say))
    if as_json:
        print_json({"runs": _runs(applied.runs), "lines": applied.lines})
        return
    for run in applied.runs:
        typer.echo(_sentence(run))
    if not applied.lines:
        typer.echo("Nothing is older than was decided.")


def _print_due(products: list[Due]) -> None:
    typer.echo(
        f"{'product':8} {'months':>8} {'kept from':>10} {'oldest':>10} {'to delete':>12} {'MB':>8}"
    )
    for each in products:
        typer.echo(
            f"{each.product:8} {each.months or 'forever':>8} {_day(each.kept_from):>10}"
            f" {_day(each.oldest):>10} {each.events:>12,} {each.bytes / 1e6:>8,.1f}"
        )


def _sentence(run: Run) -> str:
    return (
        f"{_day(run.applied)}: {run.events:,} events of {run.product} from before"
        f" {_day(run.before)} were deleted; {run.freed_bytes / 1e6:,.1f} MB freed."
    )


def _products(products: list[Due]) -> list[dict[str, Any]]:
    return [_plain(asdict(each)) for each in products]


def _runs(runs: list[Run]) -> list[dict[str, Any]]:
    return [_plain(asdict(run)) for run in runs]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: cell.isoformat().replace("+00:00", "Z") if isinstance(cell, datetime) else cell
        for name, cell in row.items()
    }


def _day(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d}" if instant else "-"
