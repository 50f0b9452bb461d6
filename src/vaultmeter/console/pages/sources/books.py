"""What became of every line that was received: by source, and by day of its receipt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vaultmeter.books import Day, balance
from vaultmeter.console.asking import Asking
from vaultmeter.console.kept_for import kept_for
from vaultmeter.console.pages.sources.known import narrowed
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Forbidden

LINES = "coverage-lines"
BECAME = ("stored", "duplicates", "conflicts", "rejected", "filtered", "expired")
"""What a line may have become."""
_LOOKED_EVERY = 2.0
"""Seconds for which the ledger is not read again."""


@dataclass(frozen=True)
class Book:
    """The lines of a source, of all times."""

    became: Mapping[str, int] = field(default_factory=dict)
    received: int | None = None
    """`None` for whoever may not see the ledger."""
    pending: int | None = None
    is_balanced: bool = True


def may_see_ledger(asking: Asking) -> bool:
    """Whether the reader may see what was received: it takes the permission for all sources."""
    try:
        asking.who.require_everywhere(Permission.SOURCES)
    except Forbidden:
        return False
    return True


def ledger(asking: Asking, source: str | None = None) -> list[Day]:
    """The days of receipt (UTC) of a source, or of all; raises `Forbidden`."""
    asking.who.require_everywhere(Permission.SOURCES)
    days = kept_for(asking, "ledger", lambda: balance(asking.app), _LOOKED_EVERY)
    return [day for day in days if source in {None, day.source}]


def books(asking: Asking) -> dict[str, Book]:
    """The books of each source: whole from the ledger, else what became of its lines."""
    if not may_see_ledger(asking):
        return _told(asking)
    by_source: dict[str, list[Day]] = {}
    for day in ledger(asking):
        by_source.setdefault(day.source, []).append(day)
    return {name: book_of(days) for name, days in by_source.items()}


def book_of(days: Iterable[Day]) -> Book:
    """Several days added up."""
    found = list(days)
    return Book(
        {name: sum(getattr(day, name) for day in found) for name in BECAME},
        sum(day.received for day in found),
        sum(day.pending for day in found),
        all(day.balanced for day in found),
    )


def lines(asking: Asking) -> list[dict[str, Any]]:
    """The rows of the report on lines, with the filters that apply."""
    return asking.report(LINES, narrowed(asking)).dicts()


def _told(asking: Asking) -> dict[str, Book]:
    became: dict[str, dict[str, int]] = {}
    balanced: dict[str, bool] = {}
    for row in lines(asking):
        name = row["source"]
        if row["reason"] is None:
            became.setdefault(name, dict.fromkeys(BECAME, 0))[row["became"]] = row["lines"]
        if row["is_balanced"] is not None:
            balanced[name] = balanced.get(name, True) and row["is_balanced"]
    return {
        name: Book(found, is_balanced=balanced.get(name, True)) for name, found in became.items()
    }
