"""Checks which files are meant, and that each is read once, however often and under what name."""

import gzip
import os
import shutil
from pathlib import Path

import pytest
from tests.conftest import Folder, event, ndjson, sample, sample_lines

from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.receive.files import expand


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Give a folder for log files."""
    made = tmp_path / "logs"
    made.mkdir()
    return made


def lines(first: int, past: int) -> bytes:
    """Make the events of a range of numbers."""
    return ndjson(*(event(number) for number in range(first, past)))


def test_a_plain_file_is_taken_in_whole(folder: Folder, logs: Path) -> None:
    """Every line of a plain file is received, and every request of it becomes one event."""
    log = logs / "audit.log"
    log.write_bytes(sample())

    outcome = folder.ingest("openbao", log).outcome

    assert (outcome.lines, outcome.stored, outcome.filtered) == (17_125, 8_563, 8_562)


def test_the_same_file_again_adds_nothing(folder: Folder, logs: Path) -> None:
    """A file that was read to its end is not read again: no line of it is even received."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 50))
    folder.ingest("events", log)

    again = folder.ingest("events", log).outcome

    assert again.lines == 0
    assert folder.totals().received == 50


def test_several_paths_are_read_in_the_order_given(folder: Folder, logs: Path) -> None:
    """Each path named is read once, in the order of the command line."""
    (logs / "b.log").write_bytes(lines(0, 3))
    (logs / "a.log").write_bytes(lines(3, 5))

    outcome = folder.ingest("events", logs / "b.log", logs / "a.log", logs / "b.log").outcome

    assert (outcome.lines, outcome.stored) == (5, 5)
    paths = [folder.app.inbox.files.get(number).path for number in (1, 2)]
    assert paths == [str(logs / "b.log"), str(logs / "a.log")]


def test_a_pattern_means_its_files_oldest_first(logs: Path) -> None:
    """A pattern stands for all files that match it, in the order they were last written."""
    for age, name in enumerate(("audit.log", "audit.log.1", "audit.log.2")):
        (logs / name).write_bytes(b"{}\n")
        os.utime(logs / name, (1_000_000 - age, 1_000_000 - age))
    (logs / "other.txt").write_bytes(b"{}\n")

    found = expand([str(logs / "audit.log*")])

    assert [path.name for path in found] == ["audit.log.2", "audit.log.1", "audit.log"]


def test_a_pattern_reaches_into_folders(folder: Folder, logs: Path) -> None:
    """Two stars in a pattern stand for folders at any depth."""
    (logs / "a" / "b").mkdir(parents=True)
    (logs / "a" / "b" / "one.log").write_bytes(lines(0, 2))
    (logs / "two.log").write_bytes(lines(2, 5))

    outcome = folder.ingest("events", logs / "**" / "*.log").outcome

    assert outcome.stored == 5


def test_a_name_with_pattern_signs_that_exists_is_a_name(folder: Folder, logs: Path) -> None:
    """A file called `audit[1].log` can be named, though brackets are signs of patterns."""
    log = logs / "audit[1].log"
    log.write_bytes(lines(0, 2))

    outcome = folder.ingest("events", log).outcome

    assert outcome.stored == 2


def test_a_dangling_link_beside_the_others_is_passed_over(folder: Folder, logs: Path) -> None:
    """A link to a file that is gone does not keep a pattern from reading the other files."""
    (logs / "one.log").write_bytes(lines(0, 2))
    (logs / "old.log").symlink_to(logs / "gone.log")

    outcome = folder.ingest("events", logs / "*.log").outcome

    assert outcome.stored == 2


def test_a_missing_file_is_named(folder: Folder, logs: Path) -> None:
    """A path that does not exist is an error that says which path."""
    with pytest.raises(NotFound, match=r"nothing\.log") as raised:
        folder.ingest("events", logs / "nothing.log")

    assert raised.value.hint


def test_a_path_through_a_file_is_named(folder: Folder, logs: Path) -> None:
    """A path that goes on behind a file is an error that says which path, not a crash."""
    (logs / "one.log").write_bytes(lines(0, 2))

    with pytest.raises((NotFound, Invalid), match=r"one\.log/two\.log"):
        folder.ingest("events", logs / "one.log" / "two.log")


def test_a_folder_is_refused_with_the_pattern_to_use(folder: Folder, logs: Path) -> None:
    """A folder is an error whose hint is the pattern for the files in it."""
    with pytest.raises(Invalid, match="is a folder") as raised:
        folder.ingest("events", logs)

    assert f"{logs}/*" in raised.value.hint


def test_a_pattern_without_match_is_refused(folder: Folder, logs: Path) -> None:
    """A pattern that matches nothing is an error, so that a typing mistake is not silence."""
    with pytest.raises(NotFound, match=r"No file matches .*\.lgo"):
        folder.ingest("events", logs / "*.lgo")


