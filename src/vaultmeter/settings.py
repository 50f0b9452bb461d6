"""Settings of the whole program: name, type, default and help, read from the environment.

Each is an environment variable `VAULTMETER_NAME`; the folder of the data also the option `--data`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from platformdirs import user_data_path

from vaultmeter.model.errors import Invalid


def _setting(default: Any, read: Callable[[str], Any], least: float | None = None) -> Any:  # noqa: ANN401  fields are of any type
    return field(default=default, metadata={"read": read, "least": least})


@dataclass(frozen=True)
class Settings:
    """What can be set, with defaults that work."""

    data: Path = field(
        default_factory=lambda: user_data_path("vaultmeter"), metadata={"read": Path, "least": None}
    )
    """The folder that holds inbox, archive and store."""
    chunk_bytes: int = _setting(128 << 20, int, least=1024)
    """How much of a file is taken in at once, in bytes; memory use grows with it."""
    max_line_bytes: int = _setting(1 << 20, int, least=64)
    """A longer line is rejected."""
    max_depth: int = _setting(64, int, least=1)
    """A line nested deeper is rejected."""
    segment_bytes: int = _setting(1 << 20, int, least=1)
    """A batch that compresses to less waits in the inbox until a segment of 8 of these is full."""
    memory_limit: str = _setting("1GB", str)
    """Memory of the store's engine; what is beyond it goes to temporary files."""
    threads: int = _setting(0, int, least=0)
    """Threads of the store's engine; 0 means as many as there are cores."""
    lock_wait: float = _setting(2.0, float, least=0)
    """Seconds to wait for another process that has the data folder."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Self:  # noqa: ANN401  fields are of any type
        """The settings of an environment; `given` win. Raises `Invalid` naming the variable."""
        values = dict(given)
        for setting in fields(cls):
            variable = f"VAULTMETER_{setting.name.upper()}"
            if setting.name not in values and variable in environment:
                values[setting.name] = _read(
                    variable,
                    environment[variable],
                    setting.metadata["read"],
                    setting.metadata["least"],
                )
        return cls(**values)


def _read(variable: str, text: str, read: Callable[[str], Any], least: float | None) -> Any:  # noqa: ANN401  fields are of any type
    try:
        value = read(text)
    except ValueError as error:
        raise Invalid(
            f"{variable} is {text!r}, not a number.", f"Unset {variable} or mend it."
        ) from error
    if least is not None and value < least:
        raise Invalid(
            f"{variable} is {text!r}; the least is {least:g}.", f"Raise or unset {variable}."
        )
    return value
