"""A program that has loaded everything, and makes processes that deliver, one for each line.

`python zygote.py DATA PORT`; each line of standard input begins a process and its number is
printed, and `wait` waits for it. They are real processes, which somebody kills.
"""

import os
import sys
from pathlib import Path

import structlog

from vaultmeter.app import App
from vaultmeter.life import Life
from vaultmeter.server.deliverer import Deliverer
from vaultmeter.settings import Settings


def deliver(data: Path, port: str) -> None:
    """Deliver what is in the outbox of a folder until somebody ends it."""
    settings = Settings(data=data, egress_allow=(f"127.0.0.1:{port}",), lock_wait=5)
    with App(settings, say=lambda _: None, store_later=True) as app:
        Deliverer(app, structlog.get_logger(), step=0.05).run(Life())


def main() -> None:
    """Begin a process for each line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    data, port = Path(sys.argv[1]), sys.argv[2]
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            deliver(data, port)
            os._exit(0)
        print(child, flush=True)  # noqa: T201  what this program is for
        os.waitpid(child, 0)
        print("ended", flush=True)  # noqa: T201  the same


if __name__ == "__main__":
    main()
