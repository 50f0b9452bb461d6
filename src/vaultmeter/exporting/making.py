"""Makes files: at once for whoever waits, or one that waits its turn."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from vaultmeter.app import App
from vaultmeter.exporting.documents import Reading, name_of, opened, title_of
from vaultmeter.exporting.formats import export_named
from vaultmeter.exporting.manifest import SUFFIX
from vaultmeter.exporting.wanted import Wanted, wanted_of
from vaultmeter.exporting.writing import Ended, Made, Place, Progress, write_file
from vaultmeter.exports import Options
from vaultmeter.failpoints import reach
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.document import Document
from vaultmeter.model.errors import Invalid, NotFound, VaultmeterError
from vaultmeter.model.instants import text_of
from vaultmeter.state.exporting import (
    CANCELLED,
    FAILED,
    FOLDER,
    MADE,
    MAKING,
    WAITING,
    ExportFile,
    add_file,
    change_file,
    file_of,
    files,
    grants_text,
)
from vaultmeter.state.tables import EXPORT_FILE

_SEALED = "password_sealed"


def make(
    app: App,
    who: Principal,
    wanted: Wanted,
    now: datetime,
    *,
    kept_until: datetime | None = None,
    schedule_run: int | None = None,
    progress: Progress | None = None,
) -> ExportFile:
    """Make a file in somebody's rights, its relative ranges as of `now`; answers it when made.

    One that was made for a run of a schedule is not made again. Raises what reports raise,
    `Forbidden`, `Full`, and `Ended` where `progress` says so.
    """
    if schedule_run is not None and (known := _of_run(app, wanted, schedule_run)):
        return known
    number = noted(app, who, wanted, now, kept_until, schedule_run, in_background=False).id
    carry_out(app, who, wanted, number, now, progress or Progress())
    return found(app, number)


def noted(
    app: App,
    who: Principal,
    wanted: Wanted,
    now: datetime,
    kept_until: datetime | None = None,
    schedule_run: int | None = None,
    *,
    in_background: bool,
) -> ExportFile:
    """Note that a file is to be made, here and in the trail; answers it as it was noted."""
    export = export_named(wanted.format, wanted.password)
    viewer = who.viewer(Permission.REPORTS)
    title, plain = title_of(app, who, wanted, now), wanted.plain()
    asked = app.clock().astimezone(UTC)
    kept = kept_until or asked + timedelta(days=app.settings.export_days)
    details = {"format": wanted.format, "of": json.dumps(plain, sort_keys=True, default=str)}
    with app.access.noting(who, "export.make", title, **details) as connection:
        number = add_file(
            connection,
            state=WAITING if in_background else MAKING,
            title=title,
            name=f"{title}{export.suffix}",
            format=wanted.format,
            media_type=export.media_type,
            wanted=json.dumps(plain),
            grants=grants_text(viewer.grants),
            by_kind=who.kind,
            by_id=who.id,
            by_name=name_of(who),
            asked=asked,
            kept_until=kept,
            schedule_run=schedule_run,
            in_background=in_background,
        )
        if wanted.password is not None and in_background:
            sealed = app.access.sealer.seal(EXPORT_FILE, _SEALED, number, wanted.password)
            change_file(connection, number, password_sealed=sealed)
        # Within the transaction: afterwards another thread may have begun to make it.
        return _known(app, connection, number)


def carry_out(
    app: App,
    who: Principal,
    wanted: Wanted,
    number: int,
    now: datetime,
    progress: Progress,
    reading: Reading | None = None,
) -> None:
    """Make a file that is noted; how it ends is noted, too, before anything is raised."""
    try:
        export = export_named(wanted.format, wanted.password)
        place = Place(app.settings.data, number, wanted.format, export, app.settings.reserve_bytes)
        options = Options(wanted.password, wanted.bare)
        with opened(app, who, wanted, now, reading) as document:
            _note_total(app, number, document)
            made = write_file(document, place, options, app.access.secret_key, progress)
        _note_made(app, who, number, made, document)
    except BaseException as error:
        if not progress.is_left:
            _note_end(app, number, error, is_stopped=progress.stop.is_set())
        raise
    reach("export-made")


def make_waiting(app: App, waiting: ExportFile, progress: Progress, reading: Reading) -> None:
    """Make a file that waited, in the rights that who asked for it has by now; raises likewise."""
    try:
        who, wanted = _asked_by(app, waiting), _wanted(app, waiting)
    except BaseException as error:
        _note_end(app, waiting.id, error, is_stopped=False)
        raise
    carry_out(app, who, wanted, waiting.id, waiting.asked, progress, reading)


def found(app: App, number: int) -> ExportFile:
    """The file of a number, whoever asks; raises `NotFound`."""
    with app.state.reading() as connection:
        return _known(app, connection, number)


def _known(app: App, connection: Connection, number: int) -> ExportFile:
    known = file_of(connection, app.settings.data, number)
    if known is None:
        raise no_file()
    return known


def no_file() -> NotFound:
    """What is said of a file that is not there, or may not be seen."""
    return NotFound(
        "There is no such file that you can see.", "It may have been removed, or kept long enough."
    )


def _of_run(app: App, wanted: Wanted, run: int) -> ExportFile | None:
    """What was made for a run of a schedule already, of the same."""
    with app.state.reading() as connection:
        known = files(connection, app.settings.data, run=run)
    plain = json.loads(json.dumps(wanted.plain()))
    fitting = (each for each in known if each.state == MADE and each.wanted == plain)
    return next((each for each in fitting if each.path.is_file()), None)


def _asked_by(app: App, waiting: ExportFile) -> Principal:
    """Who asked for a file, with the roles they have now; raises `Invalid` for who is gone."""
    if waiting.by_kind == "operator":
        return Principal.operator()
    with app.state.reading() as connection:
        who = app.access.holder(connection, waiting.by_kind, waiting.by_id)
    if who is None:
        raise Invalid(
            f"{waiting.made_by}, who asked for it, is gone or disabled.", "Ask for it yourself."
        )
    return who


def _wanted(app: App, waiting: ExportFile) -> Wanted:
    sealed = waiting.password_sealed
    if sealed is None:
        return wanted_of(waiting.wanted)
    password = app.access.sealer.open(EXPORT_FILE, _SEALED, waiting.id, sealed)
    return wanted_of(waiting.wanted, password)


def _note_total(app: App, number: int, document: Document) -> None:
    """Note how many rows there are to write, so that it can be told how far it is."""
    total = sum(part.row_count for part in document.parts)
    with app.access.keeping() as connection:
        change_file(connection, number, total=total)


def _note_made(app: App, who: Principal, number: int, made: Made, document: Document) -> None:
    told = [part.about.complete_to for part in document.parts]
    complete = {name: text_of(last) for each in told for name, last in each.items()}
    values = {
        "state": MADE,
        "title": document.title if not document.view else document.view,
        "name": made.written.name,
        "stored": made.stored,
        "media_type": made.written.media_type,
        "rows": made.rows,
        "bytes": made.written.bytes,
        "sha256": made.written.sha256,
        "complete_to": json.dumps(complete),
        "grants": grants_text(who.viewer(Permission.REPORTS).grants),
        "made": app.clock().astimezone(UTC),
        "password_sealed": None,
    }
    with app.access.keeping() as connection:
        known = file_of(connection, app.settings.data, number)
        is_wanted = known is not None and not known.is_cancelled
        if is_wanted:
            change_file(connection, number, **values)
    if not is_wanted:
        place = app.settings.data / FOLDER / made.stored
        for path in (place, place.with_name(f"{place.name}{SUFFIX}")):
            path.unlink(missing_ok=True)
        raise Ended


def _note_end(app: App, number: int, error: BaseException, *, is_stopped: bool) -> None:
    """Note how a file ended that was not made."""
    if is_stopped or isinstance(error, Ended | KeyboardInterrupt):
        values = {"state": CANCELLED, "rows": 0, "password_sealed": None}
    else:
        values = {"state": FAILED, "rows": 0, "error": in_words(error), "password_sealed": None}
    with app.access.keeping() as connection:
        change_file(connection, number, **values)


def in_words(error: BaseException) -> str:
    """Why it failed, as whoever asked may know it."""
    if isinstance(error, VaultmeterError) and not error.inside:
        return f"{error.message} {error.hint}".strip()
    return "It could not be made; why is in the server's log."
