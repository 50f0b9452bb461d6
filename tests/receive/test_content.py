"""Checks compressed files, damaged ones, and standard input of a real process."""

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.conftest import Folder, command, environment, event, ndjson, run_json, sample

from vaultmeter.model.errors import Invalid

Packer = Callable[[bytes], bytes]


def zstd(content: bytes) -> bytes:
    """Pack as zstd."""
    return zstandard.ZstdCompressor().compress(content)


PACKERS = [pytest.param(gzip.compress, id="gzip"), pytest.param(zstd, id="zstd")]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Name a file that does not exist yet; its suffix says nothing about how it is packed."""
    return tmp_path / "audit.log.old"


def lines(first: int, past: int) -> bytes:
    """Make the events of a range of numbers."""
    return ndjson(*(event(number) for number in range(first, past)))


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_files_are_read_as_what_they_hold(
    folder: Folder, packed: Path, pack: Packer
) -> None:
    """A compressed file is known by its first bytes and gives the same as the plain one."""
    packed.write_bytes(pack(sample()))

    outcome = folder.ingest("openbao", packed).outcome

    assert (outcome.lines, outcome.stored) == (17_125, 8_563)


@pytest.mark.parametrize("pack", PACKERS)
def test_a_file_read_plain_is_known_when_packed(folder: Folder, packed: Path, pack: Packer) -> None:
    """Rotation that compresses does not double a file, and what it has more is read."""
    folder.take("events", lines(0, 30))
    packed.write_bytes(pack(lines(0, 33)))

    outcome = folder.ingest("events", packed).outcome

    assert (outcome.lines, outcome.stored, outcome.duplicates) == (3, 3, 0)


@pytest.mark.parametrize("pack", PACKERS)
def test_parts_packed_one_behind_the_other_are_one_content(
    folder: Folder, packed: Path, pack: Packer
) -> None:
    """A file of several compressed parts, as appending makes it, is read to its end."""
    packed.write_bytes(pack(lines(0, 3)) + pack(lines(3, 5)) + pack(lines(5, 9)))

    outcome = folder.ingest("events", packed).outcome

    assert outcome.stored == 9


@pytest.mark.parametrize("pack", PACKERS)
def test_the_last_line_of_a_packed_file_needs_no_newline(
    folder: Folder, packed: Path, pack: Packer
) -> None:
    """A compressed file is finished, so its last line is complete without a newline."""
    packed.write_bytes(pack(lines(0, 3)[:-1]))

    outcome = folder.ingest("events", packed).outcome

    assert (outcome.lines, outcome.stored) == (3, 3)


@pytest.mark.parametrize("pack", PACKERS)
def test_a_packed_file_again_adds_nothing(folder: Folder, packed: Path, pack: Packer) -> None:
    """A compressed file that was read to its end adds no event when it is read again."""
    packed.write_bytes(pack(lines(0, 3)[:-1]))
    folder.ingest("events", packed)

    again = folder.ingest("events", packed).outcome

    assert again.stored == 0
    assert folder.totals().stored == 3


@pytest.mark.parametrize("pack", PACKERS)
def test_a_packed_file_cut_short_gives_what_came_before(
    folder: Folder, packed: Path, pack: Packer
) -> None:
    """Of a compressed file that ends too early the whole lines before the cut are taken in."""
    whole = pack(sample())
    packed.write_bytes(whole[: len(whole) * 3 // 4])

    with pytest.raises(Invalid, match="is damaged"):
        folder.ingest("openbao", packed)

    total = folder.totals()
    assert total.received > 10_000
    assert (total.rejected, total.pending) == (0, 0)


@pytest.mark.parametrize("pack", PACKERS)
def test_a_mended_packed_file_is_continued(folder: Folder, packed: Path, pack: Packer) -> None:
    """A damaged compressed file that was replaced by the whole one ends as if never damaged."""
    whole = pack(sample())
    packed.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Invalid, match="is damaged"):
        folder.ingest("openbao", packed)
    packed.write_bytes(whole)

    outcome = folder.ingest("openbao", packed).outcome

    total = folder.totals()
    assert (total.received, total.stored, total.rejected) == (17_125, 8_563, 0)
    assert outcome.duplicates == 0


@pytest.mark.parametrize("pack", PACKERS)
def test_a_packed_file_with_overwritten_bytes_is_an_error(
    folder: Folder, packed: Path, pack: Packer
) -> None:
    """A compressed file with damage in its middle says so, and nothing invented is stored."""
    whole = bytearray(pack(lines(0, 5_000)))
    middle = len(whole) // 2
    whole[middle : middle + 64] = bytes(64)
    packed.write_bytes(bytes(whole))

    with pytest.raises(Invalid, match=packed.name) as raised:
        folder.ingest("events", packed)

    assert "Repair" in raised.value.hint
    assert folder.totals().stored <= 5_000


def test_a_file_that_only_looks_packed_is_an_error(folder: Folder, packed: Path) -> None:
    """Two bytes that begin every gzip file and nothing else are a clear error."""
    packed.write_bytes(b"\x1f\x8b")

    with pytest.raises(Invalid, match="is damaged"):
        folder.ingest("events", packed)


def test_standard_input_is_read_to_its_end(tmp_path: Path) -> None:
    """A process reads what is piped into it, with a last line that has no newline."""
    taken = run_json(
        *("--data", tmp_path / "data", "ingest", "events", "-", "--json"),
        stdin=lines(0, 20)[:-1],
    )

    assert (taken["records"], taken["events"]) == (20, 20)


@pytest.mark.parametrize("pack", PACKERS)
def test_standard_input_may_be_packed(tmp_path: Path, pack: Packer) -> None:
    """What is piped in is unpacked like a file."""
    taken = run_json(
        *("--data", tmp_path / "data", "ingest", "events", "-", "--json"),
        stdin=pack(lines(0, 20)),
    )

    assert taken["events"] == 20


def test_the_same_standard_input_again_adds_nothing(tmp_path: Path) -> None:
    """Standard input has no name to know it by, so the dedupe keeps repeats out."""
    words = ("--data", tmp_path / "data", "ingest", "events", "-", "--json")
    run_json(*words, stdin=lines(0, 20))

    again = run_json(*words, stdin=lines(0, 20))

    assert (again["records"], again["events"], again["duplicates"]) == (20, 0, 20)


def test_a_slow_pipe_is_read_without_loss(tmp_path: Path) -> None:
    """Bytes that arrive one half line at a time become whole lines, in small chunks too."""
    content = lines(0, 60)
    words = ("--data", tmp_path / "data", "ingest", "events", "-", "--json")
    with subprocess.Popen(  # noqa: S603  our own program
        command(*words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment({"VAULTMETER_CHUNK_BYTES": "4096"}),
    ) as process:
        assert process.stdin is not None
        for place in range(0, len(content), 700):
            process.stdin.write(content[place : place + 700])
            process.stdin.flush()
        process.stdin.close()
        assert process.wait(timeout=60) == 0

    total = run_json("--data", tmp_path / "data", "ledger", "--json")["days"]

    assert [(day["received"], day["stored"]) for day in total] == [(60, 60)]


def test_an_empty_standard_input_is_nothing(tmp_path: Path) -> None:
    """A pipe that closes at once is no error."""
    words = ("--data", tmp_path / "data", "ingest", "events", "-", "--json")

    taken = run_json(*words, stdin=b"")

    assert taken["records"] == 0
