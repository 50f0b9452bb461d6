"""Checks a full disk: a clear refusal, nothing accepted is lost, and all goes on with space."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.conftest import Folder, SetClock, event, ndjson, run, seeded
from tests.small_disk import small_disk

from vaultmeter.inbox.batches import Chunk, Delivery, TakenFile
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.errors import Unavailable

SIZE = 16 << 20
LINES = 12_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make 3 MB of events that compress badly, on another disk."""
    random = seeded(1)
    path = tmp_path_factory.mktemp("logs") / "audit.log"
    path.write_bytes(
        ndjson(*(event(number, agent=random.randbytes(60).hex()) for number in range(LINES)))
    )
    return path


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a small disk."""
    with small_disk(tmp_path / "disk", SIZE) as place:
        yield place


def settings(chunk: int, segment: int) -> dict[str, str]:
    """Make the settings that decide which file meets the end of the disk first."""
    return {"VAULTMETER_CHUNK_BYTES": str(chunk), "VAULTMETER_SEGMENT_BYTES": str(segment)}


@pytest.mark.parametrize(
    ("free", "given"),
    [
        pytest.param(16_000, settings(500_000, 1), id="no room for an inbox"),
        pytest.param(700_000, settings(4 << 20, 1), id="no room for a segment"),
        pytest.param(700_000, settings(4 << 20, 8 << 20), id="no room for a batch"),
        pytest.param(2_700_000, settings(500_000, 1), id="no room for the store's log"),
        pytest.param(5_500_000, settings(500_000, 8 << 20), id="no room for the store"),
    ],
)
def test_a_full_disk_loses_nothing(
    disk: Path, folder: Folder, log: Path, free: int, given: dict[str, str]
) -> None:
    """What was accepted stays, the refusal is a sentence, and with space all is taken in once."""
    ballast, folder.path = disk / "ballast", disk / "data"
    ballast.write_bytes(bytes(SIZE - free))

    refused = run("--data", folder.path, "ingest", "events", log, env=given)
    ballast.unlink()
    folder.ingest("events", log)

    assert refused.returncode == 5, refused.stderr.decode()
    assert b"Free some space" in refused.stderr
    assert b"Traceback" not in refused.stderr
    total = folder.totals()
    assert (total.received, total.stored, total.pending) == (LINES, LINES, 0)
    assert not list(folder.path.glob("archive/*/*.partial"))


@pytest.mark.parametrize("segment_bytes", [1, 8 << 20], ids=["segments", "batches"])
def test_an_inbox_goes_on_in_the_same_process(disk: Path, segment_bytes: int) -> None:
    """Each batch is accepted or refused as a whole, and with space the same inbox accepts again."""
    random, ballast = seeded(2), disk / "ballast"
    contents = [random.randbytes(200_000 * (1 + number % 5)) for number in range(24)]
    (disk / "data").mkdir()
    ballast.write_bytes(bytes(SIZE - 4_000_000))
    inbox = Inbox(disk / "data", SetClock(), segment_bytes)
    file = inbox.files.new(inbox.source("vault", "events", None), Path("audit.log"), b"head", None)

    before, file = accept_until_full(inbox, file, contents)
    same, file = accept_until_full(inbox, file, contents[before:])
    ballast.unlink()
    after, file = accept_until_full(inbox, file, contents[before : before + 8])

    kept = [inbox.content(batch) for batch in inbox.each_batch()]
    inbox.close()
    assert 0 < before < 24
    assert (same, after) == (0, 8)
    assert kept == contents[: before + 8]
    assert file.position == sum(map(len, kept))


def accept_until_full(
    inbox: Inbox, file: TakenFile, contents: list[bytes]
) -> tuple[int, TakenFile]:
    """Accept contents until one is refused; answers how many were accepted."""
    for number, content in enumerate(contents):
        chunk = Chunk(Path(file.path), content, file.position, file.lines + 1, 1)
        try:
            _, file = inbox.accept(file, chunk)
        except Unavailable:
            return number, file
    return len(contents), file


def test_what_was_accepted_on_a_full_disk_is_there_when_the_log_is_gone(
    disk: Path, folder: Folder, log: Path
) -> None:
    """Lines whose position was committed come from the inbox, not from reading the file again."""
    ballast, folder.path = disk / "ballast", disk / "data"
    ballast.write_bytes(bytes(SIZE - 3_400_000))
    given = settings(500_000, 1)

    refused = run("--data", folder.path, "ingest", "events", log, env=given)
    ballast.unlink()

    total = folder.totals()
    assert refused.returncode == 5
    assert 0 < total.received <= LINES
    assert (total.stored, total.pending) == (total.received, 0)


@pytest.mark.parametrize(
    "tidy",
    [lambda inbox: inbox.merge(0, 8 << 20), lambda inbox: inbox.seal(24, everything=True)],
    ids=["merging", "sealing"],
)
def test_a_full_disk_leaves_waiting_batches_as_they_are(
    disk: Path, tidy: Callable[[Inbox], object]
) -> None:
    """Putting batches together needs room: without it nothing changes, and with it all is there."""
    random = seeded(3)
    contents = [random.randbytes(100_000) + b"\n" for _ in range(24)]
    (disk / "data").mkdir()
    inbox = Inbox(disk / "data", SetClock(), 8 << 20)
    source = inbox.source("vault", "events", None)
    for content in contents:
        inbox.accept_all([Delivery(source, "push", content, 1)])
    fill(disk)

    with pytest.raises(Unavailable, match="The inbox cannot write"):
        tidy(inbox)
    untouched = [inbox.content(batch) for batch in inbox.each_batch()]
    (disk / "ballast").unlink()
    tidy(inbox)

    kept = [inbox.content(batch) for batch in inbox.each_batch()]
    inbox.close()
    assert untouched == contents
    assert kept == [b"".join(contents)]


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while ballast.write(bytes(4096)):
            pass
