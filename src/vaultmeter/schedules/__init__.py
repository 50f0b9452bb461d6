"""Reports that leave by themselves: when they are due, and that each run is delivered once.

`timing` says when, `planning` makes a run of each due time, `running` makes and delivers it; what
people do with schedules is in `acts`.
"""

from vaultmeter.schedules.acts import (
    add,
    change,
    listed,
    next_runs,
    pause,
    remove,
    resume,
    run_now,
    runs,
    show,
    test_send,
)

__all__ = [
    "add",
    "change",
    "listed",
    "next_runs",
    "pause",
    "remove",
    "resume",
    "run_now",
    "runs",
    "show",
    "test_send",
]
