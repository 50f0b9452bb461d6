"""Notes what senders may have lost: the first loss at once, further ones once an hour."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from vaultmeter.clock import Clock
from vaultmeter.inbox.batches import Gap
from vaultmeter.model.errors import Unavailable

_EVERY = timedelta(hours=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Losses:
    """Losses of one kind. They are told at once the first time, then added up for an hour."""

    def __init__(
        self,
        source: int,
        kind: str,
        words: Callable[[int], str],
        clock: Clock,
        note: Callable[[Gap], None],
    ) -> None:
        """`words` makes a sentence of a number of lines, and `note` keeps a gap."""
        self._source, self._kind, self._words = source, kind, words
        self._clock, self._note = clock, note
        self._lines = 0
        self._noted = _NEVER

    def add(self, lines: int) -> None:
        """So many lines may be missing."""
        self._lines += lines
        self.tell()

    def tell(self, *, now: bool = False) -> None:
        """Note what was added up, when an hour has passed, or now."""
        at = self._clock()
        if not self._lines or not (now or at - self._noted >= _EVERY):
            return
        gap = Gap(self._source, self._kind, at, self._lines, None, self._words(self._lines))
        try:
            self._note(gap)
        except Unavailable:
            return  # The number is kept, and noted once the inbox can write again.
        self._lines, self._noted = 0, at
