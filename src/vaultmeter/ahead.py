"""Makes chunks ready ahead: one is accepted and one mapped while the one before is stored.

Each step uses what cores the others leave idle: reading and hashing one, the many small
statements of storing hardly more, mapping all.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from vaultmeter.app import App
from vaultmeter.inbox.batches import Source
from vaultmeter.ingest.guard import Guarded, guard
from vaultmeter.ingest.work import Work
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.receive.files import Taken
from vaultmeter.settings import Settings
from vaultmeter.store import Store

Made = TypeVar("Made")


@dataclass(frozen=True)
class Ready:
    """An accepted chunk, its lines, and its records as they were mapped; `None`: not yet."""

    taken: Taken
    guarded: Guarded
    work: Work | None = None


@contextmanager
def made_ready(app: App, source: Source, chunks: Iterator[Taken]) -> Iterator[Iterator[Ready]]:
    """The same chunks within a block, each to be flushed before the next is asked for."""
    with _Writers(app) as writers:
        mapped = _mapped(app, source, _ahead(_guarded(chunks, app.settings)), writers)
        with closing(_ahead(mapped)) as made:
            yield made


class _Writers:
    """Two writers of the store: what one has mapped is stored while the other maps."""

    def __init__(self, app: App) -> None:
        self._app, self._opened = app, ExitStack()
        self._stores: list[Store] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def following(self) -> Store:
        """The one whose turn it is; of the store as it is now, when it was made again."""
        if not self._stores or not self._stores[0].is_open:
            store = self._app.store
            self._stores = [self._opened.enter_context(store.writer()) for _ in range(2)]
        self._stores.reverse()
        return self._stores[0]


def _guarded(chunks: Iterator[Taken], settings: Settings) -> Iterator[Ready]:
    for taken in chunks:
        yield Ready(taken, guard(taken.content, taken.batch.start, settings, taken.ends))


def _mapped(
    app: App, source: Source, chunks: Iterator[Ready], writers: _Writers
) -> Iterator[Ready]:
    for ready in chunks:
        try:
            batch = ready.taken.batch
            work = app.prepare(batch, ready.guarded, source, writers.following())
        except VaultmeterError:
            # The flush maps it itself, and tells why it cannot, or makes the store again.
            yield ready
        else:
            yield replace(ready, work=work)


def _ahead(made: Iterator[Made]) -> Generator[Made]:
    """The same, each made by another thread while the one before is worked on."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as threads:
        following = threads.submit(next, made, None)
        while (ready := following.result()) is not None:
            following = threads.submit(next, made, None)
            yield ready
