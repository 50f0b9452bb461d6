"""A process that accepts, merges and seals, and says what it was told is on disk.

Run as `python -m tests.inbox.accepting FOLDER`. It prints `begun N` before and `done N` after
step N of the plan; what is begun may be on disk, what is done must be.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.conftest import SetClock, seeded

from vaultmeter.inbox.batches import Chunk, Delivery, TakenFile
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.lock import FolderLock

STEPS = 240
SEGMENT_BYTES = 16 << 10
LOG = Path("/var/log/audit.log")


@dataclass(frozen=True)
class Sent:
    """Lines that come at once: by which stream of which source, and the key of the delivery."""

    source: str
    stream: str
    content: bytes
    key: bytes | None = None

    @property
    def place(self) -> tuple[str, str]:
        """The source, and the path of the file in the inbox."""
        day = f" {SetClock().now:%Y-%m-%d}"
        return self.source, self.stream + ("" if self.stream == str(LOG) else day)


@dataclass(frozen=True)
class Step:
    """What is done at once: lines that are accepted together, or a word for something else."""

    act: str
    sent: tuple[Sent, ...] = ()


def plan() -> list[Step]:
    """Make the same steps in every process."""
    random = seeded(2)
    return [_step(number, random) for number in range(STEPS)]


def _step(number: int, random: Random) -> Step:
    act = random.choices(("push", "file", "merge", "seal", "reopen"), (60, 25, 9, 4, 2))[0]
    if act == "file":
        return Step(act, (Sent("bao", str(LOG), _lines(f"file {number}", random)),))
    if act == "push":
        return Step(act, tuple(_sents(number, random)))
    return Step(act)


def _sents(number: int, random: Random) -> Iterator[Sent]:
    for part in range(random.choice((1, 1, 3))):
        key = f"{number}-{part}".encode() if random.random() < 0.5 else None
        name = random.choice(("one", "two"))
        stream = random.choice(("push", "tcp://127.0.0.1:9000"))
        yield Sent(name, stream, _lines(f"{number} {part}", random), key)


def _lines(name: str, random: Random) -> bytes:
    """Write lines that hardly get shorter by being compressed."""
    count = random.choice((1, 1, 2, 20, 60, 300))
    lines = (f"{name} {line} {random.randbytes(60).hex()}\n" for line in range(count))
    return "".join(lines).encode()


def opened(folder: Path) -> Inbox:
    """Open the inbox of a folder."""
    return Inbox(folder, SetClock(), SEGMENT_BYTES)


class Accepting:
    """Does the steps of the plan."""

    def __init__(self, folder: Path) -> None:
        """Open, or make, a data folder."""
        self._folder = folder
        self._inbox = opened(folder)
        self._flushed = 0
        self._file: TakenFile | None = None

    def do(self, step: Step) -> None:
        """Do a step; what it accepts is on disk when it returns."""
        acts = {
            "push": self._push,
            "file": self._take,
            "merge": self._merge,
            "seal": self._seal,
            "reopen": self._reopen,
        }
        acts[step.act](step)

    def close(self) -> None:
        """Close the inbox."""
        self._inbox.close()

    def _push(self, step: Step) -> None:
        self._inbox.accept_all([delivery(self._inbox, sent) for sent in step.sent])

    def _take(self, step: Step) -> None:
        (sent,) = step.sent
        content = sent.content
        source = self._inbox.source("bao", "events", None)
        file = self._file or self._inbox.files.new(source, LOG, content[:64], None)
        chunk = Chunk(LOG, content, file.position, file.lines + 1, content.count(b"\n"))
        _, self._file = self._inbox.accept(file, chunk)

    def _merge(self, _: Step) -> None:
        self._flushed = self._inbox.merge(self._flushed, 1 << 20)

    def _seal(self, _: Step) -> None:
        self._inbox.seal(self._flushed, everything=True)

    def _reopen(self, _: Step) -> None:
        self._inbox.close()
        self._inbox = opened(self._folder)


def delivery(inbox: Inbox, sent: Sent) -> Delivery:
    """Make what the inbox accepts of what was sent."""
    source = inbox.source(sent.source, "events", None)
    return Delivery(source, sent.stream, sent.content, sent.content.count(b"\n"), sent.key)


def main(folder: Path) -> None:
    """Do the whole plan."""
    lock = FolderLock(folder, 0)
    accepting = Accepting(folder)
    for number, step in enumerate(plan()):
        os.write(1, f"begun {number}\n".encode())
        accepting.do(step)
        os.write(1, f"done {number}\n".encode())
    accepting.close()
    lock.release()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
