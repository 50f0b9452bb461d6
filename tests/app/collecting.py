"""A process that collects into inbox and store, and says what it was told is on disk.

Run as `python -m tests.app.collecting FOLDER`. It prints `begun N` before and `done N` after it
has accepted delivery N.
"""

import os
import sys
from pathlib import Path

from tests.conftest import SetClock, event, ndjson

from vaultmeter.app import App
from vaultmeter.inbox.batches import Delivery
from vaultmeter.settings import Settings

DELIVERIES, RECORDS = 12, 300


def main(folder: Path) -> None:
    """Accept deliveries; flush each, and fold after every third."""
    settings = Settings(data=folder, segment_bytes=1 << 10, threads=1)
    with App(settings, SetClock(), say=lambda _: None) as app:
        source = app.inbox.source("vault", "events", None)
        for number in range(DELIVERIES):
            first = number * RECORDS
            content = ndjson(*(event(each) for each in range(first, first + RECORDS)))
            os.write(1, f"begun {number}\n".encode())
            app.inbox.accept_all([Delivery(source, "push", content, RECORDS)])
            os.write(1, f"done {number}\n".encode())
            app.flush_waiting()
            if number % 3 == 2:
                app.fold()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
