"""Forgets runs that ended long ago; the files of theirs go by their own time."""

from datetime import timedelta

from vaultmeter.app import App
from vaultmeter.state import schedules as state
from vaultmeter.state.schedules import DONE, FAILED, SKIPPED

KEPT = timedelta(days=800)
"""For how long runs are listed."""


def forget_old(app: App) -> int:
    """Forget the runs that ended too long ago; answers how many."""
    with app.state.changing(decides=False) as connection:
        return state.forget_runs(connection, app.clock() - KEPT, (DONE, FAILED, SKIPPED))
