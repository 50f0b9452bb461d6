"""What the steps of a flush share: the batch under way and what became of its lines."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from vaultmeter.connectors import Connector
from vaultmeter.inbox.batches import Batch, Source
from vaultmeter.ingest.guard import Guarded, Refused
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.store import Store


@dataclass
class Work:
    """A batch on its way into the store."""

    store: Store
    connector: Connector
    source: Source
    batch: Batch
    header: bytes | None
    guarded: Guarded
    refused: list[Refused] = field(default_factory=list)
    expected: dict[int, str] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    new_items: int = 0
    linked: list[int] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        """Start with what the guard refused."""
        self.refused += self.guarded.refused
        self.outcome.lines = self.batch.lines
        self.outcome.filtered = self.guarded.blank - self.batch.expired
        self.outcome.expired = self.batch.expired

    @property
    def values(self) -> dict[str, Any]:
        """What the steps bind into their SQL."""
        return {
            "batch": self.batch.seq,
            "file": self.batch.file,
            "source": self.source.id,
            "source_name": self.source.name,
            "connector": self.connector.name,
            "account": self.source.account,
            "received": self.batch.received.astimezone(UTC).replace(tzinfo=None),
            "first_line": self.batch.first_line,
            "first": self.first,
            "last": self.last,
            "scope": (
                self.source.account
                if self.connector.ids_unique_within == "account"
                else self.source.name
            ),
        }

    def run(self, sql: str, **values: object) -> int:
        """Run a statement of a step; answers how many rows it changed."""
        return self.store.run(sql, self.values | values)

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """The rows of a query of a step."""
        return self.store.query(sql, self.values | values)

    def number(self, sql: str, **values: object) -> int:
        """The one number a query of a step answers."""
        return int(self.rows(sql, **values)[0][0] or 0)
