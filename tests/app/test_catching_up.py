"""Checks how a store catches up with an inbox that others use meanwhile."""

import pytest
from tests.conftest import Folder, check_books, event, ndjson

from vaultmeter.app import App
from vaultmeter.inbox.batches import Delivery
from vaultmeter.ingest.guard import guard
from vaultmeter.model.errors import StoreDamaged, Unavailable

KEEP_COMING = 30


def deliver(app: App, number: int, name: str = "vault") -> None:
    """Deliver one event, with a sync of its own."""
    source = app.inbox.source(name, "events", None)
    app.inbox.accept_all([Delivery(source, "push", ndjson(event(number)), 1)])


def test_a_store_opens_while_records_keep_coming(folder: Folder) -> None:
    """What was there is brought in, and what comes meanwhile holds nobody up: it comes next."""
    app = folder.open_later()
    deliver(app, 0)
    delivered = [0]

    def one_more(*_: object) -> None:
        if len(delivered) < KEEP_COMING:
            deliver(app, len(delivered))
            delivered.append(len(delivered))

    app.flushed = one_more
    app.open_store()

    assert len(delivered) == 2
    assert app.store.position() == 1
    while len(delivered) < KEEP_COMING or app.store.position() < app.inbox.last_seq():
        app.flush_waiting()
    assert folder.totals().stored == KEEP_COMING


def test_a_batch_that_is_held_keeps_its_number(folder: Folder) -> None:
    """A store that is made again while somebody holds a batch gets each record once, and all."""
    app = folder.app
    for number in range(3):
        deliver(app, number)
        if number < 2:
            app.flush_waiting()
    (source,) = app.inbox.sources()
    held = app.inbox.batch(app.inbox.last_seq())
    failures = [StoreDamaged("It is damaged.")]

    def flush() -> None:
        if failures:
            raise failures.pop()
        app.flush(held, guard(app.inbox.content(held), held.start, app.settings), source)

    app.recovering(flush)
    assert app.store.position() == app.inbox.last_seq()
    deliver(app, 3)
    app.flush_waiting()

    check_books(folder)
    assert (folder.totals().stored, folder.totals().duplicates) == (4, 0)


def test_a_store_that_is_made_again_answers_nobody_yet(folder: Folder) -> None:
    """No report counts what is half there."""
    app = folder.app
    for number in range(3):
        deliver(app, number, f"vault{number}")
    app.flush_waiting()
    folder.close()
    (folder.path / "store.duckdb").unlink()
    app = folder.open_later()
    refused = []

    def look(*_: object) -> None:
        with pytest.raises(Unavailable, match="made ready"):
            app.store.position()
        refused.append(1)

    app.flushed = look
    app.open_store()

    assert len(refused) == 3
    assert folder.totals().stored == 3
