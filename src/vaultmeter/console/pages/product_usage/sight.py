"""What can be seen of a person at all: a zero that no source could show otherwise is no zero."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.model.visibility import SEEN, Visible

_OF_STATUS = (
    "login_sessions",
    "passwords_accessed",
    "remote_connections",
    "passwords_autofilled",
    "accounts_added",
    "password_events",
    "requests",
    "secrets_read",
    "key_operations",
    "failed_logins",
    "denied",
)
_COMMA = ", "
_MEASURE_OF = {column: name for name, seen in SEEN.items() for column in seen.columns}
"""The measure of coverage that a column rests on."""


class Sight:
    """What the sources can show of each person of a page."""

    def __init__(self, asking: Asking) -> None:
        """Ask the report of coverage, once it is needed."""
        self._asking = asking

    def unseen(self, row: Mapping[str, Any]) -> list[str]:
        """The columns of a person in which a zero says nothing."""
        if row["status"] == "no_evidence":
            return [column for column in _OF_STATUS if not row[column]]
        blind = self._blind((row["sources"] or "").split(_COMMA))
        return [
            column for column in _OF_STATUS if not row[column] and _MEASURE_OF.get(column) in blind
        ]

    def _blind(self, sources: list[str]) -> set[str]:
        """The measures that none of some sources can show."""
        own = [self._unseen_in[name] for name in sources if name in self._unseen_in]
        return set.intersection(*own) if own else set()

    @cached_property
    def _unseen_in(self) -> dict[str, set[str]]:
        """The measures that each source cannot show."""
        found: dict[str, set[str]] = {}
        for row in self._asking.rows("coverage"):
            unseen = found.setdefault(row["source"], set())
            if row["visible"] == Visible.NOT:
                unseen.add(row["measure"])
        return found
