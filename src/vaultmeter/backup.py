"""Backups of a data folder, made while it is used, and what is made of them again.

A backup is a folder: the inbox and the state, each as it was at one instant, the segments that
this inbox refers to, and a manifest with the SHA-256 of every file. The store is left out, since it
is made again from them. Nothing is locked meanwhile: SQLite's backup reads one version of a
database while others write the next, and segments never change. They only vanish when retention
writes them anew; then all begins again.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

import apsw

from vaultmeter import __version__
from vaultmeter.clock import Clock
from vaultmeter.failpoints import reach
from vaultmeter.inbox.archive import Sealed
from vaultmeter.lock import FolderLock, private_files, sync_folder
from vaultmeter.model.errors import ArchiveDamaged, Invalid, NotFound, Unavailable
from vaultmeter.model.instants import text_of

MANIFEST = "manifest.json"
_INBOX, _STATE, _ARCHIVE = "inbox.sqlite", "state.sqlite", "archive"
_VERSION = 1
"""Of the manifest; a later one may hold what this program would not restore."""
_TRIES = 5
_BLOCK = 1 << 20
_BUSY_MS = 10_000

Progress = Callable[[int, int], None]
"""Told how many bytes of segments are done, and of how many."""


@dataclass(frozen=True)
class Copied:
    """A file of a backup: its size in bytes and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `made` is UTC; `batches` counts accepted batches up to the last one."""

    made: datetime
    last_batch: int
    version: int = _VERSION
    vaultmeter: str = __version__
    files: dict[str, Copied] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(copied.bytes for copied in self.files.values())

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"made": text_of(self.made)}


class _Vanished(Exception):
    """A segment is gone: retention wrote it anew after the inbox was copied."""


def back_up(
    data: Path, target: Path, clock: Clock, progress: Progress = lambda *_: None
) -> Manifest:
    """Copy a data folder to a new folder, which appears whole or not at all.

    Raises `NotFound`, `Invalid`, `ArchiveDamaged` when a segment is not what was written, and
    `Unavailable`.
    """
    if not (data / _INBOX).is_file():
        raise NotFound(f"There is no inbox in {data}.", "Name the data folder with --data.")
    _check_target(data, target)
    partial = target.with_name(target.name + ".partial")
    with private_files():
        for _ in range(_TRIES):
            # What is left of an earlier one, killed or begun in vain.
            rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            try:
                manifest = _copy(data, partial, clock, progress)
            except _Vanished:
                continue
            except BaseException:
                rmtree(partial, ignore_errors=True)
                raise
            _put_in_place(partial, target)
            return manifest
    rmtree(partial, ignore_errors=True)
    raise Unavailable(
        "Retention deleted segments each time while they were copied.", "Try again later."
    )


def restore(backup: Path, data: Path) -> Manifest:
    """Make a data folder of a backup; its store is made when it is opened.

    Raises `NotFound`, `Invalid` when the folder is not empty, `Busy`, and `ArchiveDamaged` when
    the backup is not what was written: nothing is restored then.
    """
    manifest = verified(backup)
    lock = FolderLock(data, 0)
    try:
        if {path.name for path in data.iterdir()} - {"lock"}:
            raise Invalid(
                f"{data} is not empty.", "Restore to a new folder, or move this one away."
            )
        last = data / (_INBOX + ".partial")
        for name in manifest.files:
            _copy_file(backup / name, last if name == _INBOX else data / name)
        _sync_folders(data)
        # With its inbox it is a data folder; until now it was none.
        last.rename(data / _INBOX)
        sync_folder(data)
    finally:
        lock.release()
    return manifest


def verified(backup: Path) -> Manifest:
    """The manifest of a backup whose every file is what was written.

    Raises `NotFound`, `Invalid` and `ArchiveDamaged`.
    """
    manifest = _read_manifest(backup)
    found = {str(path.relative_to(backup)) for path in backup.rglob("*") if path.is_file()} - {
        MANIFEST
    }
    for name in sorted(set(manifest.files) | found):
        if name not in found:
            raise _damaged(backup, f"{name} is missing")
        if name not in manifest.files:
            raise _damaged(backup, f"{name} is not in its manifest")
        if _measured(backup / name) != manifest.files[name]:
            raise _damaged(backup, f"{name} is not what was written")
    return manifest


def damaged_segments(data: Path) -> list[str]:
    """The segments of a data folder that are not what was written, while others use it or not."""
    segments, _ = _referred(data / _INBOX)
    damaged = [segment for segment in segments if not _is_sound(data / _ARCHIVE, segment)]
    # Those that retention wrote anew meanwhile are none.
    known, _ = _referred(data / _INBOX)
    return [segment.name for segment in damaged if segment in known]


def _is_sound(archive: Path, segment: Sealed) -> bool:
    try:
        return _measured(archive / segment.name).sha256 == segment.sha256
    except OSError:
        return False


def _check_target(data: Path, target: Path) -> None:
    if target.exists():
        raise Invalid(f"{target} exists already.", "Name a new folder for each backup.")
    if target.resolve().is_relative_to(data.resolve()):
        raise Invalid(f"{target} lies in the data folder.", "Back up to another disk.")


def _copy(data: Path, partial: Path, clock: Clock, progress: Progress) -> Manifest:
    made = clock().astimezone(UTC)
    # The inbox comes first: the segments it refers to are all there, and what the state has of
    # deletions and sources is then never behind it.
    _copy_database(data / _INBOX, partial / _INBOX)
    reach("backup-inbox")
    if (data / _STATE).is_file():
        _copy_database(data / _STATE, partial / _STATE)
    segments, last_batch = _referred(partial / _INBOX)
    total, done = sum(segment.bytes for segment in segments), 0
    progress(done, total)
    for segment in segments:
        _copy_segment(data / _ARCHIVE, partial / _ARCHIVE, segment)
        done += segment.bytes
        progress(done, total)
    manifest = Manifest(made, last_batch)
    for path in sorted(path for path in partial.rglob("*") if path.is_file()):
        manifest.files[str(path.relative_to(partial))] = _measured(path)
    text = json.dumps(manifest.document(), indent=2) + "\n"
    with (partial / MANIFEST).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one instant, while others write to it."""
    try:
        with (
            closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)) as read,
            closing(apsw.Connection(str(target))) as written,
        ):
            read.set_busy_timeout(_BUSY_MS)
            with written.backup("main", read, "main") as copying:
                while not copying.done:
                    copying.step(-1)
            # One file: what a write-ahead log would hold beside it is in it.
            written.execute("pragma journal_mode = delete").fetchall()
            found = [str(row[0]) for row in written.execute("pragma integrity_check(3)")]
    except apsw.Error as error:
        raise Unavailable(
            f"{source} cannot be read: {error}.", "Check it with 'vaultmeter check'."
        ) from error
    if found != ["ok"]:
        raise ArchiveDamaged(
            f"{source} is damaged: {found[0]}.", "Restore it from an earlier backup."
        )
    _sync_file(target)


