"""Named places where a test can kill the process, to prove that nothing is lost there.

`VAULTMETER_KILL_AT=NAME` or `NAME:COUNT` ends the process with SIGKILL when it passes the place
for the first or the COUNT-th time. Without the variable a place costs one comparison.
"""

import os
import signal

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

BACKUP_FAILPOINTS = ("backup-inbox", "backup-written")
"""The places that a backup passes."""

_WANTED, _, _COUNT = os.environ.get("VAULTMETER_KILL_AT", "").partition(":")
_passed = 0


def reach(name: str) -> None:
    """Say that execution is at the place `name`."""
    global _passed  # noqa: PLW0603  a process passes its places once, and dies at one of them
    if name != _WANTED:
        return
    _passed += 1
    if _passed >= int(_COUNT or 1):
        os.kill(os.getpid(), signal.SIGKILL)
