"""The trail: what was done, by whom, in an order that cannot be changed unseen.

Each row carries an HMAC over itself and the link of the row before, with a key that is in no
database. Whoever changes, swaps, adds or removes a row breaks the chain, unless it is the newest
part that is cut off: that is seen against an anchor, the place and link of the last row, which
the server logs from time to time.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest, digest
from typing import Any

from sqlalchemy import Connection, insert, select

from vaultmeter.clock import Clock
from vaultmeter.model.access import Principal
from vaultmeter.state.tables import TRAIL

_NEWEST = select(TRAIL.c.seq, TRAIL.c.link).order_by(TRAIL.c.seq.desc()).limit(1)


@dataclass(frozen=True)
class Entry:
    """Something that was done: at an instant (UTC), by somebody, to an object, with a result."""

    seq: int
    at: datetime
    who_kind: str
    who: str
    address: str | None
    act: str
    object: str
    result: str
    details: Mapping[str, Any]
    link: str


@dataclass(frozen=True)
class Verdict:
    """Whether the trail is whole: how many rows, the first place that is not right, and why."""

    rows: int
    broken_at: int | None
    words: str
    anchor: str
    """Place and link of the last row, to compare with later: `SEQ:LINK`."""


class Trail:
    """The trail of an open folder."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """Link rows with a key."""
        self._key, self._clock = key, clock

    def add(
        self,
        connection: Connection,
        who: Principal,
        act: str,
        object_: str = "",
        result: str = "ok",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down an act, in the transaction of what it does. Details hold no secrets."""
        newest = connection.execute(_NEWEST).first()
        seq, before = (newest.seq + 1, newest.link) if newest else (1, "")
        row = {
            "seq": seq,
            "at": self._clock().astimezone(UTC).replace(tzinfo=None),
            "who_kind": who.kind,
            "who": who.name,
            "address": who.address,
            "act": act,
            "object": object_,
            "result": result,
            "details": json.dumps(dict(details or {}), sort_keys=True, ensure_ascii=False),
        }
        connection.execute(insert(TRAIL).values(**row, link=self._link(before, row)))

    def verify(self, connection: Connection, anchor: str | None = None) -> Verdict:
        """Whether every row is as it was written, and as an anchor from before has it."""
        before, rows, links = "", 0, {0: ""}
        for row in connection.execute(select(TRAIL).order_by(TRAIL.c.seq)).mappings():
            rows += 1
            bare = {name: value for name, value in row.items() if name != "link"}
            if row["seq"] != rows:
                return self._broken(rows, rows, f"row {rows} is missing", before)
            if not compare_digest(row["link"], self._link(before, bare)):
                return self._broken(rows, rows, f"row {rows} is not as it was written", before)
            before = links[rows] = row["link"]
        if anchor is not None:
            seq, _, link = anchor.partition(":")
            if not seq.isdigit() or links.get(int(seq)) != link:
                return self._broken(rows, rows, f"the trail does not hold the anchor {seq}", before)
        return Verdict(rows, None, "whole", f"{rows}:{before}")

    def anchor(self, connection: Connection) -> str:
        """Place and link of the last row."""
        newest = connection.execute(_NEWEST).first()
        return f"{newest.seq}:{newest.link}" if newest else "0:"

    def _broken(self, rows: int, at: int, words: str, link: str) -> Verdict:
        return Verdict(rows, at, words, f"{rows}:{link}")

    def _link(self, before: str, row: Mapping[str, Any]) -> str:
        told = [before, *(str(row[name]) for name in sorted(row))]
        return digest(self._key, json.dumps(told).encode(), "sha256").hex()


def entries(
    connection: Connection, *, before: int | None = None, limit: int = 100
) -> Iterator[Entry]:
    """Entries from the newest back, those from before a place."""
    statement = select(TRAIL).order_by(TRAIL.c.seq.desc()).limit(limit)
    if before is not None:
        statement = statement.where(TRAIL.c.seq < before)
    for row in connection.execute(statement).mappings():
        yield Entry(
            **{
                **row,
                "at": row["at"].replace(tzinfo=UTC),
                "details": json.loads(row["details"]),
            }
        )
