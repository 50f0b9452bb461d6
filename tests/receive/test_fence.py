"""Checks that only regular files of the configured folders are read, wherever links lead."""

import os
import socket
from pathlib import Path

import pytest
from tests.receive.following import following, lines

from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.receive.fence import Fence


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Give a folder of logs, beside one with a secret."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "shadow").write_bytes(lines(0, 3))
    return tmp_path / "logs"


def test_a_link_out_of_the_folder_is_not_read(tmp_path: Path, logs: Path) -> None:
    """A log that becomes a link to another file of the system gives none of its lines."""
    log = logs / "audit.log"
    log.symlink_to(tmp_path / "secret" / "shadow")
    (logs / "audit.log.1").symlink_to("/etc/shadow")
    with following(tmp_path / "data", log) as follow:
        follow.follower.poll()
        words = follow.follower.condition.words
        assert not follow.follower.condition.ok
        assert f"{log} leads to {tmp_path}/secret/shadow" in words
        assert "/etc/shadow" in words
        assert follow.lines == []
        assert follow.follower._tails == {}


def test_an_allowed_folder_may_be_led_to(tmp_path: Path, logs: Path) -> None:
    """A folder that the settings name may be the end of a link."""
    log = logs / "audit.log"
    log.symlink_to(tmp_path / "secret" / "shadow")
    with following(tmp_path / "data", log, folders=[tmp_path / "secret"]) as follow:
        assert len(follow.until_taken(3)) == 3


def test_the_configured_folder_may_be_a_link(tmp_path: Path, logs: Path) -> None:
    """A link that was configured itself is meant."""
    (tmp_path / "link").symlink_to(logs)
    (logs / "audit.log").write_bytes(lines(0, 2))
    with following(tmp_path / "data", tmp_path / "link" / "audit.log") as follow:
        assert len(follow.until_taken(2)) == 2


def test_what_is_no_regular_file_is_refused(logs: Path) -> None:
    """Folders, pipes, sockets and devices are refused at once, and nobody waits for them."""
    fence = Fence([str(logs / "*")], [Path("/dev")])
    os.mkfifo(logs / "pipe")
    (logs / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(logs / "socket"))
        for path in (logs / "pipe", logs / "folder", logs / "socket", Path("/dev/null")):
            with pytest.raises(Invalid, match="no regular file"):
                fence.open(path)


def test_a_missing_file_is_missing(logs: Path) -> None:
    """A name that stands for nothing, and a link to nothing, are told as such."""
    (logs / "link").symlink_to(logs / "gone")
    for name in ("gone", "link"):
        with pytest.raises(NotFound, match=name):
            Fence([str(logs / "audit.log")]).open(logs / name)


def test_the_file_that_was_checked_is_the_file_that_is_read(tmp_path: Path, logs: Path) -> None:
    """A descriptor stands for what its path meant, also when the path is switched afterwards."""
    log = logs / "audit.log"
    log.write_bytes(b"mine")
    descriptor = Fence([str(log)]).open(log)
    try:
        log.unlink()
        log.symlink_to(tmp_path / "secret" / "shadow")
        assert os.pread(descriptor, 100, 0) == b"mine"
    finally:
        os.close(descriptor)
