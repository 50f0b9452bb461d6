"""How fast each who asks may ask: a bucket of tokens, one for each request."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

_MOST = 10_000
"""How many of those who ask are remembered; the one who was silent longest is forgotten."""


class Rate:
    """Requests a second, on average, of each; two seconds' worth may come at once."""

    def __init__(self, rate: float, now: Callable[[], float] = monotonic) -> None:
        """Begin with full buckets; a rate of 0 holds nobody back."""
        self._rate, self._now, self._most = rate, now, max(2 * rate, 1.0)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._alone = Lock()

    def spend(self, who: str) -> float:
        """Take a token; answers 0, or the seconds until there is one."""
        if not self._rate:
            return 0.0
        with self._alone:
            now = self._now()
            tokens, filled = self._buckets.get(who, (self._most, now))
            tokens = min(self._most, tokens + (now - filled) * self._rate)
            wait = max(0.0, (1.0 - tokens) / self._rate)
            self._buckets[who] = (tokens if wait else tokens - 1.0, now)
            self._buckets.move_to_end(who)
            if len(self._buckets) > _MOST:
                self._buckets.popitem(last=False)
            return wait
