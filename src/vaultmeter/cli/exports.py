"""`vaultmeter exports`: the files that are kept."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._files import SHOW, download
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False, no_args_is_help=True)
Number = Annotated[
    int, typer.Argument(help="Its number, as list has it.", metavar="ID", min=1, show_default=False)
]
_LIST = Question("GET /exports", "vaultmeter.exporting.keeping:all_listed")
_REMOVE = Question("DELETE /exports/{number}", "vaultmeter.exporting.keeping:remove")


@app.callback()
def command() -> None:
    """List, download and remove the files that export and schedules have made.

    Examples: vaultmeter exports list; vaultmeter exports download 12 --output users.xlsx
    """


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List the files that are kept, the newest first.

    Example: vaultmeter exports list --json | jq '.[] | select(.state == "failed")'
    """
    with reached(context) as there:
        known = there.rows(_LIST)
    if as_json:
        print_json(known)
        return
    for each in known:
        typer.echo(_text(each))
    if not known:
        typer.echo("No file is kept: vaultmeter export --report users makes one.")


@app.command("show")
def show_command(context: typer.Context, number: Number, *, as_json: Json = False) -> None:
    """Tell how far a file is, what it is of, and its SHA-256.

    Example: vaultmeter exports show 12
    """
    told = asked(context, SHOW, number=number)
    if as_json:
        print_json(told)
        return
    typer.echo(_text(told))
    for name in ("sha256", "kept_until", "error"):
        if told[name]:
            typer.echo(f"{name.replace('_', ' ')}: {told[name]}")


@app.command("download")
def download_command(
    context: typer.Context,
    number: Number,
    output: Annotated[
        Path | None,
        typer.Option(help="Where to; under its own name here unless given.", show_default=False),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Bring a file here, with its manifest beside it.

    Example: vaultmeter exports download 12 --output users.xlsx
    """
    with reached(context) as there:
        told = there.ask(SHOW, number=number)
        if told["state"] != "made":
            raise Invalid(f"File {number} is {told['state']}.", told["error"])
        download(there, told, output)
    if as_json:
        print_json(told)


@app.command("cancel")
def cancel_command(context: typer.Context, number: Number, *, as_json: Json = False) -> None:
    """End the making of a file.

    Example: vaultmeter exports cancel 12
    """
    with reached(context) as there:
        told = there.ask(SHOW, number=number)
        if told["state"] not in {"waiting", "making"}:
            raise Invalid(f"File {number} is {told['state']} already.", "remove deletes it.")
        done = there.ask(_REMOVE, number=number)
    print_json(done) if as_json else say(f"The making of file {number} ends.")


@app.command("remove")
def remove_command(context: typer.Context, number: Number, *, as_json: Json = False) -> None:
    """Delete a file, or end its making.

    Example: vaultmeter exports remove 12
    """
    done = asked(context, _REMOVE, number=number)
    print_json(done) if as_json else say(f"File {number} is removed.")


def _text(told: dict[str, Any]) -> str:
    size = f", {told['bytes']:,} bytes" if told["bytes"] else ""
    when = told["made"] or told["asked"]
    name = told["name"] if told["state"] == "made" else told["title"]
    return (
        f"{told['id']}  {told['state']}  {name}  ({told['format']}, {told['rows']:,} rows{size})  "
        f"{when}  by {told['made_by']}"
    )
