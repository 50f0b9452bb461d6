"""Checks that chunks are made ready ahead, also for a store that is made again meanwhile."""

from functools import partial
from pathlib import Path

from tests.conftest import Folder, event, ndjson

from vaultmeter.ahead import Ready, made_ready
from vaultmeter.app import App
from vaultmeter.inbox.batches import Source
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.model.errors import StoreDamaged
from vaultmeter.receive.files import FileReader

_EVENTS = 2_000
_CHUNK = 1 << 15
"""Bytes of some hundred events."""


def reader(app: App, source: Source) -> FileReader:
    """Read in small chunks."""
    return FileReader(app.inbox, source, _CHUNK, 1 << 20, lambda _: False)


def written(folder: Folder) -> Path:
    """Write a file of many chunks."""
    path = folder.path.parent / "vault.log"
    path.write_bytes(ndjson(*map(event, range(_EVENTS))))
    return path


def test_chunks_are_mapped_by_two_writers_in_turns(folder: Folder) -> None:
    """What is flushed was mapped over another connection than what is being mapped meanwhile."""
    app, path = folder.app, written(folder)
    source, writers = app.inbox.source("vault", "events", None), []
    with made_ready(app, source, reader(app, source).take(path)) as chunks:
        for ready in chunks:
            assert ready.work is not None
            writers.append(ready.work.store)
            app.flush(ready.taken.batch, ready.guarded, source, ready.work)
    app.fold()

    assert len(writers) > 4
    assert writers[0] is not writers[1]
    assert all(one is other for one, other in zip(writers, writers[2:], strict=False))
    assert folder.totals().stored == _EVENTS


def test_a_store_that_is_made_again_between_two_chunks_loses_none(folder: Folder) -> None:
    """What was mapped for the store before is mapped again: each event is there once."""
    app, path = folder.app, written(folder)
    source, damage = app.inbox.source("vault", "events", None), [StoreDamaged("A block is torn.")]

    def flush(number: int, ready: Ready) -> Outcome:
        if number == 3 and damage:
            raise damage.pop()
        return app.flush(ready.taken.batch, ready.guarded, source, ready.work)

    with made_ready(app, source, reader(app, source).take(path)) as chunks:
        for number, ready in enumerate(chunks):
            app.recovering(partial(flush, number, ready))
    app.fold()

    assert not damage
    assert folder.totals().stored == _EVENTS
