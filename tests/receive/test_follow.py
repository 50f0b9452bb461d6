"""Checks that followed files are taken exactly, however they are written, rotated and replaced."""

import gzip
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
import zstandard
from tests.receive.following import Following, following, lines, numbers


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Name a data folder."""
    return tmp_path / "data"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Name a log file, in a folder of its own, that does not exist yet."""
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "audit.log"


def append(log: Path, content: bytes) -> None:
    """Write behind what a file holds, as a vault does."""
    with log.open("ab") as file:
        file.write(content)


def exactly(follow: Following, first: int, past: int) -> None:
    """Wait for a range of lines; each must be taken once, and nothing else."""
    assert Counter(follow.until_taken(past - first)) == numbers(first, past)


def test_what_is_appended_is_taken(data: Path, log: Path) -> None:
    """Lines that are there, and lines that are written later, are taken once each."""
    log.write_bytes(lines(0, 10))
    with following(data, log) as follow:
        exactly(follow, 0, 10)
        append(log, lines(10, 14))
        exactly(follow, 0, 14)
        assert follow.follower.condition.ok
        assert str(log) in follow.follower.condition.words


def test_a_missing_file_is_trouble_until_it_appears(data: Path, log: Path) -> None:
    """A file that is not there yet is named as trouble, and is taken from its start once it is."""
    with following(data, log) as follow:
        follow.follower.poll()
        missing = follow.follower.condition
        log.write_bytes(lines(0, 3))
        exactly(follow, 0, 3)
        follow.follower.poll()

        assert (missing.ok, missing.words) == (False, f"There is no file {log} yet.")
        assert follow.follower.condition.ok


def test_half_a_line_waits_for_its_rest(data: Path, log: Path) -> None:
    """The position never stands inside a line that may still grow, also across a restart."""
    whole = lines(0, 6)
    log.write_bytes(whole[:-20])
    with following(data, log) as follow:
        exactly(follow, 0, 5)
    append(log, whole[-20:-5])
    with following(data, log) as follow:
        follow.follower.poll()
        append(log, whole[-5:])
        exactly(follow, 0, 6)


def test_few_batches_are_made_of_a_trickle(data: Path, log: Path) -> None:
    """A file that grows line by line makes two batches a second at the most."""
    log.write_bytes(lines(0, 1))
    with following(data, log) as follow:
        exactly(follow, 0, 1)
        for number in range(1, 60):
            append(log, lines(number, number + 1))
            follow.follower.poll()
        exactly(follow, 0, 60)
        assert len(list(follow.inbox.each_batch())) <= 3


def test_a_renamed_file_is_read_to_its_end_and_its_successor_too(data: Path, log: Path) -> None:
    """A vault that was not signalled writes on into the renamed file: all of that is taken."""
    log.write_bytes(lines(0, 10))
    with following(data, log, grace=1.0) as follow, log.open("ab") as vault:
        exactly(follow, 0, 10)
        log.rename(log.with_name("audit.log.1"))
        vault.write(lines(10, 12))
        vault.flush()
        exactly(follow, 0, 12)
        log.write_bytes(b"")
        vault.write(lines(12, 15))
        vault.flush()
        exactly(follow, 0, 15)
        append(log, lines(15, 17))
        vault.write(lines(17, 18))
        vault.flush()
        exactly(follow, 0, 18)
        follow.until(lambda: len(follow.follower._tails) == 1)
        assert follow.gaps == []


def test_a_deleted_file_that_is_written_on_is_read_on(data: Path, log: Path) -> None:
    """The descriptor stays open when rotation compresses and deletes what a vault still writes."""
    log.write_bytes(lines(0, 10))
    with following(data, log) as follow, log.open("ab") as vault:
        exactly(follow, 0, 10)
        packed = log.with_name("audit.log.1.gz")
        packed.write_bytes(gzip.compress(log.read_bytes()))
        log.unlink()
        vault.write(lines(10, 13))
        vault.flush()
        exactly(follow, 0, 13)
        log.write_bytes(lines(13, 15))
        exactly(follow, 0, 15)


