"""The store made again because somebody wants it."""

from time import perf_counter

from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal


def rebuild(app: App, who: Principal) -> Object:
    """Make the store again from inbox and archive; answers what became of all lines.

    Raises `Forbidden`, and `ArchiveDamaged` before anything is changed.
    """
    who.require_everywhere(Permission.RETENTION)
    app.access.note(who, "store.rebuild")
    started = perf_counter()
    outcome = app.writing(app.rebuild)
    return {
        "records": outcome.lines,
        "events": outcome.stored,
        "duplicates": outcome.duplicates,
        "conflicts": outcome.conflicts,
        "rejected": outcome.rejected,
        "seconds": round(perf_counter() - started, 3),
    }
