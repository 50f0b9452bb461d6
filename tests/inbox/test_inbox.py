"""Checks that what is accepted is durable, whole, in order and handed out unchanged."""

import signal
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.conftest import SetClock, event, ndjson, run, run_json

from vaultmeter.inbox.batches import Batch, Chunk, TakenFile
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.errors import Invalid, NotFound, Unavailable

SMALL = 1 << 20
"""Batches that compress to less than this wait in the inbox."""


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    """Give an inbox in which every batch of these tests waits."""
    opened = Inbox(tmp_path, SetClock(), SMALL)
    yield opened
    opened.close()


def begin(inbox: Inbox, name: str = "audit.log") -> TakenFile:
    """Begin a file of a source that is added when it is new."""
    source = inbox.source("vault", "events", "acme")
    return inbox.files.new(source, Path(name), b"head of " + name.encode(), None)


def accept(inbox: Inbox, file: TakenFile, content: bytes) -> tuple[Batch, TakenFile]:
    """Accept the next lines of a file."""
    lines = content.count(b"\n")
    return inbox.accept(file, Chunk(Path(file.path), content, file.position, file.lines + 1, lines))


def test_a_batch_comes_back_as_it_was_accepted(inbox: Inbox) -> None:
    """Content is handed out byte for byte, whatever bytes it holds."""
    content = bytes(range(256)) * 40 + b"\n"

    batch, _ = accept(inbox, begin(inbox), content)

    assert inbox.content(batch) == content
    assert (batch.size, batch.lines) == (len(content), content.count(b"\n"))


def test_the_position_follows_the_batches(inbox: Inbox) -> None:
    """After each batch the file's position and line count are those behind it."""
    file = begin(inbox)
    _, file = accept(inbox, file, b"one\ntwo\n")
    second, file = accept(inbox, file, b"three\n")

    assert (second.start, second.first_line) == (8, 3)
    assert (file.position, file.lines) == (14, 3)
    assert inbox.batches_of(file)[1] == second


def test_batches_are_numbered_in_the_order_they_were_accepted(inbox: Inbox) -> None:
    """Sequence numbers grow by one over all files, and batches come out in their order."""
    one, two = begin(inbox, "one.log"), begin(inbox, "two.log")
    _, one = accept(inbox, one, b"a\n")
    _, two = accept(inbox, two, b"b\n")
    _, one = accept(inbox, one, b"c\n")

    batches = list(inbox.each_batch())

    assert [batch.seq for batch in batches] == [1, 2, 3]
    assert [inbox.content(batch) for batch in batches] == [b"a\n", b"b\n", b"c\n"]
    assert [batch.seq for batch in inbox.each_batch(after=2)] == [3]
    assert inbox.last_seq() == 3


def test_many_batches_are_handed_out_completely(inbox: Inbox) -> None:
    """Walking over more batches than are read at once leaves none out."""
    file = begin(inbox)
    for number in range(150):
        _, file = accept(inbox, file, b"%d\n" % number)

    seqs = [batch.seq for batch in inbox.each_batch()]

    assert seqs == list(range(1, 151))


def test_all_of_it_is_there_after_opening_again(tmp_path: Path) -> None:
    """What was accepted is read from disk by the next one who opens the inbox."""
    first = Inbox(tmp_path, SetClock(), SMALL)
    batch, file = accept(first, begin(first), b"one\n")
    first.close()

    second = Inbox(tmp_path, SetClock(), SMALL)

    assert second.batch(batch.seq) == batch
    assert second.files.get(file.id) == file
    assert second.content(batch) == b"one\n"
    second.close()


@pytest.mark.parametrize(
    ("place", "batches"),
    [("batch-inserted:3", 2), ("batch-accepted:3", 3), ("segment-renamed:3", 2)],
)
def test_batch_and_position_become_durable_together(
    tmp_path: Path, place: str, batches: int
) -> None:
    """Killed anywhere while accepting, the position is exactly behind the last whole batch."""
    log = tmp_path / "audit.log"
    content = ndjson(*(event(number) for number in range(1_500)))
    log.write_bytes(content)
    settings = {"VAULTMETER_CHUNK_BYTES": "30000", "VAULTMETER_SEGMENT_BYTES": "1"}
    words = ("--data", tmp_path / "data", "ingest", "events", log, "--json")

    killed = run(*words, env=settings | {"VAULTMETER_KILL_AT": place})

    assert killed.returncode == -signal.SIGKILL
    ends, positions = taken_by(tmp_path / "data" / "inbox.sqlite")
    assert len(ends) == batches
    assert positions == [ends[-1]]
    assert content[: ends[-1]].endswith(b"\n")
    rest = content[ends[-1] :].count(b"\n")
    assert run_json(*words, env=settings)["records"] == rest


