"""Checks that logs which the real logrotate rotates are taken exactly, also by killed processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from tests.conftest import seeded
from tests.receive.following import following, lines, numbers, open_inbox, taken

LOGROTATE = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
RENAMING = {
    "create": ["create"],
    "nocreate": ["nocreate"],
    "compress": ["create", "compress"],
    "delaycompress": ["create", "compress", "delaycompress"],
    "dateext": ["create", "dateext", "dateformat -%Y%m%d-%s"],
    "dateext and compress": ["create", "dateext", "dateformat -%Y%m%d-%s", "compress"],
    "extension": ["create", "extension .log"],
}
COPYING = {
    "copytruncate": ["copytruncate"],
    "copytruncate and compress": ["copytruncate", "compress"],
}
DELETING = {kind for kind in RENAMING if "compress" in kind and kind != "delaycompress"}
"""What deletes the file at once, so that nobody may write on into it while we are stopped."""


@dataclass
class Vault:
    """A program that writes lines, some in two halves, and opens its log anew when told to."""

    log: Path
    random: Random
    written: int = 0
    half: bytes = b""
    descriptor: int = field(default=-1)

    def reopen(self) -> None:
        """Open the log as OpenBao does at SIGHUP."""
        self.close()
        self.descriptor = os.open(self.log, os.O_APPEND | os.O_WRONLY | os.O_CREAT, 0o600)

    def write(self, count: int) -> None:
        """Write so many lines, and perhaps half of one more."""
        content = self.half + lines(self.written + bool(self.half), self.written + count)
        self.written += count
        self.half = b""
        if self.random.random() < 0.5:
            whole = lines(self.written, self.written + 1)
            place = self.random.randrange(1, len(whole))
            content, self.half = content + whole[:place], whole[place:]
        os.write(self.descriptor, content)

    def end_line(self) -> None:
        """Write the other half."""
        if self.half:
            os.write(self.descriptor, self.half)
            self.half = b""
            self.written += 1

    def close(self) -> None:
        """Close the log."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """Give a program that writes a log in a folder of its own."""
    (tmp_path / "logs").mkdir(mode=0o755)
    made = Vault(tmp_path / "logs" / "audit.log", seeded(7))
    made.reopen()
    yield made
    made.close()


def rotate(vault: Vault, options: list[str]) -> None:
    """Rotate the log once, with the real program."""
    assert LOGROTATE, "logrotate is missing; make test installs it."
    config = vault.log.parent.parent / "logrotate.conf"
    words = "\n  ".join(["rotate 100", "missingok", "ifempty", *options])
    config.write_text(f"{vault.log} {{\n  {words}\n}}\n")
    state = config.with_suffix(".state")
    done = subprocess.run(  # noqa: S603  a program of the system
        [LOGROTATE, "--force", "--state", str(state), str(config)],
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def process(data: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Follow a log with a process of its own."""
    script = Path(__file__).with_name("follower.py")
    with subprocess.Popen([sys.executable, str(script), str(data), str(log)]) as running:  # noqa: S603  our own program
        try:
            yield running
        finally:
            with suppress(ProcessLookupError):
                running.send_signal(signal.SIGTERM)
            running.wait(30)


@pytest.mark.parametrize("kind", RENAMING)
@pytest.mark.parametrize("is_signalled", [True, False], ids=["signalled", "not signalled"])
def test_rotation_by_renaming_is_exact(
    tmp_path: Path, vault: Vault, kind: str, *, is_signalled: bool
) -> None:
    """However logrotate renames, each line is taken once; a vault may be signalled or not."""
    with following(tmp_path / "data", vault.log, grace=0.2) as follow:
        for number in range(4):
            vault.write(300)
            follow.follower.poll()
            rotate(vault, RENAMING[kind])
            vault.write(50)
            follow.follower.poll()
            vault.end_line()
            if is_signalled or number == 3:
                vault.reopen()
            if "dateext" in kind:
                time.sleep(1)  # The names of two rotations within one second would be the same.
        vault.write(10)
        vault.end_line()
        follow.until_taken(vault.written)
        assert Counter(follow.lines) == numbers(0, vault.written)
        assert follow.gaps == []


