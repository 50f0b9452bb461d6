"""The evidence of a number: the rule it follows, the statement, and the very events it is made of.

Nothing here trusts the report: the number is counted again from the events that the evidence
shows, and both must be equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vaultmeter.model.period import Period
from vaultmeter.model.table import Column
from vaultmeter.store.statement import Statement


@dataclass(frozen=True)
class Witness:
    """One event that a number is made of. `time` is in UTC; `file` and `line` are its record's.

    Both are `None` for a viewer who may not see all that is in the file.
    """

    event: str
    time: datetime
    account: str | None
    user: str | None
    kind: str
    detail: str | None
    outcome: str
    item: str | None
    weight: int
    source: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True)
class Thing:
    """One of the things a distinct count is made of, and the events it rests on (UTC)."""

    name: str | None
    account: str | None
    kind: str | None
    first: datetime | None
    last: datetime | None
    events: int | None
    """`None` where it rests on what exists, and not on events."""


@dataclass(frozen=True)
class Part:
    """What events of a kind and outcome are of the number; parts of distinct counts overlap."""

    kind: str
    outcome: str
    events: int
    counted: int | datetime | None


@dataclass(frozen=True)
class Share:
    """How much of the evidence a source gave, and up to when it has told what happened (UTC)."""

    source: str
    events: int
    percent: float
    complete_to: datetime | None


@dataclass(frozen=True)
class Evidence:
    """Why a number is what it is. Without `statement` it is worked out as `rule` says."""

    report: str
    title: str
    """What the number is called."""
    column: Column
    row: dict[str, Any]
    """What names the row."""
    period: Period
    filters: dict[str, list[str]]
    value: Any
    """As the report has it."""
    rule: str
    definitions: dict[str, str]
    version: str
    """Of the rule: rules of counting are built in and change with vaultmeter alone."""
    counts: str
    query: str = ""
    """The SQL over the logical tables, which says what is counted."""
    statement: Statement | None = None
    """The SQL of all its events, which can be run as it is."""
    counted: Any = None
    """The number, counted from the events."""
    parts: tuple[Part, ...] = ()
    sources: tuple[Share, ...] = ()
    total: int = 0
    """How many events there are."""
    page: int = 1
    size: int = 50
    events: tuple[Witness, ...] = ()
    """Those of the page, newest first."""
    distinct: int = 0
    """How many things there are, of distinct counts."""
    things: tuple[Thing, ...] = ()
    """Those of the page, most recent first."""
    notes: tuple[str, ...] = ()
    excused: bool = False
    """Whether the events are known not to be all there, so that they cannot give the number."""

    @property
    def agrees(self) -> bool | None:
        """Whether the events give the number, or cannot; `None` where it is worked out."""
        if self.statement is None:
            return None
        nothing = self.value is None and not self.counted
        return self.counted == self.value or nothing or self.excused


@dataclass(frozen=True)
class Sought:
    """Which cell, and which page of its events."""

    column: str
    row: Mapping[str, str]
    page: int = 1
    size: int = 50
