"""`vaultmeter backup`: a copy from which everything can be made again."""

from pathlib import Path
from typing import Annotated

import typer

from vaultmeter.access.secret_key import key_path
from vaultmeter.backup import back_up
from vaultmeter.cli._options import Json, print_json, say, settings_of
from vaultmeter.clock import system_clock

app = typer.Typer(add_completion=False)


@app.command()
def command(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="A new folder, better on another disk.", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Copy everything that was accepted and decided, while a server runs or not.

    The folder appears whole or not at all. The analytics store is left out: it is made again.
    So is the secret key, which is kept apart from what it seals.
    Example: vaultmeter --data /var/lib/vaultmeter backup /backup/vaultmeter-2026-11-22
    """
    settings = settings_of(context)
    manifest = back_up(settings.data, folder, system_clock)
    if as_json:
        print_json({"folder": str(folder), "bytes": manifest.bytes, **manifest.document()})
    else:
        typer.echo(
            f"Copied {len(manifest.files):,} files, {manifest.bytes / 1e6:,.1f} MB,"
            f" up to batch {manifest.last_batch:,}, to {folder}."
        )
    key = key_path(settings.data, settings.secret_key, settings.secret_key_file)
    if key is not None and key.exists():
        say(f"The secret key is not in it: keep a copy of {key} too, somewhere else.")
