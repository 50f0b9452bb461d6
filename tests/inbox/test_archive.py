"""Checks sealed segments: checksummed, never half there, and clear about damage."""

import signal
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import apsw
import pytest
from tests.conftest import Folder, SetClock, event, ndjson, run, seeded

from vaultmeter.inbox.archive import Archive
from vaultmeter.inbox.batches import Batch, Chunk
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.errors import ArchiveDamaged

EACH = 1
"""Segment size with which every batch is sealed by itself."""
Open = Callable[[int], Inbox]


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Open]:
    """Give a way to open the inbox of one folder, with a segment size, as often as wanted."""
    opened: list[Inbox] = []

    def open_(segment_bytes: int) -> Inbox:
        for inbox in opened:
            inbox.close()
        opened.append(Inbox(tmp_path, SetClock(), segment_bytes))
        return opened[-1]

    yield open_
    for inbox in opened:
        inbox.close()


def accept(inbox: Inbox, *contents: bytes) -> list[Batch]:
    """Accept contents as batches of one file."""
    source = inbox.source("vault", "events", None)
    file = inbox.files.new(source, Path("audit.log"), b"head", None)
    batches = []
    for content in contents:
        chunk = Chunk(Path("audit.log"), content, file.position, file.lines + 1, 1)
        batch, file = inbox.accept(file, chunk)
        batches.append(batch)
    return batches


def noise(seed: int, size: int = 4_000) -> bytes:
    """Make a line that does not compress."""
    return seeded(seed).randbytes(size).replace(b"\n", b".") + b"\n"


def segments(inbox: Inbox) -> list[Path]:
    """List the files of the archive."""
    return sorted(path for path in inbox.archive.folder.glob("*/*") if path.is_file())


def test_a_large_batch_is_sealed_at_once(opening: Open) -> None:
    """A batch as large as a segment is on disk under its month, and comes back unchanged."""
    inbox = opening(EACH)

    (batch,) = accept(inbox, noise(1))

    (segment,) = segments(inbox)
    assert segment.parent.name == "2026-11"
    assert inbox.content(batch) == noise(1)


def test_a_segment_has_the_checksum_it_was_sealed_with(opening: Open, tmp_path: Path) -> None:
    """Size and SHA-256 that the inbox keeps of a segment are those of its file."""
    inbox = opening(EACH)
    accept(inbox, noise(1), noise(2))

    rows = apsw.Connection(str(tmp_path / "inbox.sqlite")).execute(
        "select name, bytes, sha256 from segment order by name"
    )

    files = {str(path.relative_to(inbox.archive.folder)): path for path in segments(inbox)}
    assert len(files) == 2
    for name, size, check in rows:
        content = files[name].read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (size, check)


def whole(inbox: Inbox) -> bytes:
    """All that was accepted, in order."""
    return b"".join(inbox.content(batch) for batch in inbox.each_batch())


def test_small_batches_wait_until_they_fill_a_segment(opening: Open) -> None:
    """Small batches stay in the inbox, and move out together when there are enough."""
    inbox = opening(10_000)
    accept(inbox, *(noise(seed) for seed in range(19)))
    too_few = inbox.seal(inbox.last_seq())
    accept(inbox, *(noise(seed) for seed in range(19, 24)))

    enough = inbox.seal(inbox.last_seq())

    assert (too_few, enough) == (False, True)
    assert len(segments(inbox)) == 1
    assert whole(inbox) == b"".join(noise(seed) for seed in range(24))


def test_only_what_the_store_has_is_sealed(opening: Open) -> None:
    """Batches behind the given number stay in the inbox, and come out of it unchanged."""
    inbox = opening(1 << 20)
    accept(inbox, b"one\n", b"two\n", b"three\n")

    inbox.seal(2, everything=True)
    again = inbox.seal(2, everything=True)

    assert not again
    assert len(segments(inbox)) == 1
    assert [inbox.content(batch) for batch in inbox.each_batch()] == [b"one\ntwo\n", b"three\n"]


def test_sealing_all_of_nothing_is_nothing(opening: Open) -> None:
    """An empty inbox makes no segment."""
    inbox = opening(1 << 20)

    assert not inbox.seal(0, everything=True)
    assert segments(inbox) == []


@pytest.mark.parametrize(
    ("place", "left"), [("segment-written", ".partial"), ("segment-renamed", ".zst")]
)
def test_what_a_killed_process_left_is_swept(
    folder: Folder, tmp_path: Path, place: str, left: str
) -> None:
    """A segment that no batch refers to is gone after the next start, and all lines are there."""
    log = tmp_path / "audit.log"
    log.write_bytes(ndjson(*(event(number) for number in range(50))))
    each = {"VAULTMETER_SEGMENT_BYTES": "1"}
    words = ("--data", folder.path, "ingest", "events", log)
    run(*words, env=each | {"VAULTMETER_KILL_AT": place})
    orphans = list((folder.path / "archive").glob("*/*"))

    folder.ingest("events", log)

    assert [path.suffix for path in orphans] == [left]
    assert not orphans[0].exists()
    assert folder.totals().stored == 50


