"""Finds the one thing that each file of a plug-in folder declares.

The file's name is the name users type. A file that does not load stops the start: a plug-in that
is skipped in silence is worse than one that fails.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from types import ModuleType


def names_in(package: str, suffix: str = ".py") -> list[str]:
    """The names of the plug-ins in a folder, without loading any of them."""
    found = (entry.name for entry in files(package).iterdir())
    return sorted(
        name.removesuffix(suffix)
        for name in found
        if name.endswith(suffix) and not name.startswith("_")
    )


def modules_in(package: str) -> Iterator[tuple[str, ModuleType]]:
    """Each plug-in's name and module, loaded."""
    for name in names_in(package):
        yield name, import_module(f"{package}.{name}")
