"""Takes files in: accepts what is new in them, and brings it into the store."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter

from vaultmeter.ahead import Ready, made_ready
from vaultmeter.app import App, connector_named
from vaultmeter.connectors import Connector
from vaultmeter.inbox.batches import Chunk, Source
from vaultmeter.inbox.lines import line_ends
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.collecting import account_name, source_name
from vaultmeter.model.errors import Invalid
from vaultmeter.receive.content import STANDARD_INPUT, Content, opened
from vaultmeter.receive.files import FileReader, Taken, expand

Progress = Callable[[int, int], None]
"""Told how many bytes on disk were read, and of how many."""


_LONGEST = 4096


@dataclass
class Intake:
    """What taking files in came to. `bytes` are of records, `waiting` of unfinished lines."""

    source: str
    outcome: Outcome = field(default_factory=Outcome)
    bytes: int = 0
    seconds: float = 0.0
    waiting: dict[Path, int] = field(default_factory=dict)

    def summary(self) -> dict[str, str | int | float]:
        """What `ingest --json` prints."""
        return {
            "source": self.source,
            "records": self.outcome.lines,
            "events": self.outcome.stored,
            "duplicates": self.outcome.duplicates,
            "conflicts": self.outcome.conflicts,
            "rejected": self.outcome.rejected,
            "filtered": self.outcome.filtered,
            "expired": self.outcome.expired,
            "unknown_kinds": self.outcome.unknown_kinds,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
        }


def ingest(
    app: App,
    connector_name: str,
    patterns: list[str],
    source_name: str | None = None,
    account: str | None = None,
    progress: Progress = lambda *_: None,
) -> Intake:
    """Take in what is new in the files that `patterns` name, for one source.

    What was accepted before an error stays accepted. Raises `NotFound` and `Invalid`.
    """
    connector = connector_named(connector_name)
    paths = expand(patterns)
    return _taken(app, connector, paths, source_name, account, opened, progress)


def _taken(
    app: App,
    connector: Connector,
    paths: Sequence[Path],
    source_name: str | None,
    account: str | None,
    open_: Callable[[Path], AbstractContextManager[Content]],
    progress: Progress,
) -> Intake:
    # What waits goes first: a store takes batches in their order.
    app.recovering(app.flush_waiting)
    source = app.inbox.source(source_name or connector.name, connector.name, account)
    sizes = app.settings.chunk_bytes, app.settings.max_line_bytes
    reader = FileReader(app.inbox, source, *sizes, connector.is_header, open=open_)
    intake = Intake(source.name, waiting=reader.waiting)
    total = sum(path.stat().st_size for path in paths if path != STANDARD_INPUT and path.exists())
    done, started = 0, perf_counter()
    for path in paths:
        with made_ready(app, source, reader.take(path)) as chunks:
            for ready in chunks:
                _flush(app, source, ready, intake)
                progress(done + ready.taken.read, total)
        done += path.stat().st_size if path != STANDARD_INPUT and path.exists() else 0
    app.fold()
    intake.seconds = perf_counter() - started
    return intake


def take_records(
    app: App,
    who: Principal,
    name: str,
    connector: str,
    content: int,
    file: str = str(STANDARD_INPUT),
    account: str | None = None,
) -> Object:
    """Take in what is new in a file that was sent; answers what `ingest --json` prints.

    `content` is the descriptor of what was sent, `file` the path that the sender calls it by: it
    is known again by its content, as any file is. `waiting` is how many bytes of a last line wait
    for their newline. Raises `Invalid`, `NotFound`, `Forbidden` and `Unavailable`.
    """
    _check_may(app, who, name, account)
    kind, path = connector_named(connector), _path(file)
    open_ = partial(opened, descriptor=content)
    app.access.note(who, "records.take", name, connector=connector, file=file)
    taken = app.writing(lambda: _taken(app, kind, [path], name, account, open_, lambda *_: None))
    return taken.summary() | {"waiting": sum(taken.waiting.values())}


def _check_may(app: App, who: Principal, name: str, account: str | None) -> None:
    """Raise `Forbidden` for whoever does not manage the account, `Invalid` for a bad new name."""
    for source in app.inbox.sources():
        if source.name == name:
            who.require_for(Permission.SOURCES, source.account)
            return
    who.require_for(Permission.SOURCES, account_name(account or "default"))
    source_name(name)


def _path(file: str) -> Path:
    if not file.isprintable() or len(file) > _LONGEST:
        raise Invalid("The name of the file cannot be shown.", "Send it under another one.")
    return Path(file)


def take_stream(
    app: App, connector_name: str, source_name: str, account: str, chunks: Iterable[bytes]
) -> Intake:
    """Take in chunks of whole lines that come from no file, in order."""
    app.recovering(app.flush_waiting)
    source = app.inbox.source(source_name, connector_name, account)
    intake, started = Intake(source.name), perf_counter()
    with made_ready(app, source, _accepted(app, source, chunks)) as accepted:
        for ready in accepted:
            _flush(app, source, ready, intake)
    app.fold()
    intake.seconds = perf_counter() - started
    return intake


def _accepted(app: App, source: Source, chunks: Iterable[bytes]) -> Iterator[Taken]:
    file = app.inbox.files.new(source, Path(source.name), b"", None)
    for content in _gathered(chunks, app.settings.chunk_bytes):
        ends = line_ends(content)
        kept, redacted = app.inbox.redact(source, content, ends)
        place = file.position, file.lines + 1
        chunk = Chunk(Path(file.path), kept, *place, len(ends), redacted)
        batch, file = app.inbox.accept(file, chunk)
        yield Taken(batch, memoryview(kept), ends, 0)


def _gathered(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same content in fewer pieces: a flush has a price that does not depend on its size."""
    parts: list[bytes] = []
    for chunk in chunks:
        parts.append(chunk)
        if sum(map(len, parts)) >= size:
            yield b"".join(parts)
            parts = []
    if parts:
        yield b"".join(parts)


def _flush(app: App, source: Source, ready: Ready, intake: Intake) -> None:
    batch, begun = ready.taken.batch, perf_counter()
    if app.writer is not None:
        # A server accepts from others too: a store takes batches in their order.
        app.recovering(lambda: app.flush_waiting(up_to=batch.seq - 1))
    flushed = app.recovering(lambda: app.flush(batch, ready.guarded, source, ready.work))
    app.flushed(source, flushed, perf_counter() - begun)
    app.pulse()
    intake.outcome.add(flushed)
    intake.bytes += batch.size
