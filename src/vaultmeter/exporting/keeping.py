"""The files that are kept: asked for, listed, cancelled, removed, and opened by who may see them.

A file holds the rows that whoever had it made could see. Whoever asks for it now has to see all of
these: within the rights it was made with, also its owner.
"""

from datetime import UTC, datetime

from vaultmeter.app import App
from vaultmeter.exporting.making import found, no_file, noted
from vaultmeter.exporting.wanted import Wanted
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.cursor import number_in
from vaultmeter.model.errors import Busy, Forbidden, Invalid, Unavailable
from vaultmeter.model.instants import text_of
from vaultmeter.model.viewer import Grant
from vaultmeter.state.exporting import (
    CANCELLED,
    MADE,
    WAITING,
    ExportFile,
    Grants,
    change_file,
    files,
    forget_files,
    waiting_of,
)

MOST_WAITING = 20
"""Files that one person may have waiting."""
_ALL = 1 << 62


def begin(app: App, who: Principal, wanted: Wanted) -> ExportFile:
    """Let a server make a file in the background; answers it as it waits.

    Raises `Forbidden`, `Busy` where too many of theirs wait, and for what cannot be exported
    what reports raise.
    """
    who.require(Permission.REPORTS)
    with app.state.reading() as connection:
        if waiting_of(connection, who.kind, who.id) >= MOST_WAITING:
            raise Busy(
                f"{MOST_WAITING} files of yours wait to be made already.",
                "Wait until they are made, or cancel some.",
            )
    return noted(app, who, wanted, app.clock(), in_background=True)


def listed(app: App, who: Principal, *, limit: int = 100, cursor: str | None = None) -> Object:
    """The files that somebody may see, the newest first; raises `Forbidden` and `Invalid`."""
    grants = who.viewer(Permission.REPORTS).grants
    before = number_in(cursor)
    with app.state.reading() as connection:
        known = files(connection, app.settings.data, before=before)
    seen = [each for each in known if _covers(grants, each.grants)]
    more = len(seen) > limit
    rows = seen[:limit]
    return {
        "rows": [plain(each) for each in rows],
        "next": str(rows[-1].id) if more else None,
    }


def all_listed(app: App, who: Principal) -> Object:
    """All files that somebody may see at once, likewise."""
    return listed(app, who, limit=_ALL)


def seen(app: App, who: Principal, number: int) -> ExportFile:
    """A file that somebody may see; raises `Forbidden`, and `NotFound` alike for all others."""
    grants = who.viewer(Permission.REPORTS).grants
    known = found(app, number)
    if not _covers(grants, known.grants):
        raise no_file()
    return known


def show(app: App, who: Principal, number: int) -> Object:
    """What is known of a file, as JSON has it; raises as `seen`."""
    return plain(seen(app, who, number))


def cancel(app: App, who: Principal, number: int) -> Object:
    """End the making of a file; raises as `seen`, `Forbidden` for others', `Invalid` for ended."""
    known = _own(app, who, number)
    if known.is_over:
        raise Invalid(f"The file is {known.state} already.", "Remove it, if nobody needs it.")
    details = {"id": known.id}
    with app.access.noting(who, "export.cancel", known.title, **details) as connection:
        values: Object = {"is_cancelled": True}
        if known.state == WAITING:
            values |= {"state": CANCELLED, "password_sealed": None}
        change_file(connection, number, **values)
    return show(app, who, number)


def remove(app: App, who: Principal, number: int) -> Object:
    """Delete a file, or end its making; raises as `seen`, and `Forbidden` for others'."""
    known = _own(app, who, number)
    if not known.is_over:
        return cancel(app, who, number)
    with app.access.noting(who, "export.remove", known.title, id=known.id) as connection:
        forget_files(connection, [known.id])
    delete_stored(app, known)
    return {"removed": known.id}


def open_file(app: App, who: Principal, number: int) -> ExportFile:
    """A file to be read by somebody, which the trail tells; raises as `seen`, and `Invalid`."""
    known = seen(app, who, number)
    if known.state != MADE:
        raise Invalid(f"The file is {known.state}, and cannot be downloaded.", known.error)
    if not known.path.is_file():
        raise Unavailable("The file is not there any more.", "Make it again.")
    app.access.note(who, "export.download", known.title, id=known.id, sha256=known.sha256)
    return known


def manifest_text(app: App, who: Principal, number: int) -> tuple[ExportFile, str]:
    """A file, and its signed manifest; raises as `seen`."""
    known = seen(app, who, number)
    if known.state != MADE or not known.manifest_path.is_file():
        raise no_file()
    return known, known.manifest_path.read_text("utf-8")


def delete_stored(app: App, known: ExportFile) -> None:
    """Delete a file's bytes and its manifest, where there are any."""
    if known.path != app.settings.data / "exports":
        known.path.unlink(missing_ok=True)
        known.manifest_path.unlink(missing_ok=True)


def plain(known: ExportFile) -> Object:
    """A file as JSON has it."""
    return {
        "id": known.id,
        "state": known.state,
        "title": known.title,
        "name": known.name,
        "format": known.format,
        "media_type": known.media_type,
        "of": known.wanted,
        "rows": known.rows,
        "total": known.total,
        "bytes": known.bytes,
        "sha256": known.sha256,
        "complete_to": known.complete_to,
        "error": known.error,
        "made_by": known.made_by,
        "asked": text_of(known.asked),
        "made": _text(known.made),
        "kept_until": _text(known.kept_until),
        "schedule_run": known.schedule_run,
    }


def _own(app: App, who: Principal, number: int) -> ExportFile:
    """A file that somebody may end or delete: their own, and any for who manages schedules."""
    known = seen(app, who, number)
    is_own = (known.by_kind, known.by_id) == (who.kind, who.id)
    if not is_own and who.kind != "operator":
        try:
            who.require_everywhere(Permission.SCHEDULES)
        except Forbidden as error:
            raise Forbidden(
                f"The file is {known.made_by}'s.", "Ask them, or who manages schedules for all."
            ) from error
    return known


def _covers(own: Grants, of: Grants) -> bool:
    """Whether rights let through all that others do."""
    if own is None:
        return True
    return of is not None and all(_is_within(each, own) for each in of)


def _is_within(grant: Grant, own: tuple[Grant, ...]) -> bool:
    return any(each.holds(grant) for each in own)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else text_of(instant.astimezone(UTC))
