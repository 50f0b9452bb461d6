"""What may be secret is made unreadable before a record is accepted, and is counted.

Nothing becomes part of the inbox without passing here. Who has redacted lines already, because they
are flushed as well, says so in the chunk or delivery.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from vaultmeter.inbox.batches import Chunk, Content, Delivery
from vaultmeter.inbox.database import Database, as_text

if TYPE_CHECKING:
    from vaultmeter.inbox.lines import Numbers


class Redacted(NamedTuple):
    """Lines as they may be kept; `lines` counts those that something was taken out of."""

    content: Content
    lines: int


Redact = Callable[[Content, "Numbers | None"], Redacted]
"""Redacts whole lines, and keeps the length of each; done again, it changes nothing more.

The second argument are the ends of the lines, where they are known already.
"""
RedactOf = Callable[[str], Redact]
"""How records of a connector are redacted, by its name."""


@dataclass(frozen=True)
class Redactions:
    """How many lines of a source came with clear values, and when (UTC) the first and the last."""

    lines: int
    first: datetime
    last: datetime
    words: str


def unredacted(content: Content, _: "Numbers | None" = None) -> Redacted:
    """What is done to records in which nothing is secret: nothing."""
    return Redacted(content, 0)


def nothing_secret(_: str) -> Redact:
    """For an inbox whose records hold no secrets."""
    return unredacted


class Redaction:
    """The redaction of an inbox."""

    def __init__(self, database: Database, redact_of: RedactOf, say: Callable[[str], None]) -> None:
        """Work on an open inbox; `say` is told once of each source that sends clear values."""
        self._database, self._redact_of, self._say = database, redact_of, say
        self._known: dict[int, Redact] = {}
        self._told: set[int] = set()

    def redact(self, source: int, content: Content, ends: "Numbers | None" = None) -> Redacted:
        """Lines of a source as they may be kept."""
        if source not in self._known:
            self._known[source] = self._redact_of(self._source(source, "connector"))
        return self._known[source](content, ends)

    def chunk(self, source: int, chunk: Chunk) -> Chunk:
        """A chunk as it may be accepted."""
        if chunk.redacted is not None:
            return chunk
        redacted = self.redact(source, chunk.content)
        return replace(chunk, content=redacted.content, redacted=redacted.lines)

    def delivery(self, delivery: Delivery) -> Delivery:
        """A delivery as it may be accepted; without its key, if that was one of clear values."""
        if delivery.redacted is not None:
            return delivery
        redacted = self.redact(delivery.source.id, delivery.content)
        key = None if redacted.content is not delivery.content else delivery.key
        content = bytes(redacted.content)
        return replace(delivery, content=content, key=key, redacted=redacted.lines)

    def count(self, source: int, lines: int | None, now: datetime) -> None:
        """Add lines that were redacted; within the transaction that accepts them."""
        if lines:
            self._database.execute(
                "insert into redaction (source, lines, first, last) values (?, ?, ?, ?)"
                " on conflict (source) do update"
                " set lines = lines + excluded.lines, last = excluded.last",
                (source, lines, as_text(now), as_text(now)),
            )

    def tell(self, source: int, lines: int | None) -> None:
        """Say that a source sends clear values, once while the inbox is open."""
        if lines and source not in self._told:
            self._told.add(source)
            self._say(_words(self._source(source, "name")))

    def of(self, source: int) -> Redactions | None:
        """What was redacted of a source, if anything was."""
        rows = self._database.execute(
            "select lines, first, last from redaction where source = ?", (source,)
        )
        for lines, *times in rows:
            first, last = map(datetime.fromisoformat, times)
            return Redactions(lines, first, last, _words(self._source(source, "name")))
        return None

    def _source(self, source: int, column: str) -> str:
        sql = f"select {column} from source where id = ?"
        return str(self._database.execute(sql, (source,))[0][0])


def _words(source: str) -> str:
    return (
        f"Source {source!r} sends clear values that may be secret. They are made unreadable here,"
        " and stand in the vault's own log: turn its log_raw off."
    )
