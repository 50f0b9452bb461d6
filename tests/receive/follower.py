"""A process that follows a file until it is ended or killed.

Run as `python follower.py DATA PATH`.
"""

import signal
import sys
from pathlib import Path

from vaultmeter.clock import system_clock
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.life import Life
from vaultmeter.receive.follow import Follower
from vaultmeter.settings import Settings


def main(data: Path, path: str) -> None:
    """Follow a path, with a short grace time, until SIGTERM."""
    inbox = Inbox(data, system_clock, 1 << 20)
    follower = Follower(
        inbox,
        inbox.source("logs", "events", None),
        [path],
        Settings(data=data),
        is_header=lambda _: False,
        clock=system_clock,
        say=lambda words: print(words, file=sys.stderr, flush=True),  # noqa: T201  for the test
        grace=1.0,
    )
    life = Life()
    signal.signal(signal.SIGTERM, lambda *_: life.stop())
    follower.run(life)
    inbox.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
