"""Rejected lines: kept byte for byte with file, line and reason, shown, and tried again."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vaultmeter.app import App, connector_named
from vaultmeter.ingest.flush import replay as replay_lines
from vaultmeter.ingest.guard import guard
from vaultmeter.ingest.outcome import Outcome


@dataclass(frozen=True)
class Reject:
    """A line that is in no number, and why. `line` counts from 1 within its file."""

    source: str
    file: str
    line: int
    reason: str
    expected: str | None
    body: bytes


def rejects(app: App, source: str | None = None, reason: str | None = None) -> Iterator[Reject]:
    """The rejected lines, in the order they were received; raises `NotFound` for the source."""
    rows = _rows(app, source, reason)
    paths: dict[int, str] = {}
    for name, _, file, line, why, expected, body in rows:
        if file not in paths:
            paths[file] = app.inbox.files.get(file).path
        yield Reject(name, paths[file], line, why, expected, bytes(body))


def replay(app: App, source: str | None = None, reason: str | None = None) -> Outcome:
    """Try rejected lines again, with today's connectors and limits; answers what became of them."""
    rows = _rows(app, source, reason)
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


def _rows(app: App, source: str | None, reason: str | None) -> list[tuple[Any, ...]]:
    """Source, batch, file, line, reason, what was expected and body, in the order of receipt."""
    if source is not None:
        app.inbox.source_named(source)
    with app.store.reader() as store:
        return store.query(
            """
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
                and reject.reason = coalesce($reason, reject.reason)
            order by reject.batch, reject.line
            """,
            {"source": source, "reason": reason},
        )
