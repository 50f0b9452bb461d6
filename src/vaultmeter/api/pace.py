"""How fast somebody may go: a bucket of tokens that fills as time goes by."""

from collections.abc import Callable
from time import monotonic


class Pace:
    """Tokens a second, on average; so many seconds' worth may be spent at once.

    More may be spent than the bucket has: the debt is then waited for.
    """

    def __init__(self, rate: float, burst: float, now: Callable[[], float] = monotonic) -> None:
        """Begin with a full bucket of `burst` seconds; a rate of 0 holds nobody back."""
        self._rate, self._now = rate, now
        self._most = max(rate * burst, 1.0)
        self._tokens, self._filled = self._most, now()

    def wait(self) -> float:
        """Seconds until there is a token; 0 when there is one."""
        if not self._rate:
            return 0.0
        self._fill()
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def spend(self, tokens: int = 1) -> None:
        """Take tokens."""
        if self._rate:
            self._fill()
            self._tokens -= tokens

    def _fill(self) -> None:
        now = self._now()
        self._tokens = min(self._most, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
