"""Product usage in one sentence: how many are active, and what changed most."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.product_usage.measures import Changed, changes_of
from vaultmeter.console.pages.product_usage.status import filter_url, standing_of_all

_FEW = 10
"""Of what was done less often before, a change is chance."""


def sentence(asking: Asking) -> dict[str, Any]:
    """The numbers of the sentence, each with the people it is about, and the largest change."""
    row = standing_of_all(asking)
    if row is None:
        return {"row": None, "change": None}
    names = ("active", "passive", "inactive", "no_evidence")
    return {
        "row": row,
        "urls": {name: filter_url(asking, name) for name in names},
        "change": _largest(asking),
    }


def _largest(asking: Asking) -> dict[str, str] | None:
    """What changed most, by how much, and how the others went."""
    told = [
        each
        for each in changes_of(asking)
        if each.measure.is_summed and each.before is not None and each.before >= _FEW
    ]
    moved = sorted(told, key=lambda each: -abs(_by(each)))
    if not moved or not _by(moved[0]):
        return None
    most = moved[0]
    change = asking.words.change(most.total, most.before or 0)
    return {
        "subject": most.measure.subject,
        "verb": "grew" if change.direction > 0 else "fell",
        "strong": change.strong,
        "than": asking.compared_words,
        "others": _others(_by(most), [_by(each) for each in moved[1:]]),
    }


def _by(changed: Changed) -> float:
    """The change as a share of what it was."""
    before = changed.before or 0
    return (changed.total - before) / before if before else 0.0


def _others(most: float, others: list[float]) -> str:
    """How the other measures went, where they all went one way."""
    if not others:
        return ""
    if all(by > 0 for by in others):
        return "; every other measure grew too" if most > 0 else "; every other measure grew"
    if all(by < 0 for by in others):
        return "; every other measure fell too" if most < 0 else "; every other measure fell"
    return ""
