"""When an attempt that failed is made again: the table of Standard Webhooks, for two days."""

from datetime import datetime, timedelta
from secrets import SystemRandom

STEPS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=16),
)
"""From each attempt to the next: together 47 hours and a half (Standard Webhooks, the first ten
hours from its table)."""
JITTER = 0.2
"""Each step is longer or shorter by at most this part, so that not all come back at once."""
LONGEST = timedelta(days=3)
"""After so long nothing is tried any more, however few the attempts were."""
MOST_ASKED = timedelta(hours=6)
"""The longest pause that a receiver may ask for (Retry-After)."""
_RANDOM = SystemRandom()


def next_attempt(
    attempts: int, first: datetime, now: datetime, asked: float | None = None
) -> datetime | None:
    """When to try again after so many attempts; `None` when it is to be given up.

    `asked` are the seconds that the receiver asked for; they make a pause longer, never shorter.
    """
    if attempts > len(STEPS) or now - first >= LONGEST:
        return None
    pause = STEPS[max(attempts - 1, 0)] * _RANDOM.uniform(1 - JITTER, 1 + JITTER)
    if asked is not None:
        pause = max(pause, min(timedelta(seconds=max(asked, 0.0)), MOST_ASKED))
    return now + pause