def test_what_came_before_a_missing_file_stays(folder: Folder, logs: Path) -> None:
    """Files taken in before an error are taken in; the same command continues behind them."""
    (logs / "one.log").write_bytes(lines(0, 2))
    with pytest.raises(NotFound):
        folder.ingest("events", logs / "one.log", logs / "two.log")
    (logs / "two.log").write_bytes(lines(2, 5))

    outcome = folder.ingest("events", logs / "one.log", logs / "two.log").outcome

    assert outcome.lines == 3
    assert folder.totals().stored == 5


def test_an_empty_file_is_nothing(folder: Folder, logs: Path) -> None:
    """A file without a byte is read without error, and grows into lines later."""
    log = logs / "audit.log"
    log.write_bytes(b"")
    empty = folder.ingest("events", log).outcome
    log.write_bytes(lines(0, 2))

    grown = folder.ingest("events", log).outcome

    assert (empty.lines, grown.stored) == (0, 2)


def test_a_renamed_file_is_known_again(folder: Folder, logs: Path) -> None:
    """A file moved by rotation is not read again, and the new one under its name is read."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 20))
    folder.ingest("events", log)
    log.rename(logs / "audit.log.1")
    log.write_bytes(lines(20, 25))

    outcome = folder.ingest("events", logs / "audit.log*").outcome

    assert (outcome.lines, outcome.stored) == (5, 5)


def test_what_was_written_before_rotation_is_read_after_it(folder: Folder, logs: Path) -> None:
    """Lines written to a file after we read it are found when it was rotated and packed since."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 20))
    folder.ingest("events", log)
    (logs / "audit.log.1.gz").write_bytes(gzip.compress(lines(0, 23)))
    log.write_bytes(lines(23, 25))

    outcome = folder.ingest("events", logs / "audit.log*").outcome

    assert (outcome.lines, outcome.stored, outcome.duplicates) == (5, 5, 0)


def test_a_copy_of_a_file_adds_nothing(folder: Folder, logs: Path) -> None:
    """A file is known by its content: a copy under another name is not read again."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 20))
    folder.ingest("events", log)
    shutil.copy(log, logs / "copy.log")

    outcome = folder.ingest("events", logs / "copy.log").outcome

    assert outcome.lines == 0


def test_overlapping_files_count_once(folder: Folder, logs: Path) -> None:
    """Lines that two files share are received twice, stored once and counted as duplicates."""
    real = sample_lines(4_000)
    (logs / "one.log").write_bytes(b"".join(real[:3_000]))
    (logs / "two.log").write_bytes(b"".join(real[1_000:]))

    folder.ingest("openbao", logs / "one.log")
    outcome = folder.ingest("openbao", logs / "two.log").outcome

    assert outcome.lines == 3_000
    assert outcome.duplicates == 2_000
    responses = sum(b'"type":"response"' in line for line in real)
    # The first request has no answer, and the answer to the last one is cut off.
    assert folder.totals().stored == responses + 2


def test_a_file_that_was_truncated_is_read_from_its_start(folder: Folder, logs: Path) -> None:
    """After copy-truncate the file begins anew under its name, and all of it is read."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 20))
    folder.ingest("events", log)
    with log.open("r+b") as file:
        file.truncate(0)
        file.write(lines(20, 23))

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.stored) == (3, 3)


def test_copy_and_truncated_file_together_count_once(folder: Folder, logs: Path) -> None:
    """The copy that copy-truncate makes continues what was read of the file before."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 20))
    folder.ingest("events", log)
    (logs / "audit.log.1").write_bytes(lines(0, 22))
    log.write_bytes(lines(22, 23))

    outcome = folder.ingest("events", logs / "audit.log*").outcome

    assert (outcome.lines, outcome.stored, outcome.duplicates) == (3, 3, 0)


def test_a_truncated_file_that_grew_past_its_old_length_is_read_whole(
    folder: Folder, logs: Path
) -> None:
    """A file is not continued at an old position when its content before it is another."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 5))
    folder.ingest("events", log)
    log.write_bytes(lines(100, 150))

    outcome = folder.ingest("events", log).outcome

    assert (outcome.lines, outcome.stored) == (50, 50)


def test_files_with_one_start_are_told_apart(folder: Folder, logs: Path) -> None:
    """Two files that begin with the same kilobyte and differ behind it are both read."""
    (logs / "one.log").write_bytes(lines(0, 30) + lines(30, 40))
    (logs / "two.log").write_bytes(lines(0, 30) + lines(50, 60))

    folder.ingest("events", logs / "one.log")
    outcome = folder.ingest("events", logs / "two.log").outcome

    assert (outcome.lines, outcome.stored, outcome.duplicates) == (40, 10, 30)


def test_a_file_read_for_two_sources_is_read_for_each(folder: Folder, logs: Path) -> None:
    """What was read for one source says nothing about another source."""
    log = logs / "audit.log"
    log.write_bytes(lines(0, 3))
    folder.ingest("events", log, source="one")

    outcome = folder.ingest("events", log, source="two").outcome

    assert outcome.stored == 3