@pytest.mark.parametrize("place", ["seal-written", "seal-done"])
def test_a_process_killed_while_sealing_loses_nothing(
    folder: Folder, tmp_path: Path, place: str
) -> None:
    """Killed before or after the inbox let go of batches, each is in exactly one place."""
    random = seeded(1)
    for number in range(0, 600, 60):
        events = (
            event(place, agent=random.randbytes(20).hex()) for place in range(number, number + 60)
        )
        (tmp_path / f"{number:03}.log").write_bytes(ndjson(*events))
    small = {"VAULTMETER_SEGMENT_BYTES": "2000"}
    words = ("--data", folder.path, "ingest", "events", tmp_path / "*.log")
    killed = run(*words, env=small | {"VAULTMETER_KILL_AT": place})

    app = folder.open(segment_bytes=2_000)
    app.fold()

    assert killed.returncode == -signal.SIGKILL
    assert len(segments(app.inbox)) == 1
    assert app.rebuild().stored == 600


def test_sweeping_leaves_what_is_known_and_what_is_not_ours(tmp_path: Path) -> None:
    """Only unknown segments are deleted: known ones and other files stay."""
    archive = Archive(tmp_path / "archive")
    known = archive.write([b"known"], SetClock()()).name
    archive.write([b"unknown"], SetClock()())
    (tmp_path / "archive" / "2026-11" / "notes.txt").write_text("mine")

    swept = archive.sweep({known})

    assert swept == 1
    left = {path.name for path in (tmp_path / "archive" / "2026-11").iterdir()}
    assert left == {Path(known).name, "notes.txt"}


def flip(path: Path) -> None:
    """Change bytes in the middle of a file."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(byte ^ 0xFF for byte in content[middle : middle + 8])
    path.write_bytes(bytes(content))


def cut(path: Path) -> None:
    """Cut the end of a file off."""
    path.write_bytes(path.read_bytes()[:-10])


def empty(path: Path) -> None:
    """Leave nothing of a file's content."""
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (flip, "cannot be read"),
        (cut, "is cut short"),
        (empty, "is cut short"),
        (Path.unlink, "cannot be read: .*No such file"),
    ],
)
def test_damage_is_told_with_the_name_of_the_segment(
    opening: Open, damage: Callable[[Path], None], text: str
) -> None:
    """A changed, cut, emptied or missing segment is an error that names it and says what to do."""
    inbox = opening(EACH)
    broken, sound = accept(inbox, noise(1), noise(2))
    (first,) = (path for path in segments(inbox) if noise(1)[:100] in path.read_bytes())
    damage(first)

    with pytest.raises(ArchiveDamaged, match=text) as raised:
        inbox.content(broken)

    assert first.name in raised.value.message
    assert "backup" in raised.value.hint
    assert inbox.content(sound) == noise(2)


def test_a_segment_in_the_place_of_another_is_noticed(opening: Open) -> None:
    """A sound frame that is not the one that was accepted is not handed out."""
    inbox = opening(EACH)
    batches = accept(inbox, noise(1), noise(2))
    one, two = segments(inbox)
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)

    for batch in batches:
        with pytest.raises(ArchiveDamaged, match="is not what was accepted"):
            inbox.content(batch)


def test_a_damaged_archive_stops_a_rebuild_before_it_begins(folder: Folder) -> None:
    """A rebuild that cannot succeed leaves the store, and what it answers, as they were."""
    folder.open(segment_bytes=1)
    folder.take("events", ndjson(*(event(number) for number in range(50))))
    folder.take("events", ndjson(*(event(number) for number in range(50, 90))))
    before = folder.reports()
    flip(segments(folder.app.inbox)[-1])

    with pytest.raises(ArchiveDamaged):
        folder.app.rebuild()

    assert folder.reports() == before


def test_the_command_line_says_what_is_damaged(tmp_path: Path) -> None:
    """A damaged archive ends a rebuild with exit code 5 and two lines to act on."""
    data = tmp_path / "data"
    lines = ndjson(*(event(number) for number in range(50)))
    run("--data", data, "ingest", "events", "-", stdin=lines, env={"VAULTMETER_SEGMENT_BYTES": "1"})
    (segment,) = (data / "archive").glob("*/*.zst")
    flip(segment)

    done = run("--data", data, "rebuild")

    assert done.returncode == 5
    assert segment.name in done.stderr.decode()
    assert "Restore the archive folder from a backup" in done.stderr.decode()
