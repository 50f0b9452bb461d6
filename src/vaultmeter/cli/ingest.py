"""`vaultmeter ingest`: take audit logs in."""

from contextlib import nullcontext
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from vaultmeter.cli._options import Json, opened, print_json, say
from vaultmeter.intake import Intake, ingest

app = typer.Typer(add_completion=False)


@app.command()
def command(
    context: typer.Context,
    connector: Annotated[str, typer.Argument(help="Which vault wrote it: openbao, events.")],
    paths: Annotated[
        list[str],
        typer.Argument(help="Files or patterns; plain, .gz or .zst; - is standard input."),
    ],
    source: Annotated[
        str | None, typer.Option(help="Name of the source; the connector's unless given.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Account of the source, such as acme.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in what is new in audit logs; reading a file again adds nothing.

    Examples: vaultmeter ingest openbao /var/log/openbao/audit.log* --account acme;
    zcat old.gz | vaultmeter ingest events - --source legacy
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
    )
    with opened(context) as folder, bar if console.is_terminal else nullcontext():
        task = bar.add_task("Reading")
        intake = ingest(
            folder,
            connector,
            paths,
            source,
            account,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    for path, size in intake.waiting.items():
        say(f"{path}: the last line has no newline yet; its {size} bytes wait for the rest.")
    print_json(intake.summary()) if as_json else _print(intake)


def _print(intake: Intake) -> None:
    outcome = intake.outcome
    speed = intake.bytes / 1e6 / intake.seconds if intake.seconds else 0
    typer.echo(
        f"{intake.source}: {outcome.lines:,} records, {outcome.stored:,} new events, "
        f"{outcome.duplicates:,} duplicates, {outcome.rejected:,} rejected "
        f"in {intake.seconds:.1f} s ({speed:.0f} MB/s)."
    )
    if outcome.rejected:
        say("Rejected lines are kept: vaultmeter rejects shows them with their reasons.")
    if outcome.conflicts:
        say(
            f"{outcome.conflicts:,} records contradict earlier ones of the same id; the first stay."
        )
    if outcome.expired:
        say(f"{outcome.expired:,} records are older than what is kept: vaultmeter retention show.")
    if outcome.unknown_kinds:
        say(f"{outcome.unknown_kinds:,} events are of unknown kinds and count as other.")
