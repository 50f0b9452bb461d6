"""Opens and closes every part of a data folder, and keeps its store a true view of its inbox."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from shutil import rmtree
from time import perf_counter
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from vaultmeter.access.access import Access
from vaultmeter.clock import Clock, system_clock
from vaultmeter.connectors import Connector
from vaultmeter.failpoints import reach
from vaultmeter.inbox.batches import Batch, Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.inbox.merging import MERGED_AT_ONCE
from vaultmeter.inbox.redaction import Redact, unredacted
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.lock import FolderLock
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import NotFound, StoreDamaged, Unavailable, did_you_mean
from vaultmeter.model.terms import Terms
from vaultmeter.plugins import modules_in
from vaultmeter.settings import Settings
from vaultmeter.state.database import State
from vaultmeter.state.retention import add_runs
from vaultmeter.state.terms import terms
from vaultmeter.store import Store
from vaultmeter.store.duckdb.engine import discard_store, lay, open_store

if TYPE_CHECKING:
    from vaultmeter.ingest.guard import Guarded
    from vaultmeter.ingest.work import Work

Answer = TypeVar("Answer")
Say = Callable[[str], None]
Pulse = Callable[[], None]


class Writer(Protocol):
    """Does something in the one thread that writes to the store, and answers what came of it."""

    def __call__(self, act: Callable[[], Answer]) -> Answer:
        """Do it there; raises what it raises, and `Unavailable`."""


_CHECKPOINT_EVERY = 1 << 30
"""Bytes of records after which the store's write-ahead log is folded in."""
_MERGED_AT_MOST = 1 << 25
"""Bytes of a batch that is made of several before it is flushed."""
_MEANING = "4"
"""Raised when the steps of a flush change what records come to, so that stores are rebuilt."""


@cache
def connectors() -> dict[str, Connector]:
    """Every connector there is, by name."""
    return {name: module.CONNECTOR for name, module in modules_in("vaultmeter.connectors")}


def connector_named(name: str) -> Connector:
    """The connector of that name; raises `NotFound`."""
    known = connectors()
    if name not in known:
        raise NotFound(f"There is no connector {name!r}.", did_you_mean(name, known))
    return known[name]


@cache
def redact_of(connector: str) -> Redact:
    """How records of a connector are redacted before they are accepted."""
    secrets = connector_named(connector).secrets
    if secrets is None:
        return unredacted
    # Reports need none of what looks through records: half a second of Arrow and NumPy.
    from vaultmeter.receive.redaction import Redactor  # noqa: PLC0415

    return Redactor(secrets)


