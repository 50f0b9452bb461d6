"""`vaultmeter rejects`: the lines that are in no number, and why."""

import sys
from base64 import b64decode
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json

app = typer.Typer(add_completion=False)
Source = Annotated[str | None, typer.Option(help="Only of one source.", show_default=False)]
Reason = Annotated[str | None, typer.Option(help="Only for one reason.", show_default=False)]
_SHOWN = 100
_LONG = 6 * 3600.0
"""Seconds that trying again may take."""
_LIST = Question("GET /rejects", "vaultmeter.quarantine:listed", page=1000)
_REPLAY = Question("POST /rejects/replay", "vaultmeter.quarantine:replayed", _LONG)


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
    with reached(context) as there:
        found = there.rows(_LIST, source=source, reason=reason)
    if raw:
        for reject in found:
            sys.stdout.buffer.write(_body(reject) + b"\n")
    elif as_json:
        print_json(found)
    else:
        _print(found)


@app.command("replay")
def replay_command(
    context: typer.Context, source: Source = None, reason: Reason = None, *, as_json: Json = False
) -> None:
    """Try rejected lines again, with the present connectors and limits.

    Example: VAULTMETER_MAX_LINE_BYTES=8388608 vaultmeter rejects replay --reason too_large
    """
    told = asked(context, _REPLAY, source=source, reason=reason)
    if as_json:
        print_json(told)
    else:
        typer.echo(
            f"{told['records']:,} lines tried again: {told['events']:,} new events, "
            f"{told['duplicates']:,} duplicates, {told['rejected']:,} still rejected."
        )


def _body(reject: dict[str, Any]) -> bytes:
    """The line as it was received, byte for byte."""
    return b64decode(reject["body_base64"])


def _print(found: list[dict[str, Any]]) -> None:
    for reject in found[:_SHOWN]:
        why = reject["reason"]
        why = f"{why} ({reject['expected']})" if reject["expected"] else why
        text = ascii(_body(reject)[:120])[2:-1]
        typer.echo(f"{reject['source']}  {reject['file']}:{reject['line']}  {why}\n    {text}")
    if len(found) > _SHOWN:
        typer.echo(f"First {_SHOWN} of {len(found):,}; --json or --raw shows all.")
    if not found:
        typer.echo("No line was rejected.")
