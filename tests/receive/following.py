"""A follower of a test's files, in its own inbox, and what it took."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vaultmeter.clock import system_clock
from vaultmeter.inbox.batches import Gap, Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.receive.follow import Follower
from vaultmeter.settings import Settings

PATIENCE = 60.0


@dataclass
class Following:
    """One follower, which polls when it is asked to, and what it said."""

    inbox: Inbox
    source: Source
    follower: Follower
    said: list[str] = field(default_factory=list)

    def until(self, reached: Callable[[], bool]) -> None:
        """Poll until something is so; fails after a while."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.follower.poll()
            if reached():
                return
            assert time.monotonic() < deadline, (self.follower.condition, self.said, self.count)
            time.sleep(0.02)

    def until_taken(self, count: int) -> list[bytes]:
        """Poll until at least so many lines were taken; answers them."""
        self.until(lambda: self.count >= count)
        return self.lines

    @property
    def count(self) -> int:
        """How many lines were taken."""
        return sum(batch.lines for batch in self.inbox.each_batch())

    @property
    def lines(self) -> list[bytes]:
        """Every line that was taken, in the order of the inbox, without its newline."""
        return taken(self.inbox)

    @property
    def gaps(self) -> list[Gap]:
        """What may be missing."""
        return self.inbox.gaps(self.source)


def taken(inbox: Inbox) -> list[bytes]:
    """Read every line of an inbox, without its newline."""
    lines: list[bytes] = []
    for batch in inbox.each_batch():
        lines += inbox.content(batch).removesuffix(b"\n").split(b"\n")
    return lines


def open_inbox(data: Path) -> Inbox:
    """Open the inbox of a data folder."""
    data.mkdir(exist_ok=True)
    return Inbox(data, system_clock, 1 << 20)


@contextmanager
def following(data: Path, *patterns: Path | str, **options: Any) -> Iterator[Following]:  # noqa: ANN401  options are of any type
    """Follow paths and patterns from where the data folder says; a new follower each time."""
    values: dict[str, Any] = {"data": data, **options.pop("settings", {})}
    inbox = open_inbox(data)
    source = inbox.source("logs", "events", None)
    said: list[str] = []
    follower = Follower(
        inbox,
        source,
        [str(pattern) for pattern in patterns],
        Settings(**values),
        is_header=options.pop("is_header", lambda _: False),
        clock=system_clock,
        say=said.append,
        **{"grace": 0.0, **options},
    )
    try:
        yield Following(inbox, source, follower, said)
    finally:
        follower.close()
        inbox.close()


def lines(first: int, past: int) -> bytes:
    """Make lines with the numbers of a range, long enough that few fill the first kilobyte."""
    return b"".join(b'{"n":%d,"text":"%s"}\n' % (n, b"x" * 60) for n in range(first, past))


def numbers(first: int, past: int) -> Counter[bytes]:
    """Count each line of a range once."""
    return Counter(lines(first, past).splitlines())