@pytest.mark.parametrize("kind", RENAMING)
@pytest.mark.parametrize("rotations", [1, 2, 5])
def test_rotation_while_stopped_is_exact(
    tmp_path: Path, vault: Vault, kind: str, rotations: int
) -> None:
    """What logrotate did while nobody watched loses nothing and doubles nothing."""
    with following(tmp_path / "data", vault.log) as follow:
        vault.write(300)
        follow.until_taken(300)
    for _ in range(rotations):
        vault.write(100)
        if kind in DELETING:
            vault.end_line()
        rotate(vault, RENAMING[kind])
        if kind not in DELETING:
            vault.write(30)
            vault.end_line()
        vault.reopen()
        vault.write(100)
        vault.end_line()
        if "dateext" in kind:
            time.sleep(1)  # The names of two rotations within one second would be the same.
    with following(tmp_path / "data", vault.log) as follow:
        follow.until_taken(vault.written)
        assert Counter(follow.lines) == numbers(0, vault.written)
        assert follow.gaps == []


@pytest.mark.parametrize("kind", COPYING)
def test_copy_and_truncate_is_noted_each_time(tmp_path: Path, vault: Vault, kind: str) -> None:
    """Each truncation is a gap, and of what the copy holds every line is taken once."""
    with following(tmp_path / "data", vault.log) as follow:
        for number in range(4):
            vault.write(300)
            vault.end_line()
            follow.follower.poll()
            rotate(vault, COPYING[kind])
            follow.follower.poll()
            assert [gap.kind for gap in follow.gaps] == ["truncated"] * (number + 1)
        vault.write(20)
        vault.end_line()
        follow.until_taken(vault.written)
        assert Counter(follow.lines) == numbers(0, vault.written)


@pytest.mark.parametrize("kind", COPYING)
def test_copy_and_truncate_while_stopped_is_noted(tmp_path: Path, vault: Vault, kind: str) -> None:
    """A truncation that nobody saw is a gap, and what the copy holds is taken once."""
    with following(tmp_path / "data", vault.log) as follow:
        vault.write(300)
        vault.end_line()
        follow.until_taken(vault.written)
    vault.write(100)
    vault.end_line()
    rotate(vault, COPYING[kind])
    vault.write(100)
    vault.end_line()
    with following(tmp_path / "data", vault.log) as follow:
        follow.until_taken(vault.written)
        follow.until(lambda: bool(follow.gaps))
        assert Counter(follow.lines) == numbers(0, vault.written)
        assert [gap.kind for gap in follow.gaps] == ["truncated"]


@pytest.mark.parametrize("kind", ["create", "compress", "delaycompress"])
def test_ten_rotations_of_a_log_whose_reader_is_killed(
    tmp_path: Path, vault: Vault, kind: str
) -> None:
    """Of 67,000 lines each is taken once, by a reader that is killed before most rotations."""
    data, random = tmp_path / "data", seeded(30)
    for _ in range(10):
        with process(data, vault.log) as running:
            for _ in range(10):
                vault.write(670)
                time.sleep(random.uniform(0, 0.1))
            if random.random() < 0.7:
                running.kill()
            if kind in DELETING:
                vault.end_line()
            rotate(vault, RENAMING[kind])
            if kind not in DELETING:
                vault.write(40)
                vault.end_line()
            vault.reopen()
    vault.end_line()
    with following(data, vault.log, grace=0.2) as follow:
        follow.until_taken(vault.written)
    inbox = open_inbox(data)
    try:
        assert vault.written >= 67_000
        assert Counter(taken(inbox)) == numbers(0, vault.written)
        assert inbox.gaps() == []
    finally:
        inbox.close()
