"""`vaultmeter restore`: a data folder made of a backup."""

from pathlib import Path
from typing import Annotated

import typer

from vaultmeter.access.secret_key import key_path
from vaultmeter.backup import restore
from vaultmeter.cli._options import Json, print_json, say, settings_of

app = typer.Typer(add_completion=False)


@app.command()
def command(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="The folder that backup has made.", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Make the data folder of a backup; reports are then what they were.

    Every file is checked first, and the data folder must be new or empty. The analytics store is
    made again by the next command, or by the server when it starts.
    Example: vaultmeter restore /backup/vaultmeter-2026-11-22 --data /var/lib/vaultmeter
    """
    settings = settings_of(context)
    data = settings.data
    manifest = restore(folder, data)
    if as_json:
        print_json({"folder": str(data), "bytes": manifest.bytes, **manifest.document()})
    else:
        typer.echo(
            f"Restored {len(manifest.files):,} files, up to batch {manifest.last_batch:,}, of"
            f" {manifest.made:%Y-%m-%d %H:%M:%S} UTC to {data}."
        )
    key = key_path(data, settings.secret_key, settings.secret_key_file)
    if key is not None and not key.exists():
        say(f"The secret key was not in it: bring yours back to {key} before a server starts.")
