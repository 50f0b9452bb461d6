"""Rejected lines: kept byte for byte with file, line and reason, shown, and tried again."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vaultmeter.app import App, connector_named
from vaultmeter.ingest.flush import replay as replay_lines
from vaultmeter.ingest.guard import guard
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.ingest.reasons import REASONS
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.viewer import Viewer

Place = tuple[int, int]
"""Where a rejected line is in the order of receipt: its batch, and its line."""
Row = tuple[Any, ...]
_START: Place = (0, 0)
_PAGE_BYTES = 8 << 20
"""Bytes of lines after which a page is full."""


@dataclass(frozen=True)
class Reject:
    """A line that is in no number, and why. `line` counts from 1 within its file."""

    source: str
    file: str
    line: int
    reason: str
    expected: str | None
    body: bytes


def rejects(
    app: App,
    source: str | None = None,
    reason: str | None = None,
    viewer: Viewer | None = None,
) -> Iterator[Reject]:
    """The rejected lines, in the order they were received.

    A line that cannot be read has no account and no product: a viewer gets those of the sources
    whose whole account it sees, and learns of no others. Raises `NotFound` for the source, and
    `Invalid` for the reason.
    """
    yield from _read(app, _rows(app, source, reason, viewer or Viewer.operator()))


def _read(app: App, rows: list[Row]) -> Iterator[Reject]:
    paths: dict[int, str] = {}
    for name, _, file, line, why, expected, body in rows:
        if file not in paths:
            paths[file] = app.inbox.files.get(file).path
        yield Reject(name, paths[file], line, why, expected, bytes(body))


def listed(
    app: App,
    who: Principal,
    source: str | None = None,
    reason: str | None = None,
    most: int | None = None,
    after: Place = _START,
) -> Object:
    """Rejected lines of the accounts whose records somebody may read, with `last`, their place.

    There are `most` rows at most, and fewer where they are long; `last` is null where there are no
    more. Each reading is in the trail. Raises `Forbidden`, `NotFound` for
    the source, and `Invalid` for the reason.
    """
    viewer = who.viewer(Permission.RECORDS)
    rows = _rows(app, source, reason, viewer, after, most)
    found = [plain(reject) for reject in _read(app, rows)]
    app.access.note(who, "records.read", source or "", reason=reason, rows=len(found))
    size = sum(len(row[-1]) for row in rows)
    more = most is not None and bool(rows) and (len(rows) == most or size >= _PAGE_BYTES)
    return {"rows": found, "last": (rows[-1][1], rows[-1][3]) if more else None}


def replayed(
    app: App, who: Principal, source: str | None = None, reason: str | None = None
) -> Object:
    """Try rejected lines again, those of the accounts whose records somebody may read."""
    viewer = who.viewer(Permission.RECORDS)
    app.access.note(who, "records.replay", source or "", reason=reason)
    outcome = app.writing(lambda: replay(app, source, reason, viewer))
    return {
        "records": outcome.lines,
        "events": outcome.stored,
        "duplicates": outcome.duplicates,
        "rejected": outcome.rejected,
    }


def plain(reject: Reject) -> Object:
    """A rejected line as JSON has it: its bytes as text, and exactly, in base64."""
    return {
        "source": reject.source,
        "file": reject.file,
        "line": reject.line,
        "reason": reject.reason,
        "expected": reject.expected,
        "body": reject.body.decode("utf-8", "replace"),
        "body_base64": b64encode(reject.body).decode(),
    }


def replay(
    app: App,
    source: str | None = None,
    reason: str | None = None,
    viewer: Viewer | None = None,
) -> Outcome:
    """Try rejected lines again, with today's connectors and limits; answers what became of them."""
    rows = _rows(app, source, reason, viewer or Viewer.operator())
    by_batch: defaultdict[int, set[int]] = defaultdict(set)
    for _, batch, file, line, why, *_ in rows:
        if why != "conflict":
            by_batch[app.inbox.batch_holding(batch, file).seq].add(line)
    sources = {known.id: known for known in app.inbox.sources()}
    total = Outcome()
    for seq, lines in sorted(by_batch.items()):
        batch = app.inbox.batch(seq)
        owner = sources[batch.source]
        total.add(
            replay_lines(
                app.store,
                connector_named(owner.connector),
                owner,
                batch,
                guard(app.inbox.content(batch), batch.start, app.settings),
                app.inbox.files.get(batch.file).header,
                lines,
            )
        )
    app.fold()
    return total


def _rows(
    app: App,
    source: str | None,
    reason: str | None,
    viewer: Viewer,
    after: Place = _START,
    most: int | None = None,
) -> list[Row]:
    """Source, batch, file, line, reason, what was expected and body, in the order of receipt.

    With `most` there are so many behind a place at most, and fewer where they are long.
    """
    whole = [known.name for known in app.inbox.sources() if viewer.covers(known.account)]
    if source is not None and source not in whole:
        raise NotFound(f"There is no source {source!r}.", did_you_mean(source, whole))
    if reason is not None and reason not in REASONS:
        raise Invalid(f"There is no reason {reason!r} of rejects.", did_you_mean(reason, REASONS))
    with app.store.reader() as store:
        return store.query(
            """
            with
            asked as (
                select
                    source.name,
                    reject.batch,
                    flushed.file,
                    reject.line,
                    reject.reason,
                    reject.expected,
                    reject.body
                from reject
                join flushed on flushed.batch = reject.batch
                join source on source.id = reject.source
                where source.name = coalesce($source, source.name)
                    and source.name in (select unnest(cast($whole as varchar[])))
                    and reject.reason = coalesce($reason, reject.reason)
                    and (reject.batch, reject.line) > ($batch, $line)
                order by reject.batch, reject.line
                limit coalesce($most, 9223372036854775807)
            ),
            measured as (
                select
                    *,
                    sum(octet_length(body)) over (order by batch, line)
                        - octet_length(body) as before
                from asked
            )
            select * exclude (before)
            from measured
            where $most is null
                or before < $bytes
            order by batch, line
            """,
            {
                "source": source,
                "reason": reason,
                "whole": whole,
                "batch": after[0],
                "line": after[1],
                "most": most,
                "bytes": _PAGE_BYTES,
            },
        )