def size_of(folder: Path) -> int:
    """The bytes that a folder takes on its disk."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


class App:
    """A data folder, open: its inbox, its archive, its store and its state."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock = system_clock,
        say: Say = print,
        *,
        store_later: bool = False,
    ) -> None:
        """Open the folder, alone, and bring its store up to date with its inbox.

        `say` is told, in a sentence, what takes long. With `store_later` the store is opened by
        `open_store`, so that records are accepted meanwhile. Raises `Busy` when another process
        has the folder.
        """
        self.settings, self.clock, self._say = settings, clock, say
        self.unfolded = 0
        """Bytes of records that were flushed since the last fold."""
        self._store: Store | None = None
        self._is_whole = False
        self._opened_times = 0
        self.flushed: Callable[[Source, Outcome, float], None] = lambda *_: None
        """Told of each batch that `flush_waiting` flushes, what it came to, in how many seconds."""
        self.writer: Writer | None = None
        """The thread that writes to the store, where a server has one."""
        self._terms: tuple[int, Terms] | None = None
        self.pulse: Pulse = lambda: None
        """Called now and then while the store is made again; what it raises ends that."""
        with ExitStack() as opened:
            lock = FolderLock(settings.data, settings.lock_wait)
            opened.callback(lock.release)
            self.inbox = Inbox(settings.data, clock, settings.segment_bytes, redact_of, say)
            opened.callback(self.inbox.close)
            self.state = State(settings.data)
            opened.callback(self.state.close)
            self.access = Access(
                self.state, clock, settings.data, settings.secret_key, settings.secret_key_file
            )
            opened.callback(self._close_store)
            if not store_later:
                self.open_store()
            self._opened = opened.pop_all()

    @property
    def store(self) -> Store:
        """The store; raises `Unavailable` while it is being opened or made again."""
        if not self._is_whole:
            raise Unavailable("The store is being made ready.", "Ask again in a moment.")
        return self._held

    @property
    def _held(self) -> Store:
        """The store as far as it is made; raises `Unavailable` where it is not open."""
        if self._store is None:
            raise Unavailable("The store is not open.", "Ask again in a moment.")
        return self._store

    def open_store(self) -> None:
        """Open the store, or open it again, and bring it up to date with the inbox."""
        self._close_store()
        self._opened_times += 1
        self._store = open_store(self.settings.data, self.settings, self.clock, self._say)
        self.recovering(self._bring_up_to_date)

    def _close_store(self) -> None:
        store, self._store, self._is_whole = self._store, None, False
        if store is not None:
            store.close()

    def __enter__(self) -> Self:
        """Use the folder within a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it at the block's end."""
        self.close()

    def close(self) -> None:
        """Close every part; nothing accepted depends on it."""
        self._opened.close()

    def terms(self) -> Terms:
        """What was decided and holds for every answer; read again when anything was changed."""
        changes, known = self.state.changes, self._terms
        if known is None or known[0] != changes:
            with self.state.reading() as connection:
                known = self._terms = changes, terms(connection)
        return known[1]

    @property
    def is_whole(self) -> bool:
        """Whether the store is open, and not being made again."""
        return self._is_whole

    def moment(self) -> tuple[int, int, int]:
        """Equal answers to equal questions while it is equal; raises `Unavailable` as `store`."""
        return self._opened_times, self.store.changes, self.state.changes

    def writing(self, act: Callable[[], Answer]) -> Answer:
        """Do something that writes to the store, in the one thread that may; raises its errors."""
        return act() if self.writer is None else self.writer(act)

    def patience(self, who: Principal) -> float | None:
        """Seconds that a question of somebody may take; the operator has as many as it takes."""
        return None if who.kind == "operator" else self.settings.report_seconds

    def recovering(self, act: Callable[[], Answer]) -> Answer:
        """Do something with the store; when that finds it damaged, rebuild it and do it again."""
        try:
            return act()
        except StoreDamaged as damage:
            self._say(f"The store is damaged and is rebuilt. ({damage.message})")
            self._start_anew(keep=True)
            # Whoever acts may hold a batch, which must keep its number.
            self._catch_up(merging=False)
            return act()

    def rebuild(self) -> Outcome:
        """Make the store again from inbox and archive; answers what became of all lines.

        Raises `ArchiveDamaged` before anything is changed.
        """
        self._start_anew(keep=False)
        return self._catch_up()

    def prepare(
        self, batch: Batch, guarded: "Guarded", source: Source, store: Store | None = None
    ) -> "Work":
        """Map an accepted batch for its flush, over a writer of the store, or the store itself."""
        # Reports need none of what ingest loads: half a second of Arrow and NumPy.
        from vaultmeter.ingest.flush import prepare  # noqa: PLC0415

        header = self.inbox.files.get(batch.file).header
        connector = connector_named(source.connector)
        return prepare(store or self._held, connector, source, batch, guarded, header)

    def flush(
        self, batch: Batch, guarded: "Guarded", source: Source, prepared: "Work | None" = None
    ) -> Outcome:
        """Bring one accepted batch into the store, unless it is in already.

        What was `prepared` for a store that was made again meanwhile is prepared once more.
        """
        from vaultmeter.ingest.flush import flush  # noqa: PLC0415  as in prepare

        if batch.seq <= self._held.position():
            return Outcome()
        self._remember_version(connector_named(source.connector))
        if prepared is None or not prepared.store.is_open:
            prepared = self.prepare(batch, guarded, source)
        outcome = flush(prepared)
        self.unfolded += batch.size
        if self.unfolded >= _CHECKPOINT_EVERY:
            self.fold()
        return outcome

    def fold(self) -> None:
        """Bring the rollups up to date, fold the log into the file, seal waiting batches."""
        self.recovering(self._fold)

    def _fold(self) -> None:
        from vaultmeter.ingest.rollups import roll_up  # noqa: PLC0415  as in prepare

        self.unfolded = 0
        roll_up(self._held)
        if self._held.checkpoint():
            # Sealing puts batches together, which must never reach over what the store has.
            self.inbox.seal(self._held.position())

    def _bring_up_to_date(self) -> None:
        if self._held.position() > self.inbox.last_seq():
            self._say("The store is ahead of the inbox: it is set aside, and rebuilt.")
            self._start_anew(keep=True)
        elif self._held.meta("kept") != self._kept():
            self._say("Records were deleted by retention: the store is made again without them.")
            self._start_anew(keep=False)
            # Stores that were set aside as damaged hold what is deleted.
            rmtree(self.settings.data / "quarantine", ignore_errors=True)
        elif self._is_outdated():
            self._say("The meaning of records has changed: the store is rebuilt.")
            self._start_anew(keep=False)
        self._catch_up()
        self._record_deletions()

    def follow_deletion(self) -> None:
        """Make the store again from what retention has left, and record what is gone.

        A process that ends before does it when the folder is opened again.
        """
        self.inbox.expiry.sweep()
        reach("retention-swept")
        self.recovering(self._bring_up_to_date)

    def _record_deletions(self) -> None:
        """Record what was deleted with the bytes that freed; it is recorded once."""
        if deletions := self.inbox.expiry.unrecorded():
            freed = deletions[0].bytes_before - size_of(self.settings.data)
            with self.state.changing() as connection:
                add_runs(connection, deletions, freed)
            reach("retention-recorded")
            self.inbox.expiry.recorded()

    def _kept(self) -> str | None:
        """The name of the file that the store begins with; `None` where it begins empty."""
        kept = self.inbox.expiry.kept()
        return kept.name if kept else None

    def _is_outdated(self) -> bool:
        known = {
            source.connector: self._held.meta(f"mapping:{source.connector}")
            for source in self.inbox.sources()
        }
        return any(
            version is not None and version != self._version(connector_named(name))
            for name, version in known.items()
        )

    def _version(self, connector: Connector) -> str:
        return f"{_MEANING}:{connector.version}"

    def _remember_version(self, connector: Connector) -> None:
        name, version = f"mapping:{connector.name}", self._version(connector)
        if self._held.meta(name) != version:
            self._held.remember(name, version)

    def _start_anew(self, *, keep: bool) -> None:
        if not keep:
            self.inbox.verify(self.pulse)
        reach("rebuild-begun")
        self._close_store()
        discard_store(self.settings.data, self.clock, keep=keep)
        if kept := self.inbox.expiry.kept():
            laid = self.settings.data / "store.partial"
            self.inbox.archive.unseal(kept, laid)
            reach("kept-laid")
            lay(self.settings.data, laid)
        self._opened_times += 1
        self._store = open_store(self.settings.data, self.settings, self.clock, self._say)

    def _catch_up(self, *, merging: bool = True) -> Outcome:
        """Flush what waits now. It ends also where new batches never stop coming."""
        total = Outcome()
        waiting, *_ = self.inbox.waiting(self._held.position())
        for _ in range(0, waiting, MERGED_AT_ONCE if merging else max(waiting, 1)):
            total.add(self.flush_waiting(merging=merging))
        self._is_whole = True
        if total.lines:
            self.fold()
        return total

    def flush_waiting(self, *, merging: bool = True, up_to: int | None = None) -> Outcome:
        """Flush what waits now, many small batches as few large ones; answers what it came to.

        What is accepted meanwhile waits for the next time, and of very many some do. With
        `merging` nobody may hold a batch, for batches get other numbers; `up_to` is the last one
        to flush, as it is.
        """
        total, position = Outcome(), self._held.position()
        if position == self.inbox.last_seq() or (up_to is not None and position >= up_to):
            return total
        from vaultmeter.ingest.guard import guard  # noqa: PLC0415  as in prepare

        most = _MERGED_AT_MOST
        if up_to is not None:
            last = up_to
        else:
            last = self.inbox.merge(position, most) if merging else self.inbox.last_seq()
        sources = {source.id: source for source in self.inbox.sources()}
        for batch in self.inbox.each_batch(after=position, up_to=last):
            source, begun = sources[batch.source], perf_counter()
            guarded = guard(self.inbox.content(batch), batch.start, self.settings)
            outcome = self.flush(batch, guarded, source)
            total.add(outcome)
            self.flushed(source, outcome, perf_counter() - begun)
            self.pulse()
            reach("rebuild-batch")
        return total
