"""Answers of reports, as pages ask them: kept until something they rest on changes.

Several threads ask at the same time; what they ask alike is worked out once, in a thread apart,
so that a page need not wait for it. What is kept belongs to a viewer's grants, which are part of
the question.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from vaultmeter.app import App
from vaultmeter.asked import ReportAsked, Told, about_from, told_from
from vaultmeter.console.repeated import Repeated
from vaultmeter.model.errors import Invalid
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.as_of import as_of
from vaultmeter.store import Store

_MOST_CELLS = 2_000_000
"""Cells that are kept in all, about 200 MB at most; those asked least lately go first."""
_MOST_FLIGHTS = 12
"""Reports that may be worked out apart or wait for it; of more, whoever asks does the work."""

Found = TypeVar("Found")
_Answer = Callable[[App, Store, Viewer, ReportAsked], Told]


class NotYet(Exception):
    """A report is being worked out for longer than whoever asked could wait; it will be kept."""


class Answers:
    """Tables of an open folder, by question."""

    def __init__(self, app: App, threads: ThreadPoolExecutor | None = None) -> None:
        """Begin with none; without threads whoever asks does the work."""
        self._app, self._threads, self._lock = app, threads, Lock()
        self._held: OrderedDict[Hashable, tuple[str, Table]] = OrderedDict()
        self._flights: dict[Hashable, Future[Any]] = {}
        self._repeated = Repeated(app)
        self._cells = 0
        self._moment: tuple[int, int, int] | None = None
        self._state = ""

    def table(self, viewer: Viewer, asked: ReportAsked, until: float | None = None) -> Table:
        """The table of a report; raises what reports raise, and `Unavailable`.

        Raises `NotYet` where it is not there by `until` (as `monotonic`): asked again, it is kept,
        or nearly done.
        """
        return self._answered(viewer, asked, told_from, until)

    def about(self, viewer: Viewer, asked: ReportAsked, until: float | None = None) -> Table:
        """The same without its rows, which are not counted."""
        return self._answered(viewer, asked, about_from, until)

    def apart(self, key: Hashable, work: Callable[[], object], until: float) -> None:
        """Do any other work in a thread apart, once at a time for a key; raises what it raises.

        Raises `NotYet` where it is not done by `until`: it goes on, and has to keep what it finds.
        """
        with self._lock:
            flight = self._flight(key, work)
        if flight is None:
            work()
        else:
            _landed(flight, until)

    def _answered(
        self, viewer: Viewer, asked: ReportAsked, answer: _Answer, until: float | None
    ) -> Table:
        key = _key(viewer, asked, asked.when.key(self._app.clock()), answer.__name__)
        state = self._current_state()

        def work() -> Table:
            return self._worked_out(viewer, asked, answer, key)

        with self._lock:
            known = None if key is None else self._held.get(key)
            if known is not None and known[0] == state:
                self._held.move_to_end(key)
                return known[1]
            # What was begun in another state may rest on less than is there now; where each moment
            # differs, nobody else asks the same.
            flight = self._flight((object() if key is None else key, state), work)
        return work() if flight is None else _landed(flight, until)

    def _flight(self, key: Hashable, work: Callable[[], Found]) -> Future[Found] | None:
        """What is being worked out for this question, begun now if need be; the lock is held."""
        if (known := self._flights.get(key)) is not None:
            return known
        if self._threads is None or len(self._flights) >= _MOST_FLIGHTS:
            return None

        def fly() -> Found:
            try:
                return work()
            finally:
                with self._lock:
                    self._flights.pop(key, None)

        flight = self._flights[key] = self._threads.submit(fly)
        return flight

    def _worked_out(
        self, viewer: Viewer, asked: ReportAsked, answer: _Answer, key: Hashable | None
    ) -> Table:
        with self._app.store.reader(self._app.settings.report_seconds) as store:
            told = answer(self._app, self._repeated.over(store), viewer, asked)
        if not isinstance(told.answer, Table):
            raise Invalid("This is no table.")
        if key is not None:
            self._keep(key, told.as_of, told.answer)
        return told.answer

    def _keep(self, key: Hashable, state: str, table: Table) -> None:
        with self._lock:
            self._drop(key)
            self._held[key] = (state, table)
            self._cells += _cells(table)
            while self._cells > _MOST_CELLS:
                self._drop(next(iter(self._held)))

    def _drop(self, key: Hashable) -> None:
        if (old := self._held.pop(key, None)) is not None:
            self._cells -= _cells(old[1])

    def _current_state(self) -> str:
        """The state of the folder now; the store is asked only when something has changed."""
        moment = self._app.moment()
        with self._lock:
            if moment == self._moment:
                return self._state
        with self._app.store.reader(self._app.settings.report_seconds) as store:
            state = as_of(store, self._app.terms())
        with self._lock:
            self._moment, self._state = moment, state
        return state


def _landed(flight: Future[Found], until: float | None) -> Found:
    """What a flight brings, waited for no longer than until then."""
    try:
        return flight.result(None if until is None else max(0.0, until - monotonic()))
    except TimeoutError:
        if flight.done():
            raise
        raise NotYet from None


def _key(viewer: Viewer, asked: ReportAsked, when: Hashable | None, answer: str) -> Hashable | None:
    """A question, equal for all that mean the same; `None` where each moment differs."""
    if when is None:
        return None
    filters = tuple(sorted((name, tuple(words)) for name, words in asked.filters.items()))
    rest = (value for name, value in vars(asked).items() if name not in {"when", "filters"})
    return (answer, viewer.grants, when, filters, *rest)


def _cells(table: Table) -> int:
    return len(table.columns) * (len(table.rows) + 1)
