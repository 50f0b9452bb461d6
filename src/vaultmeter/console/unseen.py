"""What the numbers of a page cannot see, and the definitions they follow: the end of it."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block


def _unseen(asking: Asking) -> dict[str, Any]:
    notes = dict.fromkeys(note for table in asking.asked for note in table.unseen)
    return {"notes": list(notes)}


def _rules(asking: Asking) -> dict[str, Any]:
    words = {name: text for table in asking.asked for name, text in table.definitions.items()}
    return {"definitions": words, "version": asking.app.terms().status.version}


UNSEEN = Block("unseen", "parts/unseen.html", _unseen, "What these numbers cannot see")
RULES = Block("rules", "parts/rules.html", _rules, "Definitions")
"""Both are made last, from the tables that the blocks before them have asked for."""
