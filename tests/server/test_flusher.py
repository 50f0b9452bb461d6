"""Checks that the flusher ends when the server does, whatever it is at."""

from threading import Event, Thread

import pytest
import structlog
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from tests.conftest import Folder, event, ndjson

from vaultmeter.app import App
from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable
from vaultmeter.server.flusher import Flusher
from vaultmeter.server.metrics import FlushCounts

PATIENCE = 60.0


def flusher_of(app: App) -> Flusher:
    """Make the flusher of an open folder."""
    return Flusher(app, FlushCounts(CollectorRegistry()), structlog.get_logger())


def test_making_the_store_again_ends_with_the_server(folder: Folder) -> None:
    """A rebuild stops behind the batch that it is at, and the next start goes on from there."""
    for number in range(3):
        folder.take("events", ndjson(event(number)), source=f"vault{number}")
    folder.close()
    (folder.path / "store.duckdb").unlink()
    app = folder.open_later()
    flusher, life = flusher_of(app), Life()
    told = flusher._told

    def stop(*given: object) -> None:
        life.stop()
        told(*given)  # type: ignore[arg-type]  # passed on as they are

    flusher._told = stop  # type: ignore[method-assign, assignment]
    flusher.run(life)

    assert not flusher.ready.is_set()
    assert app._held.position() == 1
    folder.open()
    assert folder.totals().stored == 3


def test_a_store_that_cannot_be_written_at_the_end_is_told(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends in order all the same: what is accepted is in the inbox."""
    app = folder.open_later()
    flusher, life = flusher_of(app), Life()
    thread = Thread(target=flusher.run, args=(life,))
    thread.start()
    assert flusher.ready.wait(PATIENCE)
    failed = Event()

    def fail() -> None:
        failed.set()
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(app, "fold", fail)
    with capture_logs() as logs:
        life.stop()
        thread.join(PATIENCE)

    assert not thread.is_alive()
    assert failed.is_set()
    assert [line["reason"] for line in logs if line["log_level"] == "error"] == [
        "The disk is full."
    ]
