"""How fast each who asks may ask: a token for each request."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from vaultmeter.api.pace import Pace

_BURST = 2.0
"""Seconds' worth of requests that may come at once."""
_MOST = 10_000
"""How many of those who ask are remembered; the one who was silent longest is forgotten."""


class Rate:
    """Requests a second, on average, of each who asks."""

    def __init__(self, rate: float, now: Callable[[], float] = monotonic) -> None:
        """Begin with full buckets; a rate of 0 holds nobody back."""
        self._rate, self._now = rate, now
        self._paces: OrderedDict[str, Pace] = OrderedDict()
        self._alone = Lock()

    def spend(self, who: str) -> float:
        """Take a token; answers 0, or the seconds until there is one."""
        if not self._rate:
            return 0.0
        with self._alone:
            pace = self._paces.get(who) or Pace(self._rate, _BURST, self._now)
            if not (wait := pace.wait()):
                pace.spend()
            self._paces[who] = pace
            self._paces.move_to_end(who)
            if len(self._paces) > _MOST:
                self._paces.popitem(last=False)
            return wait