@pytest.mark.parametrize("stopped_for", [1, 2, 5])
def test_rotations_while_stopped_lose_nothing(data: Path, log: Path, stopped_for: int) -> None:
    """What was rotated away while nobody watched is found beside the file, half lines and all."""
    written = lines(0, 10 + 10 * stopped_for + 5)
    size = len(lines(0, 10)) - 7
    log.write_bytes(written[:size])
    with following(data, log) as follow:
        exactly(follow, 0, 9)
    rest = written[size:]
    step = len(rest) // (stopped_for + 1)
    for _ in range(stopped_for):
        end = rest.index(b"\n", step // 2) + 1
        append(log, rest[:end])
        rest = rest[end:]
        rotate(log)
        log.write_bytes(b"")
    append(log, rest)
    with following(data, log) as follow:
        exactly(follow, 0, 10 + 10 * stopped_for + 5)
        assert follow.gaps == []


def rotate(log: Path) -> None:
    """Rename audit.log.1 to .2 and so on, and the log to .1."""
    rotated = sorted(log.parent.glob(log.name + ".*"), key=lambda path: -int(path.suffix[1:]))
    for path in rotated:
        path.rename(path.with_suffix(f".{int(path.suffix[1:]) + 1}"))
    log.rename(log.with_name(log.name + ".1"))


@pytest.mark.parametrize("ending", [".1.gz", ".1.zst", "-20261122.gz"])
def test_a_compressed_successor_is_read_on_where_the_file_was_left(
    data: Path, log: Path, ending: str
) -> None:
    """Lines that were only ever seen compressed are taken; those before them are not again."""
    log.write_bytes(lines(0, 30))
    with following(data, log) as follow:
        exactly(follow, 0, 30)
    pack = zstandard.compress if "zst" in ending else gzip.compress
    packed = log.with_name("audit.log" + ending)
    packed.write_bytes(pack(lines(0, 42)))
    log.unlink()
    log.write_bytes(lines(42, 45))
    for _ in range(2):
        with following(data, log) as follow:
            exactly(follow, 0, 45)
            assert follow.gaps == []


def test_a_last_line_without_newline_is_taken_when_the_file_is_finished(
    data: Path, log: Path
) -> None:
    """A file that rotation ended in mid-line gives that line as it is, once, and for good."""
    log.write_bytes(lines(0, 3)[:-10])
    with following(data, log) as follow:
        exactly(follow, 0, 2)
        log.rename(log.with_name("audit.log.1"))
        log.write_bytes(lines(5, 6))
        taken = follow.until_taken(4)
    for _ in range(2):
        with following(data, log) as follow:
            for _ in range(3):
                follow.follower.poll()
            assert follow.lines == taken
    assert min(taken, key=len) == lines(2, 3)[:-10]


def test_truncation_is_noted_with_the_bytes_at_risk(data: Path, log: Path) -> None:
    """Copy and truncate: the copy is read on, the file anew, and what may be missing is noted."""
    log.write_bytes(lines(0, 20) + b"half")
    with following(data, log) as follow:
        exactly(follow, 0, 20)
        shutil.copy(log, log.with_name("audit.log.1"))
        append(log.with_name("audit.log.1"), b"\n")
        os.truncate(log, 0)
        append(log, lines(20, 22))
        taken = follow.until_taken(23)

        (gap,) = follow.gaps
        assert Counter(taken) == numbers(0, 22) + Counter([b"half"])
        assert (gap.kind, gap.bytes) == ("truncated", 4)
        assert str(log) in gap.words


def test_truncation_is_noticed_when_the_file_grew_past_its_old_length(
    data: Path, log: Path
) -> None:
    """A file is not read on at an old position when what stands before it is something else."""
    log.write_bytes(lines(0, 3))
    with following(data, log) as follow:
        exactly(follow, 0, 3)
        with log.open("r+b") as file:
            file.truncate(0)
            file.write(lines(3, 9))
        exactly(follow, 0, 9)
        assert [gap.kind for gap in follow.gaps] == ["truncated"]


def test_truncation_while_nobody_watched_is_noted(data: Path, log: Path) -> None:
    """A file that was truncated while we were stopped is told from one that was renamed."""
    log.write_bytes(lines(0, 20))
    with following(data, log) as follow:
        exactly(follow, 0, 20)
    append(log, lines(20, 23))
    shutil.copy(log, log.with_name("audit.log.1"))
    os.truncate(log, 0)
    append(log, lines(23, 25))
    for _ in range(2):
        with following(data, log) as follow:
            exactly(follow, 0, 25)
            (gap,) = follow.gaps
            assert (gap.kind, gap.bytes) == ("truncated", None)


def test_zeros_before_a_writers_own_position_are_passed_over(data: Path, log: Path) -> None:
    """A writer that does not append leaves zeros where it was truncated: they are no record."""
    with log.open("wb") as vault, following(data, log) as follow:
        vault.write(lines(0, 3_000))
        vault.flush()
        exactly(follow, 0, 3_000)
        os.truncate(log, 0)
        vault.write(lines(3_000, 3_002))
        vault.flush()
        exactly(follow, 0, 3_002)
        assert [gap.kind for gap in follow.gaps] == ["truncated"]


def test_a_symbolic_link_that_is_switched_is_followed(data: Path, log: Path) -> None:
    """A name that leads to another file is read on there, and the old file to its end."""
    first, second = log.with_name("audit-1.log"), log.with_name("audit-2.log")
    first.write_bytes(lines(0, 5))
    log.symlink_to(first.name)
    with following(data, log) as follow:
        exactly(follow, 0, 5)
        second.write_bytes(lines(5, 8))
        log.unlink()
        log.symlink_to(second.name)
        append(first, lines(8, 9))
        exactly(follow, 0, 9)


def test_a_file_that_is_replaced_by_a_smaller_one(data: Path, log: Path) -> None:
    """Another file under the name is read from its start, and the one before it to its end."""
    log.write_bytes(lines(0, 20))
    with following(data, log) as follow:
        exactly(follow, 0, 20)
        append(log, lines(20, 21))
        other = log.with_name("new")
        other.write_bytes(lines(21, 22))
        other.rename(log)
        exactly(follow, 0, 22)
        assert follow.gaps == []


def test_a_number_that_is_used_again_is_another_file(data: Path, log: Path) -> None:
    """A new file with the inode of a deleted one inherits nothing from it."""
    log.write_bytes(lines(0, 20))
    inode = log.stat().st_ino
    with following(data, log) as follow:
        exactly(follow, 0, 20)
    log.unlink()
    for number in range(2_000):
        other = log.with_name(f"other-{number}")
        other.write_bytes(lines(20, 45))
        if other.stat().st_ino == inode:
            break
    else:
        pytest.skip("This file system does not use the numbers of files again.")
    other.rename(log)
    with following(data, log) as follow:
        exactly(follow, 0, 45)


def test_two_files_at_once(data: Path, log: Path) -> None:
    """Several paths of one source are followed side by side."""
    other = log.with_name("other.log")
    log.write_bytes(lines(0, 5))
    other.write_bytes(lines(100, 105))
    with following(data, log, other) as follow:
        follow.until_taken(10)
        append(other, lines(105, 107))
        append(log, lines(5, 7))
        assert Counter(follow.until_taken(14)) == numbers(0, 7) + numbers(100, 107)


def test_a_pattern_follows_what_appears(data: Path, log: Path) -> None:
    """A pattern stands for the files that match it now, with what was rotated from them."""
    log.write_bytes(lines(0, 2))
    log.with_name("audit.log.1").write_bytes(lines(2, 4))
    with following(data, log.with_name("*.log*")) as follow:
        exactly(follow, 0, 4)
        log.with_name("second.log").write_bytes(lines(4, 6))
        exactly(follow, 0, 6)


def test_a_copy_of_a_followed_file_adds_nothing(data: Path, log: Path) -> None:
    """A copy beside the file is not read while the file itself is, and nothing is doubled."""
    log.write_bytes(lines(0, 20))
    with following(data, log) as follow:
        exactly(follow, 0, 20)
        shutil.copy(log, log.with_name("audit.log.bak"))
        follow.follower._next_survey = 0
        append(log, lines(20, 24))
        exactly(follow, 0, 24)
        assert len(follow.follower._tails) == 1


def test_what_nobody_has_any_more_is_a_gap(data: Path, log: Path) -> None:
    """A file that was rotated and deleted while we were away is noted as what may be missing."""
    log.write_bytes(lines(0, 5))
    with following(data, log) as follow:
        exactly(follow, 0, 5)
    log.unlink()
    log.write_bytes(lines(50, 55))
    for _ in range(2):
        with following(data, log) as follow:
            follow.until_taken(10)
            follow.follower.poll()
            (gap,) = follow.gaps
            assert (gap.kind, gap.bytes, gap.lines) == ("vanished", None, None)


def test_a_damaged_compressed_file_is_trouble_and_gives_what_is_sound(
    data: Path, log: Path
) -> None:
    """What comes before the damage is taken once, the file is named, and the others go on."""
    packed = log.with_name("audit.log.1.gz")
    packed.write_bytes(gzip.compress(lines(0, 5_000), compresslevel=0)[:-900])
    os.utime(packed, (1_000_000, 1_000_000))
    log.write_bytes(lines(5_000, 5_002))
    with following(data, log, settings={"chunk_bytes": 4_096}) as follow:
        follow.until_taken(4_900)
        follow.follower.poll()
        first = follow.follower.condition
        follow.follower._next_survey = 0
        follow.follower.poll()

        assert not first.ok
        assert str(packed) in first.words
        assert follow.follower.condition == first
        assert not Counter(follow.lines) - numbers(0, 5_002)


def test_a_giant_line_is_taken_in_pieces_that_are_refused(data: Path, log: Path) -> None:
    """A line that is larger than is held keeps its bytes, in pieces above the limit for lines."""
    giant = b"y" * 100_000
    log.write_bytes(lines(0, 2) + giant + b"\n" + lines(2, 3))
    with following(data, log, settings={"chunk_bytes": 4_096, "max_line_bytes": 8_000}) as follow:
        follow.until(lambda: numbers(2, 3) <= Counter(follow.lines))
        pieces = [line for line in follow.lines if line not in numbers(0, 3)]
        assert b"".join(pieces) == giant
        assert min(map(len, pieces)) > 8_000


def test_a_header_is_kept_with_its_file(data: Path, log: Path) -> None:
    """A first line that names columns is no record, also of the file after a rotation."""
    log.write_bytes(b"id,time\n" + lines(0, 2))
    with following(data, log, is_header=lambda line: line.startswith(b"id,")) as follow:
        exactly(follow, 0, 2)
        rotate(log)
        log.write_bytes(b"id,")
        follow.follower.poll()
        append(log, b"time\n" + lines(2, 4))
        exactly(follow, 0, 4)
        files = {batch.file for batch in follow.inbox.each_batch()}
        assert {follow.inbox.files.get(file).header for file in files} == {b"id,time\n"}


def test_a_quiet_file_is_closed_and_opened_again(
    data: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that nobody writes to costs no descriptor, and is read on when it grows."""
    monkeypatch.setattr("vaultmeter.receive.follow._RESTING", 0.0)
    log.write_bytes(lines(0, 20))
    with following(data, log) as follow:
        exactly(follow, 0, 20)
        follow.until(lambda: not follow.follower._tails)
        append(log, lines(20, 22))
        exactly(follow, 0, 22)
