"""What may be secret is made unreadable before a record is accepted, and is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from vaultmeter.inbox.batches import Content
from vaultmeter.inbox.database import Database, as_text

if TYPE_CHECKING:
    from vaultmeter.inbox.lines import Numbers

Say = Callable[[str], None]


@dataclass(frozen=True)
class Redacted:
    """Lines as they may be kept; `lines` counts those that something was taken out of."""

    content: Content
    lines: int


Redact = Callable[[Content, "Numbers | None"], Redacted]
"""Redacts whole lines, without changing their lengths; told twice, it changes nothing more.

The second argument are the ends of the lines, where they are known already.
"""


@dataclass(frozen=True)
class Redactions:
    """How many lines of a source came with clear values, and when (UTC) the first and the last."""

    lines: int
    first: datetime
    last: datetime


def unredacted(content: Content, _: "Numbers | None" = None) -> Redacted:
    """What is done to records in which nothing is secret: nothing."""
    return Redacted(content, 0)


class RedactionLog:
    """The redactions of an inbox."""

    def __init__(self, database: Database, say: Say) -> None:
        """Work on an open inbox; `say` is told once of each source that sends clear values."""
        self._database, self._say = database, say
        self._told: set[int] = set()

    def count(self, source: int, lines: int, now: datetime) -> None:
        """Add lines that were redacted; within the transaction that accepts them."""
        if lines:
            self._database.execute(
                "insert into redaction (source, lines, first, last) values (?, ?, ?, ?)"
                " on conflict (source) do update"
                " set lines = lines + excluded.lines, last = excluded.last",
                (source, lines, as_text(now), as_text(now)),
            )

    def tell(self, source: int, lines: int) -> None:
        """Say that a source sends clear values, once while the inbox is open."""
        if lines and source not in self._told:
            self._told.add(source)
            ((name,),) = self._database.execute("select name from source where id = ?", (source,))
            self._say(words(name))

    def of(self, source: int) -> Redactions | None:
        """What was redacted of a source, if anything was."""
        rows = self._database.execute(
            "select lines, first, last from redaction where source = ?", (source,)
        )
        for lines, first, last in rows:
            return Redactions(lines, datetime.fromisoformat(first), datetime.fromisoformat(last))
        return None


def words(source: str) -> str:
    """The warning about a source that sends clear values."""
    return (
        f"Source {source!r} sends clear values that may be secret. They are made unreadable here,"
        " and stand in the vault's own log: turn log_raw off."
    )
