"""The document that is wanted: its tables in somebody's rights, read as they are written.

Tables of up to some ten thousand rows are read at once, all as they were at one moment. A longer
one is read while it is written, as it was when it was opened: each says what state it rests on.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from vaultmeter.app import App
from vaultmeter.asked import ReportAsked, told_by_and_by_from
from vaultmeter.exporting.wanted import Wanted
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.document import Document, Part
from vaultmeter.model.errors import Invalid
from vaultmeter.reports.head import report_named
from vaultmeter.store import Store
from vaultmeter.views.named import Looking
from vaultmeter.views.questions import Standing, standing_of

_ALL = 1 << 62
"""As many rows as there are: top lists have fewer unless a limit is asked."""


@dataclass
class Reading:
    """The stores that a document is read from, so that another thread can end it."""

    stores: list[Store] = field(default_factory=list)

    def interrupt(self) -> None:
        """End what is being asked of any of them."""
        for store in list(self.stores):
            store.interrupt()


@contextmanager
def opened(
    app: App, who: Principal, wanted: Wanted, now: datetime, reading: Reading | None = None
) -> Iterator[Document]:
    """The document as somebody may see it, its relative ranges as of `now`.

    Within the block its rows can be read, once. Raises `Forbidden` without the right to reports,
    what reports raise, and `NotFound` and `Invalid` for an address that stands for none.
    """
    held = reading or Reading()
    with ExitStack() as stack:

        def reader() -> Store:
            store = stack.enter_context(app.store.reader(app.settings.export_seconds))
            held.stores.append(store)
            return store

        try:
            yield _document(app, who, wanted, now, _Readers(reader))
        finally:
            held.stores.clear()


def document_of(app: App, who: Principal, wanted: Wanted, now: datetime) -> Document:
    """The same with all rows in memory; raises the same."""
    with opened(app, who, wanted, now) as document:
        parts = tuple(replace(part, rows=list(part.rows)) for part in document.parts)
        return replace(document, parts=parts)


def title_of(app: App, who: Principal, wanted: Wanted, now: datetime) -> str:
    """What the document is called; raises the same for what cannot be exported."""
    with app.store.reader(app.patience(who)) as store:
        return wanted.view or _standing(app, store, who, wanted, now)[0]


class _Readers:
    """A reader for one table after the other; another one where a table is read on."""

    def __init__(self, open_: Callable[[], Store]) -> None:
        self._open = open_
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """The one that nothing is read from at the moment."""
        if self._store is None:
            self._store = self._open()
        return self._store

    def leave(self) -> None:
        """Let the present one be read on."""
        self._store = None


def _document(
    app: App, who: Principal, wanted: Wanted, now: datetime, readers: _Readers
) -> Document:
    title, questions, notes = _standing(app, readers.store, who, wanted, now)
    parts = tuple(
        _part(app, who, _limited(asked, wanted), now, readers, notes.get(asked.report, ""))
        for asked in questions
    )
    return Document(title, parts, now, name_of(who), wanted.view)


def name_of(who: Principal) -> str:
    """Who a file says that made it; the operator by the name that the machine knows them by."""
    return who.address or who.name if who.kind == "operator" else who.name


def _standing(
    app: App, store: Store, who: Principal, wanted: Wanted, now: datetime
) -> tuple[str, tuple[ReportAsked, ...], dict[str, str]]:
    """The title, the questions, and notes on them by report."""
    who.require(Permission.REPORTS)
    if wanted.limit is not None and wanted.limit < 1:
        raise Invalid(f"A limit of {wanted.limit} rows shows nothing.", "Give 1 or more.")
    if wanted.asked is not None:
        return report_named(wanted.asked.report).title, (wanted.asked,), {}
    found: Standing = standing_of(Looking(app, store, who, now), wanted.path, wanted.query)
    return found.title, found.questions, dict(found.notes)


def _limited(asked: ReportAsked, wanted: Wanted) -> ReportAsked:
    return replace(asked, limit=min(wanted.limit or asked.limit or _ALL, _ALL))


def _part(
    app: App, who: Principal, asked: ReportAsked, now: datetime, readers: _Readers, note: str
) -> Part:
    """A table with its rows: all of them, or those that are read as they are asked for."""
    viewer = who.viewer(Permission.REPORTS)
    about, chunks = told_by_and_by_from(app, readers.store, viewer, asked, now)
    first = next(chunks, ())
    count = min(max(0, about.total - asked.offset), asked.limit or _ALL)
    if note:
        about = replace(about, notes=(*about.notes, note))
    if len(first) >= count or not about.total:
        return Part(about, first, len(first), asked.offset)
    readers.leave()
    return Part(about, chain(first, chain.from_iterable(chunks)), count, asked.offset)
