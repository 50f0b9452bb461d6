"""`vaultmeter rejects`: the lines that are in no number, and why."""

import sys
from base64 import b64decode, b64encode
from typing import Annotated

import typer

from vaultmeter.app import App
from vaultmeter.cli._options import Json, opened, print_json, say, settings_of
from vaultmeter.cli._remote import running_server
from vaultmeter.quarantine import Reject, rejects, replay
from vaultmeter.settings import Settings

app = typer.Typer(add_completion=False)
Source = Annotated[str | None, typer.Option(help="Only of one source.", show_default=False)]
Reason = Annotated[str | None, typer.Option(help="Only for one reason.", show_default=False)]
_SHOWN = 100


@app.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    source: Source = None,
    reason: Reason = None,
    raw: Annotated[bool, typer.Option("--raw", help="Print the lines as received.")] = False,
    as_json: Json = False,
) -> None:
    """Show rejected lines with file, line and reason; `rejects replay` tries them again.

    Examples: vaultmeter rejects --json; vaultmeter rejects --reason not_json --raw
    """
    if context.invoked_subcommand:
        return
    found = _found(settings_of(context), source, reason)
    if raw:
        for reject in found:
            sys.stdout.buffer.write(reject.body + b"\n")
    elif as_json:
        print_json([_object(reject) for reject in found])
    else:
        _print(found)


@app.command("replay")
def replay_command(
    context: typer.Context, source: Source = None, reason: Reason = None, *, as_json: Json = False
) -> None:
    """Try rejected lines again, with the present connectors and limits.

    Example: VAULTMETER_MAX_LINE_BYTES=8388608 vaultmeter rejects replay --reason too_large
    """
    with opened(context) as folder:
        outcome = folder.recovering(lambda: replay(folder, source, reason))
    if as_json:
        print_json(
            {
                "records": outcome.lines,
                "events": outcome.stored,
                "duplicates": outcome.duplicates,
                "rejected": outcome.rejected,
            }
        )
    else:
        typer.echo(
            f"{outcome.lines:,} lines tried again: {outcome.stored:,} new events, "
            f"{outcome.duplicates:,} duplicates, {outcome.rejected:,} still rejected."
        )


def _found(settings: Settings, source: str | None, reason: str | None) -> list[Reject]:
    """The rejected lines, of a running server or of the folder."""
    if server := running_server(settings):
        with server:
            told = server.ask("GET", "rejects", narrowed={"source": source, "reason": reason})
        return [Reject(**{**each, "body": b64decode(each["body"])}) for each in told]
    with App(settings, say=say) as folder:
        return folder.recovering(lambda: list(rejects(folder, source, reason)))


def _object(reject: Reject) -> dict[str, str | int | None]:
    return {
        "source": reject.source,
        "file": reject.file,
        "line": reject.line,
        "reason": reject.reason,
        "expected": reject.expected,
        "body": reject.body.decode("utf-8", "replace"),
        "body_base64": b64encode(reject.body).decode(),
    }


def _print(found: list[Reject]) -> None:
    for reject in found[:_SHOWN]:
        why = f"{reject.reason} ({reject.expected})" if reject.expected else reject.reason
        text = ascii(reject.body[:120])[2:-1]
        typer.echo(f"{reject.source}  {reject.file}:{reject.line}  {why}\n    {text}")
    if len(found) > _SHOWN:
        typer.echo(f"First {_SHOWN} of {len(found):,}; --json or --raw shows all.")
    if not found:
        typer.echo("No line was rejected.")
