"""The trail: what was done, by whom, in an order that cannot be changed unseen.

Each row carries an HMAC over itself and the link of the row before, with a key that is in no
database. Whoever changes, swaps, adds or removes a row breaks the chain, unless it is the newest
part that is cut off: that is seen against an anchor, the place and link of the last row, which
the server logs from time to time.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest, digest
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, String, insert, select, type_coerce

from vaultmeter.clock import Clock
from vaultmeter.model.access import Object, Principal
from vaultmeter.model.errors import Invalid
from vaultmeter.model.instants import text_of
from vaultmeter.state.database import State
from vaultmeter.state.tables import TRAIL

Pulse = Callable[[], None]

_NEWEST = select(TRAIL.c.seq, TRAIL.c.link).order_by(TRAIL.c.seq.desc()).limit(1)
_WRITTEN = select(
    *(type_coerce(column, String) if column.name == "at" else column for column in TRAIL.c)
)
"""Rows as they are in the database: what is no instant there any more is to be seen, too."""
_AT_ONCE = 2000
"""Rows that are verified together: nobody can write meanwhile."""
_AT = "%Y-%m-%d %H:%M:%S.%f"


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
    """Place and link of the last row, or the last right one: `SEQ:LINK`, to compare with later."""


@dataclass(frozen=True)
class Narrowed:
    """Which entries are asked for; `*` stands for any text in `act` and `who`."""

    act: str | None = None
    who: str | None = None
    since: datetime | None = None
    """The instant from which on they are."""


class Trail:
    """The trail of an open folder."""

    def __init__(self, keys: Sequence[bytes], clock: Clock) -> None:
        """Link rows with the first key; the others are older, the newest of them first."""
        self._keys, self._clock = tuple(keys), clock

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
        at = self._clock().astimezone(UTC)
        row = {
            "seq": seq,
            "at": at.strftime(_AT),
            "who_kind": who.kind,
            "who": _sound(who.name),
            "address": who.address,
            "act": act,
            "object": _sound(object_),
            "result": result,
            "details": json.dumps(dict(details or {}), sort_keys=True),
        }
        link = _link(self._keys[0], before, row)
        connection.execute(insert(TRAIL).values({**row, "at": at, "link": link}))

    def verify(
        self, state: State, anchor: str | None = None, pulse: Pulse = lambda: None
    ) -> Verdict:
        """Whether every row is as it was written, and as an anchor from before has it.

        `pulse` is called now and then. Raises `Invalid` for an anchor that is none.
        """
        wanted, expected = _read_anchor(anchor)
        before, rows, key = "", 0, len(self._keys) - 1
        for row in _all_written(state, pulse):
            bare = {name: value for name, value in row.items() if name != "link"}
            if row["seq"] != rows + 1:
                return _broken(rows, rows + 1, "is missing", before)
            # From one key on newer ones alone: an older one may be known to others by now.
            while key >= 0 and not _is_link(row["link"], _link(self._keys[key], before, bare)):
                key -= 1
            if key < 0:
                words = "is not as it was written, or its secret key is not there"
                return _broken(rows, rows + 1, words, before)
            rows, before = rows + 1, row["link"]
            if rows == wanted and not _is_link(before, expected):
                return _broken(rows, rows, "is not the one that the anchor tells of", before)
        if wanted is not None and wanted > rows:
            return _broken(rows, rows + 1, f"is missing: the anchor tells of {wanted}", before)
        return Verdict(rows, None, "whole", f"{rows}:{before}")

    def anchor(self, connection: Connection) -> str:
        """Place and link of the last row."""
        newest = connection.execute(_NEWEST).first()
        return f"{newest.seq}:{newest.link}" if newest else "0:"


def entries(
    connection: Connection,
    *,
    before: int | None = None,
    limit: int = 100,
    narrowed: Narrowed | None = None,
) -> Iterator[Entry]:
    """Entries from the newest back, those from before a place."""
    statement = _narrowed(select(TRAIL), narrowed or Narrowed())
    if before is not None:
        statement = statement.where(TRAIL.c.seq < before)
    for row in connection.execute(statement.order_by(TRAIL.c.seq.desc()).limit(limit)).mappings():
        yield Entry(**{**row, "details": json.loads(row["details"])})


def is_empty(connection: Connection) -> bool:
    """Whether nothing was written yet."""
    return connection.execute(_NEWEST).first() is None


def plain(entry: Entry) -> Object:
    """An entry as JSON has it."""
    return {**vars(entry), "at": text_of(entry.at), "details": dict(entry.details)}


def plain_verdict(verdict: Verdict) -> Object:
    """A verdict as JSON has it."""
    return {"whole": verdict.broken_at is None, **vars(verdict)}


def _narrowed(statement: Select[Any], narrowed: Narrowed) -> Select[Any]:
    for column, pattern in ((TRAIL.c.act, narrowed.act), (TRAIL.c.who, narrowed.who)):
        if pattern is not None:
            escaped = pattern.replace("/", "//").replace("%", "/%").replace("_", "/_")
            statement = statement.where(column.like(escaped.replace("*", "%"), escape="/"))
    if narrowed.since is not None:
        statement = statement.where(TRAIL.c.at >= narrowed.since)
    return statement


def _all_written(state: State, pulse: Pulse) -> Iterator[RowMapping]:
    """Every row, in order, some at a time; places before the first are among them."""
    ordered, after = _WRITTEN.order_by(TRAIL.c.seq).limit(_AT_ONCE), None
    while True:
        pulse()
        asked = ordered if after is None else ordered.where(TRAIL.c.seq > after)
        with state.reading() as connection:
            rows = connection.execute(asked).mappings().all()
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1]["seq"]


def _read_anchor(anchor: str | None) -> tuple[int | None, str]:
    if anchor is None:
        return None, ""
    seq, colon, link = anchor.strip().partition(":")
    if not (seq.isascii() and seq.isdigit() and colon):
        raise Invalid(f"{anchor!r} is no anchor.", "Write SEQ:LINK, as a server logs it.")
    return int(seq), link


def _broken(rows: int, at: int, words: str, link: str) -> Verdict:
    return Verdict(rows, at, f"row {at} {words}", f"{rows}:{link}")


def _link(key: bytes, before: str, row: Mapping[str, Any]) -> str:
    values = (row[name] for name in sorted(row))
    told = [before, *(None if value is None else str(value) for value in values)]
    return digest(key, json.dumps(told).encode(), "sha256").hex()


def _is_link(found: object, expected: str) -> bool:
    return compare_digest(str(found).encode("utf-8", "replace"), expected.encode())


def _sound(text: str) -> str:
    """The text, with what no database takes written as `?`."""
    return text.encode("utf-8", "replace").decode()
