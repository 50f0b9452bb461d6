"""Checks the books while the server runs: what was received is all accounted for (promise 3)."""

from contextlib import suppress

from structlog.typing import FilteringBoundLogger

from vaultmeter.app import App
from vaultmeter.books import Day, balance
from vaultmeter.failpoints import reach
from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable

EVERY = 30.0
"""Seconds between two checks; a difference is to be seen within 60."""


class Auditor:
    """Balances the ledger again and again; a worker."""

    name = "auditor"

    def __init__(self, app: App, log: FilteringBoundLogger) -> None:
        """Check an open folder, whose store may not be open yet."""
        self._app, self._log = app, log
        self.trouble = ""
        """Which day of which source does not balance; empty when all do."""

    def run(self, life: Life) -> None:
        """Check until the server ends."""
        reach("auditor-turn")
        while not life.wait(EVERY):
            # Without a store there is nothing to compare; the flusher says why.
            with suppress(Unavailable):
                self.check()
            reach("auditor-turn")

    def check(self) -> None:
        """Check once; a difference is logged when it is new."""
        wrong = [day for day in balance(self._app) if not day.balanced]
        trouble = _words(wrong[0]) if wrong else ""
        if trouble and trouble != self.trouble:
            self._log.error("the books do not balance", reason=trouble, days=len(wrong))
        self.trouble = trouble


def _words(day: Day) -> str:
    accounted = day.received - day.pending
    return (
        f"Of {accounted} lines of {day.source} received on {day.day} not all are accounted for:"
        " run 'vaultmeter ledger', then 'vaultmeter rebuild'."
    )
