"""How often signing in may be tried: who was wrong waits, each time twice as long.

Three counts hold somebody back, each of tries that went wrong:

- of a name from an address: from the first, for 1 second doubling to 30 minutes;
- of a name from anywhere: from the first, for 1 second doubling to 15 minutes, but not at an
  address from which that name was signed in before;
- of an address, with whatever names: from the 20th, for 1 second doubling to 15 minutes.

So nobody locks somebody else out for good. A stranger who never stops trying waits twice as long
as everybody else, who come in between; and whoever signed in before does not wait for strangers.
Counts are in memory, of a bounded number of names and addresses, and forgotten an hour after
their wait has ended. A try that is turned away is not looked at and does not count.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from threading import Lock

from vaultmeter.clock import Clock

_KEPT = timedelta(hours=1)
_MOST = 20_000
"""Counts that are kept; when there are more, those with the fewest tries are forgotten."""
_NETWORK = 64
"""Bits of an IPv6 address that are one customer's."""


@dataclass(frozen=True)
class Rule:
    """From which wrong try on there is a wait (seconds), and how long it gets."""

    free: int
    longest: int

    def wait(self, tries: int) -> timedelta:
        """The wait after so many wrong tries."""
        counted = tries - self.free
        if counted <= 0:
            return timedelta()
        return timedelta(seconds=min(2.0 ** min(counted - 1, 32), self.longest))


_TOGETHER, _NAME, _ADDRESS = Rule(0, 1800), Rule(0, 900), Rule(19, 900)


@dataclass
class _Count:
    tries: int
    until: datetime
    is_told: bool = False
    """Whether somebody was turned away by it already."""


@dataclass(frozen=True)
class Wait:
    """Somebody is turned away, for so many seconds; `is_news` says that it is the first time."""

    seconds: float
    is_news: bool


Key = tuple[str | None, str | None]
"""A name, an address, or both."""


class Throttle:
    """Counts of wrong tries; several threads may use it."""

    def __init__(self, clock: Clock, most: int = _MOST) -> None:
        """Begin without any."""
        self._clock, self._most, self._alone = clock, most, Lock()
        self._counts: dict[Key, _Count] = {}
        self._known: OrderedDict[Key, None] = OrderedDict()

    def begin(self, name: str, address: str | None) -> Wait | None:
        """Begin a try, or answer why not; it counts as a wrong one until it is said otherwise.

        Counted before it is known, so that many at the same time are not all let in.
        """
        with self._alone:
            now, keys = self._clock(), self._keys(name, address)
            held = [self._counts[key] for key in keys if key in self._counts]
            held = [count for count in held if count.until > now]
            if held:
                longest = max(held, key=lambda count: count.until)
                is_news, longest.is_told = not longest.is_told, True
                return Wait((longest.until - now).total_seconds(), is_news)
            self._make_room(now, len(keys))
            for key, rule in keys.items():
                before = self._counts.get(key)
                is_old = before is None or before.until + _KEPT <= now
                tries = 1 if before is None or is_old else before.tries + 1
                self._counts[key] = _Count(tries, now + rule.wait(tries))
            return None

    def succeeded(self, name: str, address: str | None) -> None:
        """Somebody was who they said they are: their own counts are forgotten."""
        network = network_of(address)
        with self._alone:
            self._counts.pop((name, network), None)
            self._counts.pop((name, None), None)
            self._take_back((None, network))
            self._known[name, network] = None
            self._known.move_to_end((name, network))
            if len(self._known) > self._most:
                self._known.popitem(last=False)

    def take_back(self, name: str, address: str | None) -> None:
        """A try was neither right nor wrong: it does not count."""
        with self._alone:
            for key in self._keys(name, address):
                self._take_back(key)

    def _take_back(self, key: Key) -> None:
        if (count := self._counts.get(key)) is not None:
            count.tries -= 1
            count.until = self._clock()
            if count.tries <= 0:
                del self._counts[key]

    def _keys(self, name: str, address: str | None) -> dict[Key, Rule]:
        network = network_of(address)
        keys: dict[Key, Rule] = {(name, network): _TOGETHER, (None, network): _ADDRESS}
        return keys if (name, network) in self._known else {**keys, (name, None): _NAME}

    def _make_room(self, now: datetime, wanted: int) -> None:
        if len(self._counts) + wanted <= self._most:
            return
        self._counts = {
            key: count for key, count in self._counts.items() if count.until + _KEPT > now
        }
        if len(self._counts) + wanted > self._most:
            # A flood of made-up names must not make the one that is really tried forgotten.
            kept = sorted(self._counts.items(), key=lambda each: each[1].tries, reverse=True)
            self._counts = dict(kept[: self._most * 9 // 10])


def network_of(address: str | None) -> str:
    """What counts as one address: of IPv6 the network of 64 bits; "" is this machine."""
    try:
        read = ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(read, IPv6Address):
        if read.ipv4_mapped:
            return str(read.ipv4_mapped)
        return str(IPv6Address(int(read) >> (128 - _NETWORK) << (128 - _NETWORK)))
    return str(read)
