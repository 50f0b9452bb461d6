"""Out, on request. One file, one format, named as users type it; each declares `EXPORT`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from vaultmeter.model.table import Table


@dataclass(frozen=True)
class Export:
    """A format a table can be written in."""

    title: str
    """What it is for, in a few words."""
    suffix: str
    """The ending of its files, with the dot."""
    write: Callable[[Table, TextIO], None]
    """Write a whole table, with all that is needed to read it rightly."""
