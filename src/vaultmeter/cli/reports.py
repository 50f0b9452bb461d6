"""`vaultmeter reports`: what can be asked."""

from typing import Any

import typer

from vaultmeter.cli._asking import Question, There, server_at
from vaultmeter.cli._chosen import chosen_in
from vaultmeter.cli._options import Json, print_json
from vaultmeter.reports.head import all_reports

app = typer.Typer(add_completion=False)
_LIST = Question("GET /reports", "vaultmeter.reports.head:all_reports")


@app.command()
def command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every report and the question it answers.

    Example: vaultmeter reports --json | jq '.[].name'
    """
    server = server_at(chosen_in(context))
    rows = (
        [report.plain() for report in all_reports()]
        if server is None
        else _in_order(There(server).rows(_LIST))
    )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['name']:14} {row['answers']}")


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A server's reports in the order of ours; what only a later version has comes last."""
    places = {report.name: place for place, report in enumerate(all_reports())}
    return sorted(rows, key=lambda row: places.get(row["name"], len(places)))
