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
    known = _held(asking.answers, key, moment)
    if not known:
        known = [make()]
        _hold(asking.answers, key, moment, known[0])
    return cast("Found", known[0])


def kept_apart(asking: Asking, name: Hashable, make: Callable[[], Found]) -> Found:
    """The same, worked out in a thread apart, so that a page need not wait for it.

    Raises `NotYet` where it is not there in time. `make` may ask for no tables of the page.
    """
    key, until = (name, asking.viewer.grants), asking.until
    if until is None:
        return kept_for(asking, name, make)
    moment = (asking.app.moment(), None)

    def work() -> None:
        _hold(asking.answers, key, moment, make())

    if not (known := _held(asking.answers, key, moment)):
        asking.answers.apart((key, moment), work, until)
        known = _held(asking.answers, key, moment)
    return cast("Found", known[0]) if known else make()


def _held(answers: Answers, key: Hashable, moment: Hashable) -> list[object]:
    """What is kept of a moment, as the one entry of a list; empty where nothing is."""
    with _lock:
        known = _kept.setdefault(answers, {}).get(key)
    return [known[1]] if known is not None and known[0] == moment else []


def _hold(answers: Answers, key: Hashable, moment: Hashable, made: object) -> None:
    with _lock:
        held = _kept.setdefault(answers, {})
        if len(held) >= _MOST:
            held.clear()
        held[key] = (moment, made)
