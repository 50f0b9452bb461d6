"""Who has which roles: boxes of a form, made into roles that are given and taken."""

from collections.abc import Iterable

from vaultmeter.access import role_acts
from vaultmeter.console.asking import Asking
from vaultmeter.console.words import Words


def role_names(asking: Asking) -> list[str]:
    """The roles that the reader is shown."""
    return [role["name"] for role in role_acts.list_roles(asking.app, asking.who)["rows"]]


def set_roles(
    asking: Asking, kind: str, name: str, held: Iterable[str], wanted: Iterable[str]
) -> str:
    """Give and take roles until somebody has those that are ticked; answers what changed.

    Roles are given first, so that nobody is without any in between. Raises what role acts raise.
    """
    had, ticked = set(held), set(wanted)
    given, taken = sorted(ticked - had), sorted(had - ticked)
    for role in given:
        role_acts.give_role(asking.app, asking.who, role, kind, name)
    for role in taken:
        role_acts.take_role(asking.app, asking.who, role, kind, name)
    return changed_words(asking.words, name, given, taken)


def changed_words(words: Words, name: str, given: list[str], taken: list[str]) -> str:
    """What changed, in a sentence."""
    del words
    parts = [f"has {', '.join(given)} now"] if given else []
    parts += [f"has {', '.join(taken)} no more"] if taken else []
    return f"{name} {' and '.join(parts)}." if parts else f"Nothing changed for {name}."
