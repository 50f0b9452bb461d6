"""Names of roles, users, groups and keys."""

from collections.abc import Mapping
from typing import TypeVar

from vaultmeter.model.errors import Invalid, NotFound, did_you_mean

_LONGEST = 256
Thing = TypeVar("Thing")


def name_checked(name: str, what: str) -> str:
    """The name; raises `Invalid` for one that cannot be shown or typed."""
    if not name or name != name.strip() or len(name) > _LONGEST or not name.isprintable():
        raise Invalid(
            f"{name[:_LONGEST]!r} is no name for a {what}.",
            f"Use 1 to {_LONGEST} printable characters, without a space at either end.",
        )
    return name


def one_named(what: str, name: str, known: Mapping[str, Thing]) -> Thing:
    """The one of that name, of those by name; raises `NotFound`, which tells the nearest name."""
    if name not in known:
        raise NotFound(f"There is no {what} {name!r}.", did_you_mean(name, known))
    return known[name]
