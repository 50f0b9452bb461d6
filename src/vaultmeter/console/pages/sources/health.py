"""How a source is doing: a word with its reason, by the same rule as the filter bar's lamp."""

from dataclasses import dataclass
from datetime import datetime

from vaultmeter.console.asking import Asking
from vaultmeter.console.bar.fresh import SILENT
from vaultmeter.console.pages.sources.known import Known
from vaultmeter.receive.condition import Condition

WORDS = {"well": "Well", "silent": "Silent", "failing": "Not well", "nothing": "Nothing yet"}
"""How a source may do, and as it is said."""


@dataclass(frozen=True)
class Health:
    """How a source is doing."""

    state: str
    why: str = ""

    @property
    def word(self) -> str:
        """As it is said."""
        return WORDS[self.state]


def health_of(asking: Asking, source: Known, last: datetime | None) -> Health:
    """How a source is doing whose last event happened then (aware); `None` for none so far.

    What is wrong with a receiver names files and addresses: it is for those who manage the source.
    """
    failing = [each for each in receiving(asking, source).values() if not each.ok]
    if failing:
        return Health("failing", failing[0].words)
    if last is None:
        return Health("nothing", "no event so far")
    if asking.now - last >= SILENT:
        return Health("silent", f"since {asking.words.instant(last).text}")
    return Health("well")


def receiving(asking: Asking, source: Known) -> dict[str, Condition]:
    """The receivers of a source that the reader manages, by name; none of others."""
    return dict(asking.sources.receiving(source.name)) if source.is_managed else {}
