"""Small questions that one report after another puts to the store, asked once in each state of it.

Every report tells what its sources lack and how far they reach, which for reports of one page is
mostly the same. A statement says itself who asks, of which range and with which filters: equal
ones have equal answers in an equal state of the store.
"""

from collections.abc import Hashable
from threading import Lock
from typing import Any, cast

from vaultmeter.app import App
from vaultmeter.model.terms import Terms
from vaultmeter.reports.as_of import as_of
from vaultmeter.store import Store

_FEW = 100
"""Rows of an answer that is kept, at most: the large ones are those of whole reports."""
_MOST = 1_000
"""Answers that are kept; then it is begun anew."""
_Rows = list[tuple[Any, ...]]


class Repeated:
    """Small answers of the store of an open folder, of the state that was read last."""

    def __init__(self, app: App) -> None:
        """Begin with none."""
        self._app, self._lock = app, Lock()
        self._state: Hashable = None
        self._held: dict[Hashable, _Rows] = {}

    def over(self, store: Store) -> Store:
        """A reader of the store that remembers what it was asked; it is read within one thread."""
        # What is rolled up changes no answer of a report, but what it must not count twice.
        state = (self._app.moment()[0], as_of(store, Terms()), store.meta("rolled"))
        with self._lock:
            if state != self._state or len(self._held) >= _MOST:
                self._state, self._held = state, {}
            # A reader keeps to the answers of its own state, whatever others come upon meanwhile.
            return cast("Store", _Remembering(store, self._held))


class _Remembering:
    """A reader; whatever it is asked besides questions is the store's own matter."""

    def __init__(self, store: Store, held: dict[Hashable, _Rows]) -> None:
        self._store, self._held = store, held

    def query(self, sql: str, values: dict[str, Any] | None = None) -> _Rows:
        key = (sql, repr(sorted((values or {}).items())))
        if (known := self._held.get(key)) is None:
            known = self._store.query(sql, values)
            if len(known) <= _FEW:
                self._held[key] = known
        return list(known)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever it is
        return getattr(self._store, name)
