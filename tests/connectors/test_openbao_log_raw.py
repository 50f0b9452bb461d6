"""A real OpenBao server that logs clear values: none of them is in any file of a data folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import apsw
import pytest
import zstandard
from tests.conftest import Folder, Row, run
from tests.connectors.conftest import Day
from tests.connectors.test_openbao_live import check

from vaultmeter.app import App
from vaultmeter.inbox.batches import Delivery
from vaultmeter.life import Life
from vaultmeter.receive.follow import Follower
from vaultmeter.receive.gate import Gate

_ZSTD = b"\x28\xb5\x2f\xfd"
_SHORTEST = 8
"""Shorter values are found everywhere."""

Way = Callable[[Folder, Path], None]


def as_a_file(folder: Folder, log: Path) -> None:
    """Take the log in by its name."""
    folder.ingest("openbao", log, account="acme")


def as_standard_input(folder: Folder, log: Path) -> None:
    """Take the log in by a pipe."""
    words = ("--data", folder.path, "ingest", "openbao", "-", "--account", "acme")
    done = run(*words, stdin=log.read_bytes())
    assert done.returncode == 0
    assert b"log_raw" in done.stderr


def followed(folder: Folder, log: Path) -> None:
    """Take the log in as a running server follows it."""
    app = folder.app
    source = app.inbox.source("openbao", "openbao", "acme")
    follower = Follower(
        *(app.inbox, source, [str(log)], app.settings),
        is_header=lambda _: False,
        clock=app.clock,
        say=folder.said.append,
    )
    follower.poll()
    follower.close()


def sent(folder: Folder, log: Path) -> None:
    """Take half of the log in line by line, as a vault sends it, and the rest as one batch."""
    app, life = folder.app, Life()
    source = app.inbox.source("openbao", "openbao", "acme")
    gate = Gate(app.inbox, app.settings)
    running = Thread(target=gate.run, args=(life,))
    running.start()
    try:
        lines = log.read_bytes().splitlines(keepends=True)
        half = len(lines) // 2
        for line in lines[:half]:
            gate.offer(Delivery(source, "push", line, 1)).result(30)
        rest = b"".join(lines[half:])
        gate.offer(Delivery(source, "push", rest, len(lines) - half, key=b"its digest")).result(30)
        assert app.inbox.files.has_stream(source, "push")
    finally:
        life.stop()
        running.join()


@pytest.mark.parametrize("way", [as_a_file, as_standard_input, followed, sent])
def test_no_clear_value_is_in_any_file(folder: Folder, day: Day, way: Way) -> None:
    """What only the log of clear values holds is nowhere; all that was done is reported."""
    way(folder, day.raw_log)

    folder.open().fold()
    check(folder, day.deeds)
    secrets = secrets_of(day)
    assert len(secrets) > 150
    for name, content in contents(folder.app):
        found = [secret for secret in secrets if secret in content]
        assert found == [], name


def test_reports_are_those_of_the_hashed_log(new_folder: Callable[[str], Folder], day: Day) -> None:
    """But for microseconds every report is the same, whether values were hashed or redacted."""
    hashed, raw = new_folder("hashed"), new_folder("raw")
    hashed.ingest("openbao", day.log, account="acme")
    raw.ingest("openbao", day.raw_log, account="acme")
    without_times = [
        {name: [timeless(row) for row in rows] for name, rows in folder.reports().items()}
        for folder in (hashed, raw)
    ]
    assert without_times[0] == without_times[1]


def test_the_source_shows_how_many_records_were_redacted(folder: Folder, day: Day) -> None:
    """What was redacted is counted with the source, told once, and known after a restart."""
    folder.ingest("openbao", day.raw_log, account="acme")
    folder.ingest("openbao", day.log, account="acme", source="hashed")
    folder.open()
    raw, hashed = folder.app.inbox.sources()
    redactions = folder.app.inbox.redactions(raw)
    assert redactions is not None
    lines = day.raw_log.read_bytes().count(b"\n")
    assert lines - 10 <= redactions.lines <= lines
    assert folder.app.inbox.redactions(hashed) is None
    assert [words for words in folder.said if "log_raw" in words] == [redactions.words]


def timeless(row: Row) -> Row:
    """Leave out of a row what two devices of one server tell differently."""
    return {name: value for name, value in row.items() if not hasattr(value, "microsecond")}


def secrets_of(day: Day) -> list[bytes]:
    """List what only the log of clear values holds: strings as JSON has them, but for times."""
    hashed = day.log.read_text()
    told = {
        text for line in day.raw_log.read_text().splitlines() for text in texts(json.loads(line))
    }
    written = {json.dumps(text)[1:-1] for text in told if not is_told_by_every_device(text)}
    return [
        text.encode() for text in sorted(written) if len(text) >= _SHORTEST and text not in hashed
    ]


def is_told_by_every_device(text: str) -> bool:
    """Tell whether a text is a time, a hash, or the id of the request that tries a device."""
    return text.startswith(("20", "hmac-sha256:")) or (len(text) == 36 and text.count("-") == 4)


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401  whatever JSON can hold
    """List all strings of a JSON value that are no names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from texts(below)


def contents(app: App) -> Iterator[tuple[str, bytes]]:
    """Give every file of a data folder, and all that is packed in its archive and databases."""
    yield "store", repr(list(rows_of_store(app))).encode()
    folder = app.settings.data
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        yield path.name, content
        if content.startswith(_ZSTD):
            yield f"{path.name}, unpacked", unpacked(content)
    for path in folder.glob("*.sqlite"):
        yield f"{path.name}, read", b"\n".join(values_of(path))


def rows_of_store(app: App) -> Iterator[tuple[Any, ...]]:
    """Give every row of every table of the store."""
    tables = app.store.query("select table_name from information_schema.tables")
    assert len(tables) > 10
    for (table,) in tables:
        yield from app.store.query(f'select * from "{table}"')


def values_of(path: Path) -> Iterator[bytes]:
    """Give every value of an SQLite file, unpacked where it is."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        tables = connection.execute(
            "select name from sqlite_master where type = 'table'"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(f'select * from "{table}"'):
                for value in row:
                    packed = isinstance(value, bytes) and value.startswith(_ZSTD)
                    yield unpacked(value) if packed else repr(value).encode()
    finally:
        connection.close()


def unpacked(content: bytes) -> bytes:
    """Undo the compression of one frame after the other."""
    with zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True) as reader:
        return bytes(reader.read())
