"""What the numbers of a page cannot see, and the definitions they follow: the end of it."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.model.table import Table

_SAYS_WHY = " vaultmeter report coverage says why."
"""How a note of a report ends where a page has a link."""


def _unseen(asking: Asking) -> dict[str, Any]:
    notes = dict.fromkeys(note for table in _tables(asking) for note in table.unseen)
    return {"notes": [(note.removesuffix(_SAYS_WHY), note.endswith(_SAYS_WHY)) for note in notes]}


def _rules(asking: Asking) -> dict[str, Any]:
    words = {name: text for table in _tables(asking) for name, text in table.definitions.items()}
    names = [name.replace("_", " ") for name in words]
    return {"names": names, "version": asking.app.terms().status.version}


def _tables(asking: Asking) -> list[Table]:
    return [asking.about(name) for name in asking.about_reports]


UNSEEN = Block("unseen", "parts/unseen.html", _unseen, "What these numbers cannot see", "line")
RULES = Block("rules", "parts/rules.html", _rules, "Definitions", "line", is_plain=True)