def _referred(inbox: Path) -> tuple[list[Sealed], int]:
    """The files of the archive that a copied inbox refers to, and its last batch."""
    with closing(apsw.Connection(str(inbox), flags=apsw.SQLITE_OPEN_READWRITE)) as database:
        rows = database.execute(
            "select name, bytes, sha256 from segment"
            " union all select name, bytes, sha256 from kept"
            " order by name"
        ).fetchall()
        last = database.execute("select coalesce(max(seq), 0) from batch").fetchall()[0][0]
    segments = [Sealed(str(name), int(str(size)), str(check)) for name, size, check in rows]
    return segments, int(str(last))


def _copy_segment(archive: Path, target: Path, segment: Sealed) -> None:
    try:
        copied = _copy_file(archive / segment.name, target / segment.name)
    except FileNotFoundError as error:
        raise _Vanished from error
    if copied.sha256 != segment.sha256:
        raise ArchiveDamaged(
            f"{segment.name} is not what was written.",
            "Restore it from an earlier backup; a copy of it would be worth nothing.",
        )


def _copy_file(source: Path, target: Path) -> Copied:
    """Copy a file, synced; answers what was copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    check, size = sha256(), 0
    with source.open("rb") as read, target.open("xb") as written:
        for block in _blocks(read):
            check.update(block)
            size += len(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return Copied(size, check.hexdigest())


def _measured(path: Path) -> Copied:
    with path.open("rb") as file:
        check = file_digest(file, "sha256")
        return Copied(file.tell(), check.hexdigest())


def _blocks(file: Any) -> Iterator[bytes]:  # noqa: ANN401  any binary file
    while block := file.read(_BLOCK):
        yield block


def _put_in_place(partial: Path, target: Path) -> None:
    _sync_folders(partial)
    reach("backup-written")
    partial.rename(target)
    sync_folder(target.parent)


def _read_manifest(backup: Path) -> Manifest:
    try:
        document = json.loads((backup / MANIFEST).read_text("utf-8"))
        version = document["version"]
        files = {name: Copied(**copied) for name, copied in document["files"].items()}
        made = datetime.fromisoformat(document["made"])
        manifest = Manifest(made, document["last_batch"], version, document["vaultmeter"], files)
    except FileNotFoundError as error:
        raise NotFound(
            f"{backup} is no backup: it has no {MANIFEST}.", "Name the folder of a backup."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(backup, f"{MANIFEST} cannot be read") from error
    if version != _VERSION:
        raise Invalid(
            f"The backup {backup} was made by vaultmeter {manifest.vaultmeter}.",
            "Restore it with that version, or a later one.",
        )
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in files):
        raise _damaged(backup, f"{MANIFEST} names files outside of it")
    return manifest


def _damaged(backup: Path, what: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"The backup {backup} is damaged: {what}.", "Nothing was restored. Use another backup."
    )


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folders(folder: Path) -> None:
    for each in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(each)
