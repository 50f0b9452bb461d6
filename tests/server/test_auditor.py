"""Checks that a line which is not accounted for is seen while the server runs."""

from structlog import get_logger
from structlog.testing import capture_logs
from tests.conftest import Folder, event, ndjson

from vaultmeter.server.auditor import Auditor


def test_books_that_do_not_balance_are_told_once(folder: Folder) -> None:
    """A line that is missing in the ledger is told with source and day, until it is mended."""
    folder.take("events", ndjson(*(event(number) for number in range(10))), source="vault")
    auditor = Auditor(folder.app, get_logger())
    auditor.check()
    assert auditor.trouble == ""

    folder.app.store.run("update ledger set lines = lines - 1 where bucket = 'stored'")
    with capture_logs() as logs:
        auditor.check()
        auditor.check()

    assert "vault received on 2026-11-22" in auditor.trouble
    assert [line["event"] for line in logs] == ["the books do not balance"]
    folder.app.store.run("update ledger set lines = lines + 1 where bucket = 'stored'")
    auditor.check()
    assert auditor.trouble == ""
