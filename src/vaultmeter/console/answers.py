"""Answers of reports, as pages ask them: kept until something they rest on changes.

Several threads ask at the same time. What is kept belongs to a viewer's grants, which are part of
the question.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from vaultmeter.api.asked import ReportAsked, Told, report_about, report_told
from vaultmeter.app import App
from vaultmeter.model.errors import Invalid
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.as_of import as_of

_MOST_CELLS = 2_000_000
"""Cells that are kept in all, about 200 MB at most; those asked least lately go first."""

_Answer = Callable[[App, Viewer, ReportAsked, float | None], Told]


class Answers:
    """Tables of an open folder, by question."""

    def __init__(self, app: App) -> None:
        """Begin with none."""
        self._app, self._lock = app, Lock()
        self._held: OrderedDict[Hashable, tuple[str, Table]] = OrderedDict()
        self._cells = 0
        self._moment: tuple[int, int, int] | None = None
        self._state = ""

    def table(self, viewer: Viewer, asked: ReportAsked) -> Table:
        """The table of a report; raises what reports raise, and `Unavailable`."""
        return self._answered(viewer, asked, report_told)

    def about(self, viewer: Viewer, asked: ReportAsked) -> Table:
        """The same without its rows, which are not counted."""
        return self._answered(viewer, asked, report_about)

    def _answered(self, viewer: Viewer, asked: ReportAsked, answer: _Answer) -> Table:
        key = _key(viewer, asked, asked.when.key(self._app.clock()), answer.__name__)
        state = self._current_state()
        with self._lock:
            known = None if key is None else self._held.get(key)
            if known is not None and known[0] == state:
                self._held.move_to_end(key)
                return known[1]
        told = answer(self._app, viewer, asked, self._app.settings.report_seconds)
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


def _key(viewer: Viewer, asked: ReportAsked, when: Hashable | None, answer: str) -> Hashable | None:
    """A question, equal for all that mean the same; `None` where each moment differs."""
    if when is None:
        return None
    filters = tuple(sorted((name, tuple(words)) for name, words in asked.filters.items()))
    rest = (value for name, value in vars(asked).items() if name not in {"when", "filters"})
    return (answer, viewer.grants, when, filters, *rest)


def _cells(table: Table) -> int:
    return len(table.columns) * (len(table.rows) + 1)
