"""What pages of many readers need alike, worked out once until something it rests on changes."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from vaultmeter.console.answers import Answers
from vaultmeter.console.asking import Asking

Found = TypeVar("Found")
_MOST = 500
_lock = Lock()
_kept: "WeakKeyDictionary[Answers, dict[Hashable, tuple[Hashable, object]]]" = WeakKeyDictionary()
"""By the answers of an open folder, so that none is mixed with those of another."""


def kept_for(
    asking: Asking, name: Hashable, make: Callable[[], Found], seconds: float | None = None
) -> Found:
    """What `make` makes, for all who may see the same as the reader.

    It holds until the store or the state changes, and with `seconds` for so many at most. What
    depends on more than the reader's grants belongs into the name.
    """
    key = (name, asking.viewer.grants)
    moment = (asking.app.moment(), None if seconds is None else monotonic() // seconds)
    with _lock:
        known = _kept.setdefault(asking.answers, {}).get(key)
    if known is not None and known[0] == moment:
        return cast("Found", known[1])
    made = make()
    with _lock:
        held = _kept[asking.answers]
        if len(held) >= _MOST:
            held.clear()
        held[key] = (moment, made)
    return made
