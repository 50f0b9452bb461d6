"""What may stand before or after every command: the folder, the settings, and the server."""

from dataclasses import dataclass
from pathlib import Path

import typer


@dataclass(frozen=True)
class Chosen:
    """The folder of the data and the file of settings, or the server and the key for it."""

    data: Path | None = None
    config: Path | None = None
    url: str | None = None
    key: str | None = None
    profile: str | None = None


def chosen_in(context: typer.Context) -> Chosen:
    """What was chosen for this call."""
    chosen: Chosen = context.find_root().obj
    return chosen
