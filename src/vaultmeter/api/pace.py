"""How fast each source may push: a bucket of tokens, one for each record."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass
class _Bucket:
    tokens: float
    filled: float


class Pace:
    """Records a second, on average, of each source; a second's worth may come at once.

    A batch may be larger than the bucket: the source then waits until its debt is paid.
    """

    def __init__(self, rate: float, now: Callable[[], float] = monotonic) -> None:
        """Begin with full buckets; a rate of 0 holds nobody back."""
        self._rate, self._now = rate, now
        self._most = max(rate, 1.0)
        self._buckets: dict[int, _Bucket] = {}

    def wait(self, source: int) -> float:
        """Seconds until the source may push again; 0 when it may."""
        if not self._rate:
            return 0.0
        return max(0.0, (1.0 - self._filled(source).tokens) / self._rate)

    def spend(self, source: int, records: int) -> None:
        """Take a token for each record that was pushed."""
        if self._rate:
            self._filled(source).tokens -= records

    def _filled(self, source: int) -> _Bucket:
        now = self._now()
        bucket = self._buckets.setdefault(source, _Bucket(self._most, now))
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.filled) * self._rate)
        bucket.filled = now
        return bucket
