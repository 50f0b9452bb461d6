"""Named places where a test can kill the process, to prove that nothing is lost there.

`VAULTMETER_KILL_AT=NAME` or `NAME:COUNT` ends the process with SIGKILL when it passes the place
for the first or the COUNT-th time. `VAULTMETER_RAISE_AT` raises an error there instead, and
`VAULTMETER_HANG_AT` never goes on. Without the variables a place costs one comparison.
"""

import os
import signal
from collections.abc import Callable
from threading import Event
from typing import NoReturn

FAILPOINTS = (
    "segment-written",
    "segment-renamed",
    "batch-inserted",
    "batch-accepted",
    "flush-begun",
    "flush-mapped",
    "flush-stored",
    "flush-counted",
    "flush-committed",
    "checkpoint-begun",
    "checkpoint-done",
    "seal-written",
    "seal-done",
    "rebuild-begun",
    "rebuild-batch",
)
"""Every place, in the order a record passes them."""

RETENTION_FAILPOINTS = (
    "kept-written",
    "kept-sealed",
    "retention-written",
    "retention-committed",
    "retention-swept",
    "kept-laid",
    "retention-recorded",
)
"""The places that applying retention passes besides."""

SCHEDULE_FAILPOINTS = (
    "schedule-planned",
    "schedule-taken",
    "schedule-made",
    "schedule-posted",
    "schedule-delivered",
)
"""The places that a run of a schedule passes, from its due time to the outbox."""

BACKUP_FAILPOINTS = ("backup-inbox", "backup-written")
"""The places that a backup passes."""

EXPORT_FAILPOINTS = ("export-begun", "export-written", "export-renamed", "export-made")
"""The places that the making of a file passes."""

OUTBOX_FAILPOINTS = ("delivery-claimed", "delivery-sent", "delivery-recorded")
"""The places that a delivery passes."""

WORKER_FAILPOINTS = (
    "gate-turn",
    "flusher-turn",
    "auditor-turn",
    "follower-turn",
    "listener-turn",
    "datagrams-turn",
    "deliverer-turn",
)
"""The places that the workers of a server pass again and again, each in its own thread."""


def _kill(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(name: str) -> NoReturn:
    raise RuntimeError(f"An error was asked for at {name}.")


def _hang(_: str) -> None:
    Event().wait()


_ACTS: dict[str, Callable[[str], None]] = {
    "VAULTMETER_KILL_AT": _kill,
    "VAULTMETER_RAISE_AT": _raise,
    "VAULTMETER_HANG_AT": _hang,
}
_WANTED = {
    variable: os.environ[variable].partition(":") for variable in _ACTS if variable in os.environ
}
_passed = dict.fromkeys(_WANTED, 0)


def reach(name: str) -> None:
    """Say that execution is at the place `name`."""
    for variable, (wanted, _, count) in _WANTED.items():
        if name == wanted:
            _passed[variable] += 1
            if _passed[variable] >= int(count or 1):
                _ACTS[variable](name)
