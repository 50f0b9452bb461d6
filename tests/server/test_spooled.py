"""Checks what counts as waiting for the store."""

import structlog
from prometheus_client import CollectorRegistry
from tests.conftest import Folder, event, ndjson

from vaultmeter.app import App
from vaultmeter.inbox.batches import Delivery
from vaultmeter.server.flusher import Flusher
from vaultmeter.server.metrics import FlushCounts
from vaultmeter.server.spooled import Spooled


def deliver(app: App, number: int) -> int:
    """Deliver one event; answers its size."""
    source, content = app.inbox.source("vault", "events", None), ndjson(event(number))
    app.inbox.accept_all([Delivery(source, "push", content, 1)])
    return len(content)


def test_all_that_was_ever_accepted_does_not_fill_the_spool(folder: Folder) -> None:
    """Until the store is open, only what has come since is held against what may wait."""
    deliver(folder.app, 1)
    folder.app.flush_waiting()
    app = folder.open_later()
    flusher = Flusher(app, FlushCounts(CollectorRegistry()), structlog.get_logger())
    spooled = Spooled(app, flusher)

    assert spooled.pending_bytes() == 0
    size = deliver(app, 2)
    assert spooled.pending_bytes() == size
    assert spooled.get().lines == 2
    app.open_store()
