"""Files that are kept no longer: those whose time is over, and the oldest of too many bytes."""

from collections.abc import Sequence
from datetime import UTC

from vaultmeter.app import App
from vaultmeter.exporting.keeping import delete_stored
from vaultmeter.exporting.writing import sweep
from vaultmeter.model.access import Principal
from vaultmeter.state.exporting import (
    FAILED,
    MADE,
    ExportFile,
    begin_anew,
    change_file,
    files,
    forget_files,
)

_ENDED = "The program ended while it was made. Make it again."
_LOST = "The file is gone: backups hold none. Make it again."


def recover(app: App) -> int:
    """Put in order what a program that ended has left; answers how many files are begun anew.

    To be called before anything is made: what is in the folder and no kept file is deleted.
    """
    with app.access.keeping() as connection:
        again = begin_anew(connection, _ENDED)
        known = [each for each in files(connection, app.settings.data) if each.state == MADE]
        for each in known:
            if not each.path.is_file():
                change_file(connection, each.id, state=FAILED, error=_LOST, stored="")
    sweep(app.settings.data, {each.path.name for each in known})
    return again


def expire(app: App) -> list[ExportFile]:
    """Delete the files that are kept no longer; answers them. The trail tells of each."""
    with app.state.reading() as connection:
        known = files(connection, app.settings.data)
    gone = _expired(app, [each for each in known if each.is_over])
    for each in gone:
        details = {"id": each.id, "bytes": each.bytes}
        who = Principal("system", 0, "retention", ())
        with app.access.noting(who, "export.expire", each.title, **details) as connection:
            forget_files(connection, [each.id])
        delete_stored(app, each)
    return gone


def _expired(app: App, known: Sequence[ExportFile]) -> list[ExportFile]:
    """Those whose time is over, and the oldest beyond the ceiling; `known` has the newest first."""
    now, room = app.clock().astimezone(UTC), app.settings.export_bytes
    gone = []
    for each in known:
        room -= each.bytes
        is_late = each.kept_until is not None and each.kept_until <= now
        if is_late or room < 0:
            gone.append(each)
    return gone
