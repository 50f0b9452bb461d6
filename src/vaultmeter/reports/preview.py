"""What another definition of status would change: how many people, from what to what, and who."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from vaultmeter.model.status import StatusDefinition
from vaultmeter.reports.head import part_named
from vaultmeter.reports.run import Ask, rows_of
from vaultmeter.store import Store

STATUSES = ("active", "passive", "inactive", "no_evidence")
"""Every status, from the most to the least that is known of somebody's use."""


@dataclass(frozen=True)
class Change:
    """Somebody whose status, or the reason of it, would be another one."""

    user: str
    account: str
    old_status: str
    old_reason: str | None
    new_status: str
    new_reason: str | None


@dataclass(frozen=True)
class Preview:
    """Two definitions held against each other, at the end of one range."""

    held: StatusDefinition
    proposed: StatusDefinition
    identities: int
    """How many were looked at."""
    old: dict[str, int]
    """How many have each status under the definition that holds."""
    new: dict[str, int]
    """The same under the proposed one."""
    changes: tuple[Change, ...]
    """Whoever gets another status, by old status, new status and name."""
    reasons: int
    """How many stay inactive, for another reason."""

    def moves(self) -> dict[tuple[str, str], int]:
        """How many change from one status to another, the most frequent change first."""
        return dict(
            Counter((each.old_status, each.new_status) for each in self.changes).most_common()
        )


def preview(store: Store, ask: Ask, proposed: StatusDefinition) -> Preview:
    """Hold a definition against the one that the question carries."""
    held = ask.terms.status
    report = part_named("_standings")
    old, _ = rows_of(store, report, ask)
    other = replace(ask, terms=replace(ask.terms, status=proposed))
    new = {row[0]: row for row in rows_of(store, report, other)[0]}
    pairs = [(before, new[before[0]]) for before in old]
    changes = (
        Change(*before[1:5], *after[3:5]) for before, after in pairs if before[3] != after[3]
    )
    return Preview(
        held,
        proposed,
        len(old),
        _counted(row[3] for row in old),
        _counted(row[3] for row in new.values()),
        tuple(sorted(changes, key=_place)),
        sum(before[3] == after[3] and before[4] != after[4] for before, after in pairs),
    )


def _counted(statuses: Iterable[str]) -> dict[str, int]:
    found = Counter(statuses)
    return {status: found[status] for status in STATUSES}


def _place(change: Change) -> tuple[int, int, str, str]:
    places = STATUSES.index(change.old_status), STATUSES.index(change.new_status)
    return (*places, change.user, change.account)
