"""Checks that a file is read while it is written: by whole lines, by halves, in chunks."""

from pathlib import Path

import pytest
from tests.conftest import Folder, event, ndjson, sample_lines, seeded


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Name a log file that does not exist yet."""
    return tmp_path / "audit.log"


def lines(first: int, past: int) -> bytes:
    """Make the events of a range of numbers."""
    return ndjson(*(event(number) for number in range(first, past)))


BEGINNING = lines(1_000, 1_700)
"""More than what is looked at before the first chunk is cut."""


def append(log: Path, content: bytes) -> None:
    """Write behind what a file holds."""
    with log.open("ab") as file:
        file.write(content)


def test_only_what_is_new_is_read(folder: Folder, log: Path) -> None:
    """A file that grew by whole lines is continued behind what was taken."""
    log.write_bytes(lines(0, 10))
    folder.ingest("events", log)
    append(log, lines(10, 14))

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.stored) == (4, 4)


def test_half_a_line_waits_for_its_rest(folder: Folder, log: Path) -> None:
    """A last line without newline is not taken, is reported as waiting, and is whole later."""
    whole = lines(0, 11)
    log.write_bytes(whole[:-20])
    first = folder.ingest("events", log)
    append(log, whole[-20:])

    second = folder.ingest("events", log)

    assert (first.outcome.lines, second.outcome.lines, second.outcome.stored) == (10, 1, 1)
    assert first.waiting == {log: len(lines(10, 11)) - 20}
    assert second.waiting == {}


def test_a_whole_record_without_newline_waits_too(folder: Folder, log: Path) -> None:
    """A record that looks complete may still grow: it is taken when its newline is there."""
    log.write_bytes(lines(0, 1)[:-1])
    first = folder.ingest("events", log).outcome
    append(log, b"\n")

    second = folder.ingest("events", log).outcome

    assert (first.lines, second.stored) == (0, 1)


def test_a_file_that_grows_by_random_pieces_is_read_exactly(folder: Folder, log: Path) -> None:
    """However a writer's bytes are cut, every line is received once and stored once."""
    random = seeded(5)
    content = lines(0, 200)
    log.write_bytes(b"")
    place = 0
    while place < len(content):
        size = random.randint(1, 6_000)
        append(log, content[place : place + size])
        place += size
        folder.ingest("events", log)

    total = folder.totals()

    assert (total.received, total.stored, total.rejected) == (200, 200, 0)


def test_growth_within_the_first_kilobyte_is_growth(folder: Folder, log: Path) -> None:
    """A file first seen shorter than the part it is known by is still the same file later."""
    log.write_bytes(lines(0, 1))
    folder.ingest("events", log)
    append(log, lines(1, 40))
    folder.ingest("events", log)
    append(log, lines(40, 41))

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.duplicates) == (1, 0)


def test_chunks_and_one_piece_are_the_same(folder: Folder, log: Path) -> None:
    """A file read in many small chunks gives the lines of the file, numbered through."""
    log.write_bytes(b"bad\n" + BEGINNING + b"worse\n" + lines(0, 80) + b"worst\n")
    folder.open(chunk_bytes=2_048)

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.stored) == (783, 780)
    assert folder.app.inbox.last_seq() > 4
    assert [(reject.line, reject.body) for reject in folder.rejects()] == [
        (1, b"bad"),
        (702, b"worse"),
        (783, b"worst"),
    ]


def test_growth_is_found_whatever_the_chunks_were(folder: Folder, log: Path) -> None:
    """A file taken in small chunks is continued in large ones, and the reverse."""
    log.write_bytes(BEGINNING + lines(0, 60))
    folder.open(chunk_bytes=2_048)
    folder.ingest("events", log)
    folder.open()
    append(log, lines(60, 70))
    larger = folder.ingest("events", log).outcome
    folder.open(chunk_bytes=1_024)
    append(log, lines(70, 90))

    smaller = folder.ingest("events", log).outcome

    assert (larger.lines, smaller.lines) == (10, 20)


@pytest.mark.parametrize("chunk_bytes", [4_096, 1 << 20])
def test_a_line_larger_than_a_chunk_is_one_line(
    folder: Folder, log: Path, chunk_bytes: int
) -> None:
    """A sound line within the limit for lines is one event, also when chunks are far smaller."""
    long = ndjson(event(1, agent="x" * 60_000))
    log.write_bytes(BEGINNING + lines(0, 1) + long + lines(2, 4))
    folder.open(chunk_bytes=chunk_bytes)

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.stored, outcome.rejected) == (704, 704, 0)


def test_a_line_larger_than_anything_allowed_keeps_its_bytes(folder: Folder, log: Path) -> None:
    """A line that no chunk holds is refused with every byte, and hurts no line beside it."""
    giant = b'{"x":"' + b"y" * 50_000 + b'"}'
    log.write_bytes(BEGINNING + giant + b"\n" + lines(2, 4))
    folder.open(chunk_bytes=16_384, max_line_bytes=2_000)

    outcome = folder.ingest("events", log).outcome

    assert outcome.stored == 702
    assert {reject.reason for reject in folder.rejects()} == {"too_large"}
    assert b"".join(reject.body for reject in folder.rejects()) == giant


def test_a_giant_line_cannot_smuggle_an_event_in(folder: Folder, log: Path) -> None:
    """What stands at the end of a line that is too large is not taken for a line of its own."""
    smuggled = ndjson(event(99))
    log.write_bytes(BEGINNING + b"y" * 50_000 + b" " * 9_000 + smuggled + lines(0, 1))
    folder.open(chunk_bytes=4_096, max_line_bytes=8_000)

    outcome = folder.ingest("events", log).outcome

    assert outcome.stored == 701
    assert {reject.reason for reject in folder.rejects()} == {"too_large"}


def test_a_file_that_shrank_by_a_line_is_read_anew(folder: Folder, log: Path) -> None:
    """A file shorter than what was taken of it is another file; what it shares counts once."""
    log.write_bytes(lines(0, 10))
    folder.ingest("events", log)
    log.write_bytes(lines(0, 9))

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.duplicates, outcome.stored) == (9, 9, 0)


def test_windows_line_ends_are_line_ends(folder: Folder, log: Path) -> None:
    """Lines that end in CR LF are the same records as lines that end in LF."""
    log.write_bytes(b"".join(sample_lines(200)).replace(b"\n", b"\r\n"))

    outcome = folder.ingest("openbao", log).outcome

    assert (outcome.lines, outcome.rejected) == (200, 0)


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it(
    folder: Folder, log: Path
) -> None:
    """A file that an editor saved with a byte order mark loses no line."""
    log.write_bytes(b"\xef\xbb\xbf" + lines(0, 3))

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.stored) == (3, 3)


def test_blank_lines_are_filtered_and_counted(folder: Folder, log: Path) -> None:
    """Blank lines are lines received and filtered, with LF or CR LF, at any place."""
    log.write_bytes(b"\n" + lines(0, 1) + b"\r\n\n" + lines(1, 2) + b"\n")

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.stored, outcome.filtered) == (6, 2, 4)
