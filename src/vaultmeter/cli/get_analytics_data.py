"""`vaultmeter get-analytics-data`: the analytics document, as the Akeyless command prints it."""

import json
import sys
from typing import Annotated

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import From, Range, To, Zone, print_json
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import Filters

app = typer.Typer(add_completion=False)
_ANALYTICS = Question("GET /analytics", "vaultmeter.api.answers:analytics")


@app.command()
def command(
    context: typer.Context,
    *,
    as_json: Annotated[  # noqa: ARG001  the document is JSON either way, as the original's is
        bool,
        typer.Option("--json/--no-json", help="Accepted for compatibility; it is JSON anyway."),
    ] = False,
    jq_expression: Annotated[
        str | None, typer.Option(help="Print what this jq expression makes of it.")
    ] = None,
    range_: Range = "last-30-days",
    start: From = None,
    end: To = None,
    zone: Zone = "UTC",
    account: Annotated[
        list[str] | None,
        typer.Option(help="Only of this account, or group such as @eu.", show_default=False),
    ] = None,
) -> None:
    """Print clients by authentication method and items by type, for each product, as JSON.

    Of the whole organisation, or of accounts and groups of them.

    Examples: vaultmeter get-analytics-data --json | jq '.usage_reports.sm.secrets_by_types';
    vaultmeter get-analytics-data --account 'acme/*'
    """
    Filters.of({"account": account or ()})
    fields = {"range_": range_, "from_": start, "to": end, "tz": zone, "account": account}
    document = asked(context, _ANALYTICS, **fields)
    if jq_expression is None:
        print_json(document)
    else:
        _print_jq(document, jq_expression)


def _print_jq(document: dict[str, object], expression: str) -> None:
    import jq  # noqa: PLC0415  only this option needs it

    try:
        results = jq.compile(expression).input_value(document).all()
    except ValueError as error:
        raise Invalid(
            f"The jq expression failed: {error}.", "Try it with the jq program."
        ) from error
    for result in results:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
