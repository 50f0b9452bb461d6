"""Keeps what may be missing of a source, so that reports can say it."""

from datetime import datetime

from vaultmeter.inbox.batches import Gap
from vaultmeter.inbox.database import Database, as_text


class Gaps:
    """The gaps that receivers noticed."""

    def __init__(self, database: Database) -> None:
        """Work on an open inbox."""
        self._database = database

    def note(self, gap: Gap) -> None:
        """Keep a gap."""
        self._database.execute(
            "insert into gap (source, kind, at, lines, bytes, words) values (?, ?, ?, ?, ?, ?)",
            (gap.source, gap.kind, as_text(gap.at), gap.lines, gap.bytes, gap.words),
        )

    def of(self, source: int | None = None) -> list[Gap]:
        """The gaps of a source, or of all, in the order they were noticed."""
        rows = self._database.execute(
            "select source, kind, at, lines, bytes, words from gap"
            " where source = coalesce(?, source) order by id",
            (source,),
        )
        return [
            Gap(owner, kind, datetime.fromisoformat(at), *rest) for owner, kind, at, *rest in rows
        ]
