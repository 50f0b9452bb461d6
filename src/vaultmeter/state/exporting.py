"""Files that were made of reports, or are being made: what is known of each."""

import builtins
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from vaultmeter.model.viewer import Grant
from vaultmeter.state.tables import EXPORT_FILE

FOLDER = "exports"
"""The folder of the files, in the data folder."""
WAITING, MAKING, MADE, FAILED, CANCELLED = "waiting", "making", "made", "failed", "cancelled"
STATES = (WAITING, MAKING, MADE, FAILED, CANCELLED)
"""What can be said of one; the last three are ends."""
Grants = tuple[Grant, ...] | None
"""The rights a file was made with; `None` are all."""


@dataclass(frozen=True)
class ExportFile:
    """A file that was made of reports, or is to be made. Instants are UTC."""

    id: int
    state: str
    title: str
    name: str
    """What it is downloaded as."""
    path: Path
    """Where it is; the folder itself while there is none."""
    format: str
    media_type: str
    wanted: dict[str, Any]
    """What it is of, as JSON has it."""
    rows: int
    """Rows that are written so far."""
    total: int
    """Rows that it will have; 0 until that is known."""
    bytes: int
    sha256: str
    complete_to: dict[str, str]
    """Up to when each source had told."""
    grants: Grants
    error: str
    is_cancelled: bool
    """Whether somebody asked to end its making."""
    in_background: bool
    """Whether the server makes it; else whoever asked does, and waits."""
    by_kind: str
    by_id: int
    made_by: str
    """The name of who asked for it."""
    asked: datetime
    made: datetime | None
    kept_until: datetime | None
    schedule_run: int | None
    password_sealed: "builtins.bytes | None"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in {MADE, FAILED, CANCELLED}

    @property
    def manifest_path(self) -> Path:
        """Where its manifest is."""
        return self.path.with_name(f"{self.path.name}.manifest.json")


def add_file(connection: Connection, **values: Any) -> int:  # noqa: ANN401  columns of any type
    """Note a file that is to be made; answers its number."""
    usual: dict[str, Any] = {
        "stored": "",
        "rows": 0,
        "total": 0,
        "bytes": 0,
        "sha256": "",
        "complete_to": "{}",
        "grants": "[]",
        "error": "",
        "is_cancelled": False,
    }
    statement = insert(EXPORT_FILE).values(**usual | values).returning(EXPORT_FILE.c.id)
    number: int = connection.execute(statement).scalar_one()
    return number


def file_of(connection: Connection, data: Path, number: int) -> ExportFile | None:
    """The file of a number; `None` where there is none."""
    row = connection.execute(select(EXPORT_FILE).where(EXPORT_FILE.c.id == number)).one_or_none()
    return None if row is None else _read(row, data)


def files(
    connection: Connection, data: Path, *, before: int | None = None, run: int | None = None
) -> list[ExportFile]:
    """All files, the newest first: of numbers before one, or of one run of a schedule."""
    statement = select(EXPORT_FILE).order_by(EXPORT_FILE.c.id.desc())
    if before is not None:
        statement = statement.where(EXPORT_FILE.c.id < before)
    if run is not None:
        statement = statement.where(EXPORT_FILE.c.schedule_run == run)
    return [_read(row, data) for row in connection.execute(statement)]


def next_waiting(connection: Connection, data: Path) -> ExportFile | None:
    """The file that waits longest to be made; `None` where none does."""
    statement = (
        select(EXPORT_FILE)
        .where(EXPORT_FILE.c.state == WAITING)
        .order_by(EXPORT_FILE.c.id)
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _read(row, data)


def waiting_of(connection: Connection, kind: str, id_: int) -> int:
    """How many files of somebody wait or are being made."""
    statement = (
        select(func.count())
        .select_from(EXPORT_FILE)
        .where(
            EXPORT_FILE.c.by_kind == kind,
            EXPORT_FILE.c.by_id == id_,
            EXPORT_FILE.c.state.in_((WAITING, MAKING)),
        )
    )
    return int(connection.execute(statement).scalar_one())


def change_file(connection: Connection, number: int, **values: Any) -> None:  # noqa: ANN401  as above
    """Change what is known of a file."""
    connection.execute(update(EXPORT_FILE).where(EXPORT_FILE.c.id == number).values(**values))


def begin_making(connection: Connection, number: int) -> bool:
    """Take a waiting file to make it; false where somebody else did, or it was cancelled."""
    statement = (
        update(EXPORT_FILE)
        .where(EXPORT_FILE.c.id == number, EXPORT_FILE.c.state == WAITING)
        .values(state=MAKING, rows=0)
    )
    return connection.execute(statement).rowcount == 1


def begin_anew(connection: Connection, error: str) -> int:
    """Let files that were being made when a server ended wait again; answers how many.

    Those that somebody waited for who is gone have failed, with an error in words.
    """
    was = EXPORT_FILE.c.state == MAKING
    connection.execute(
        update(EXPORT_FILE)
        .where(was, EXPORT_FILE.c.in_background.is_(False))
        .values(state=FAILED, error=error, rows=0)
    )
    statement = update(EXPORT_FILE).where(was).values(state=WAITING, rows=0)
    return connection.execute(statement).rowcount


def forget_files(connection: Connection, numbers: Sequence[int]) -> int:
    """Forget files; answers how many there were."""
    statement = delete(EXPORT_FILE).where(EXPORT_FILE.c.id.in_(numbers))
    return connection.execute(statement).rowcount


def grants_text(grants: Grants) -> str:
    """Rights as they are kept: JSON."""
    if grants is None:
        return "null"
    return json.dumps([[each.accounts, each.products] for each in grants])


def _grants(text: str) -> Grants:
    found = json.loads(text)
    return None if found is None else tuple(Grant(_names(a), _names(p)) for a, p in found)


def _names(found: list[str] | None) -> tuple[str, ...] | None:
    return None if found is None else tuple(found)


def _read(row: Any, data: Path) -> ExportFile:  # noqa: ANN401  the library's
    return ExportFile(
        row.id,
        row.state,
        row.title,
        row.name,
        data / FOLDER / row.stored,
        row.format,
        row.media_type,
        json.loads(row.wanted),
        row.rows,
        row.total,
        row.bytes,
        row.sha256,
        json.loads(row.complete_to),
        _grants(row.grants),
        row.error,
        row.is_cancelled,
        row.in_background,
        row.by_kind,
        row.by_id,
        row.by_name,
        row.asked,
        row.made,
        row.kept_until,
        row.schedule_run,
        row.password_sealed,
    )
