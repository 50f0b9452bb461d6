"""`vaultmeter retention`: for how long events are kept."""

from datetime import datetime
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.retention import months_named

app = typer.Typer(add_completion=False, no_args_is_help=True)
_LONG = 6 * 3600.0
"""Seconds that deleting may take."""
_SHOW = Question("GET /retention", "vaultmeter.retention:shown")
_SET = Question("PUT /retention", "vaultmeter.retention:set_months")
_APPLY = Question("POST /retention/apply", "vaultmeter.retention:applied", _LONG)


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
    told = asked(context, _SHOW)
    if as_json:
        print_json(told)
        return
    _print_due(told["products"])
    for run in told["runs"]:
        typer.echo(_sentence(run))


@app.command("set")
def set_command(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="sm, pm or sra.", metavar="PRODUCT")],
    months: Annotated[str, typer.Argument(help="A number, or forever.", metavar="MONTHS|forever")],
    *,
    as_json: Json = False,
) -> None:
    """Decide for how many months events of a product are kept; nothing is deleted until applied.

    Example: vaultmeter retention set sm 24
    """
    told = asked(context, _SET, product=product, months=months_named(months))
    if as_json:
        print_json(told)
        return
    how_long = "for ever" if told["months"] is None else f"for {told['months']} months"
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
    if dry_run:
        products = asked(context, _SHOW)["products"]
        print_json({"products": products}) if as_json else _print_due(products)
        return
    applied = asked(context, _APPLY)
    for note in applied.pop("notes"):
        say(note)
    if as_json:
        print_json(applied)
        return
    for run in applied["runs"]:
        typer.echo(_sentence(run))
    if not applied["lines"]:
        typer.echo("Nothing is older than was decided.")


def _print_due(products: list[dict[str, Any]]) -> None:
    typer.echo(
        f"{'product':8} {'months':>8} {'kept from':>10} {'oldest':>10} {'to delete':>12} {'MB':>8}"
    )
    for each in products:
        typer.echo(
            f"{each['product']:8} {each['months'] or 'forever':>8} {_day(each['kept_from']):>10}"
            f" {_day(each['oldest']):>10} {each['events']:>12,} {each['bytes'] / 1e6:>8,.1f}"
        )


def _sentence(run: dict[str, Any]) -> str:
    return (
        f"{_day(run['applied'])}: {run['events']:,} events of {run['product']} from before"
        f" {_day(run['before'])} were deleted; {run['freed_bytes'] / 1e6:,.1f} MB freed."
    )


def _day(instant: str | None) -> str:
    return f"{datetime.fromisoformat(instant):%Y-%m-%d}" if instant else "-"
