"""`vaultmeter reports`: what can be asked."""

from dataclasses import asdict

import typer

from vaultmeter.cli._options import Json, print_json
from vaultmeter.reports.head import all_reports

app = typer.Typer(add_completion=False)


@app.command()
def command(*, as_json: Json = False) -> None:
    """List every report and the question it answers.

    Example: vaultmeter reports --json | jq '.[].name'
    """
    if as_json:
        print_json(
            [
                {
                    "name": report.name,
                    "title": report.title,
                    "answers": report.answers,
                    "parameters": list(report.parameters),
                    "needs": list(report.needs),
                    "columns": [asdict(column) for column in report.columns],
                }
                for report in all_reports()
            ]
        )
        return
    for report in all_reports():
        typer.echo(f"{report.name:14} {report.answers}")