def taken_by(path: Path) -> tuple[list[int], list[int]]:
    """Read where the batches of an inbox end, and the positions of its files."""
    database = apsw.Connection(str(path))
    ends = [
        int(str(row[0])) for row in database.execute("select start + bytes from batch order by seq")
    ]
    positions = [int(str(row[0])) for row in database.execute("select position from file")]
    database.close()
    return ends, positions


def test_a_file_is_found_by_how_it_starts(inbox: Inbox) -> None:
    """A longer start of the same content finds the file, another start does not."""
    source = inbox.source("vault", "events", "acme")
    _, file = accept(inbox, inbox.files.new(source, Path("a"), b"short", None), b"x\n")

    assert inbox.files.like(source, b"short and longer") == [file]
    assert inbox.files.like(source, b"sho") == []
    assert inbox.files.like(source, b"other") == []


def test_files_of_other_sources_are_not_found(inbox: Inbox) -> None:
    """The same start of a file in another source is another file."""
    source = inbox.source("vault", "events", "acme")
    accept(inbox, inbox.files.new(source, Path("a"), b"start", None), b"x\n")
    other = inbox.source("other", "events", "acme")

    assert inbox.files.like(other, b"start") == []


def test_the_furthest_read_of_like_files_comes_first(inbox: Inbox) -> None:
    """Of several files that start alike, the one that was read furthest is tried first."""
    source = inbox.source("vault", "events", "acme")
    accept(inbox, inbox.files.new(source, Path("a"), b"start", None), b"x\n")
    _, further = accept(inbox, inbox.files.new(source, Path("b"), b"start", None), b"x\ny\n")

    assert inbox.files.like(source, b"start")[0] == further


def test_a_source_is_added_once(inbox: Inbox) -> None:
    """Asking for a source again answers the same one, with or without its account."""
    added = inbox.source("vault", "openbao", "acme")

    assert inbox.source("vault", "openbao", "acme") == added
    assert inbox.source("vault", "openbao", None) == added
    assert inbox.sources() == [added]
    assert inbox.source("plain", "openbao", None).account == "default"


def test_a_source_keeps_its_connector(inbox: Inbox) -> None:
    """Naming a source with another connector is an error that says which one it has."""
    inbox.source("vault", "openbao", None)

    with pytest.raises(Invalid, match="'vault' is read by the connector 'openbao'") as raised:
        inbox.source("vault", "events", None)

    assert "--source" in raised.value.hint


def test_a_source_keeps_its_account(inbox: Inbox) -> None:
    """Naming a source with another account is an error that says which one it has."""
    inbox.source("vault", "openbao", "acme")

    with pytest.raises(Invalid, match="'vault' belongs to account 'acme'") as raised:
        inbox.source("vault", "openbao", "globex")

    assert "--account" in raised.value.hint


def test_unknown_names_are_not_found(inbox: Inbox) -> None:
    """A source or a batch that does not exist is an error with the nearest name."""
    inbox.source("vault", "openbao", None)

    with pytest.raises(NotFound, match="no source 'vualt'") as raised:
        inbox.source_named("vualt")
    with pytest.raises(NotFound, match="no batch 7"):
        inbox.batch(7)

    assert "vault" in raised.value.hint


def test_lines_received_are_counted_by_day(tmp_path: Path) -> None:
    """What was received is told by source, day in UTC and batch, and nothing is missing."""
    clock = SetClock()
    inbox = Inbox(tmp_path, clock, SMALL)
    _, file = accept(inbox, begin(inbox), b"one\ntwo\n")
    clock.advance(hours=12)
    accept(inbox, file, b"three\n")

    received = inbox.received()

    assert received == [("vault", "2026-11-22", 1, 2), ("vault", "2026-11-23", 2, 1)]
    inbox.close()


def test_two_readers_of_one_file_do_not_take_the_same_lines(inbox: Inbox) -> None:
    """Lines behind a position that somebody else has moved are refused, and nothing is kept."""
    _, file = accept(inbox, begin(inbox), b"one\n")
    accept(inbox, file, b"two\n")

    with pytest.raises(Unavailable, match="somebody else"):
        accept(inbox, file, b"two\n")

    assert [inbox.content(batch) for batch in inbox.each_batch()] == [b"one\n", b"two\n"]
