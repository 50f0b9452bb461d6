"""`vaultmeter get-analytics-data`: the analytics document, as the Akeyless command prints it."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from vaultmeter.api.asked import AnalyticsAsked, When, analytics_answer
from vaultmeter.app import App
from vaultmeter.cli._options import (
    From,
    Range,
    To,
    Zone,
    filters_asked,
    print_json,
    say,
    settings_of,
)
from vaultmeter.cli._remote import running_server
from vaultmeter.model.errors import Invalid
from vaultmeter.settings import Settings

app = typer.Typer(add_completion=False)


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
    filters_asked(account=account)
    asked = AnalyticsAsked(When(range_, start, end, zone), {"account": account} if account else {})
    document = _answered(settings_of(context), asked)
    if jq_expression is None:
        print_json(document)
    else:
        _print_jq(document, jq_expression)


def _answered(settings: Settings, asked: AnalyticsAsked) -> dict[str, Any]:
    """The document, of a running server or of the folder."""
    if server := running_server(settings):
        with server:
            told: dict[str, Any] = server.ask("POST", "analytics", given=asdict(asked))
        return told
    with App(settings, say=say) as folder:
        return folder.recovering(lambda: analytics_answer(folder, asked))


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
