"""Retention: what is older than was decided is deleted; names and totals of months are kept.

What is deleted first is the truth, in inbox and archive, in one transaction. The store is then
made again from what is left, on top of the names and totals, which also gives its space back.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import apsw

from vaultmeter.app import App, connector_named, size_of
from vaultmeter.failpoints import reach
from vaultmeter.inbox.archive import Sealed
from vaultmeter.inbox.batches import Batch
from vaultmeter.inbox.expiry import Blanked, Decided
from vaultmeter.ingest.expired import CUTTING, blanked, cutting
from vaultmeter.ingest.guard import guard
from vaultmeter.ingest.kept import write_kept
from vaultmeter.ingest.work import Work
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid, Unavailable, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.model.kinds import Product
from vaultmeter.model.retention import MONTHS_AT_MOST, Deletion, cut_off
from vaultmeter.state.retention import Run, retention, runs, set_retention
from vaultmeter.store import Store

CutOffs = Mapping[str, datetime]


@dataclass(frozen=True)
class Due:
    """What retention means for a product now. Instants are UTC.

    `kept_from` is the cut-off in force; `events` and `bytes`, roughly, are what applying deletes.
    """

    product: str
    months: int | None
    kept_from: datetime | None
    before: datetime | None
    oldest: datetime | None
    events: int
    bytes: int


@dataclass(frozen=True)
class Applied:
    """What applying retention deleted: events by product, lines, and bytes on the disk."""

    runs: list[Run]
    lines: int


def shown(app: App, who: Principal) -> Object:
    """How long events are kept, what applying deletes, and past runs; raises `Forbidden`."""
    who.require_everywhere(Permission.RETENTION)
    return {"products": _plain(due(app)), "runs": _plain(past_runs(app))}


def set_months(app: App, who: Principal, product: str, months: int | None) -> Object:
    """Decide for how many months events of a product are kept, `None` being for ever.

    Nothing is deleted until it is applied. Raises `Invalid` and `Forbidden`.
    """
    who.require_everywhere(Permission.RETENTION)
    if product not in set(Product):
        raise Invalid(f"There is no product {product!r}.", did_you_mean(product, Product))
    if months is not None and not 1 <= months <= MONTHS_AT_MOST:
        raise Invalid(
            f"{months} is no number of months from 1 to {MONTHS_AT_MOST}.",
            "Write a number of months, or 'forever'.",
        )
    with app.access.noting(who, "retention.set", product, months=months) as connection:
        set_retention(connection, Product(product), months)
    return {"product": product, "months": months}


def applied(app: App, who: Principal) -> Object:
    """Delete what is older than was decided, and answer what that was, with `notes` for people.

    It is in the trail before anything is gone. Raises `Forbidden` and `Unavailable`.
    """
    who.require_everywhere(Permission.RETENTION)
    before = {each.product: each.before for each in due(app) if each.events}
    app.access.note(who, "retention.apply", before={name: str(at) for name, at in before.items()})
    notes: list[str] = []
    try:
        done = app.writing(lambda: apply(app, notes.append))
    except Exception:
        app.access.note(who, "retention.apply", result="failed")
        raise
    return {"runs": _plain(done.runs), "lines": done.lines, "notes": notes}


def due(app: App) -> list[Due]:
    """What retention means for each product now."""
    with app.state.reading() as connection:
        months = retention(connection)
    cut_offs, in_force = _cut_offs(app, months), app.inbox.expiry.cut_offs()
    with app.store.reader() as store:
        held = _held(store, cut_offs)
    events = sum(count for count, *_ in held.values()) or 1
    size = size_of(app.settings.data)
    return [
        Due(
            product,
            months[Product(product)],
            in_force.get(product),
            cut_offs.get(product),
            oldest,
            old,
            size * old // events,
        )
        for product, (_, old, oldest) in held.items()
    ]


def past_runs(app: App) -> list[Run]:
    """What was deleted before, in order."""
    with app.state.reading() as connection:
        return runs(connection)


def apply(app: App, say: Callable[[str], None]) -> Applied:
    """Delete what is older than was decided; answers what that was.

    `say` is told what takes long. Raises `Unavailable` when the disk does not take what replaces
    it: nothing is deleted then.
    """
    app.fold()
    with app.state.reading() as connection:
        months = retention(connection)
        before = len(runs(connection))
    unread_before = _unread_before(app, months)
    batches, cut_offs = _old_batches(app, _cut_offs(app, months), unread_before)
    if not batches:
        return Applied([], 0)
    say(f"Deleting from {len(batches):,} batches.")
    expired = sum(batch.expired for batch in batches.values())
    try:
        _delete(app, batches, cut_offs, unread_before)
    except (OSError, apsw.FullError, apsw.IOError) as error:
        app.inbox.expiry.sweep()
        raise Unavailable(
            f"Retention cannot write what replaces the old: {error}.",
            "Free some space in the data folder and apply it again; nothing was deleted.",
        ) from error
    app.follow_deletion()
    lines = sum(app.inbox.batch(seq).expired for seq in batches) - expired
    return Applied(past_runs(app)[before:], lines)


def _delete(
    app: App, batches: Mapping[int, Batch], cut_offs: CutOffs, unread_before: datetime | None
) -> None:
    now = app.clock()
    size = size_of(app.settings.data)
    deletions = [
        Deletion(now, product, cut_offs[product], old, size)
        for product, (_, old, _) in _held(app.store, cut_offs).items()
        if product in cut_offs
    ]
    in_force = {**app.inbox.expiry.cut_offs(), **cut_offs}
    kept = _sealed(app, in_force, now)
    reach("kept-sealed")

    def blank(seq: int) -> Blanked:
        return _blanked(app, batches[seq], in_force, unread_before)

    app.inbox.expiry.delete(set(batches), blank, Decided(in_force, kept, deletions), now)


def _sealed(app: App, cut_offs: CutOffs, now: datetime) -> Sealed:
    name = f"kept/{now:%Y%m%dT%H%M%S}-{uuid4().hex[:12]}.kept"
    folder = app.settings.data / "temporary"
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / "kept.duckdb"
    _remove(path)
    try:
        write_kept(app.store, path, name, cut_offs)
        reach("kept-written")
        return app.inbox.archive.seal_file(name, path)
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    """Remove a database file and its log, such as a killed process leaves."""
    for each in (path, path.with_name(path.name + ".wal")):
        each.unlink(missing_ok=True)


def _blanked(app: App, batch: Batch, cut_offs: CutOffs, unread_before: datetime | None) -> Blanked:
    app.pulse()
    source = next(source for source in app.inbox.sources() if source.id == batch.source)
    connector = connector_named(source.connector)
    if not connector.facts and _is_all_old(app, batch, cut_offs, unread_before):
        return Blanked(b"\n" * batch.lines, batch.lines)
    guarded = guard(app.inbox.content(batch), batch.start, app.settings)
    header = app.inbox.files.get(batch.file).header
    work = Work(app.store, connector, source, batch, header, guarded)
    return blanked(work, cut_offs, unread_before)


def _is_all_old(app: App, batch: Batch, cut_offs: CutOffs, unread_before: datetime | None) -> bool:
    """Whether nothing of a batch stays, which its span tells without reading it."""
    if unread_before is None or batch.received >= unread_before:
        return False
    left = app.store.query(
        f"""
        select 1
        from span
        left join {CUTTING} as cutting on cutting.product = span.product
        join flushed on flushed.batch = span.batch
        where flushed.file = $file
            and span.batch > $after
            and span.batch <= $batch
            and coalesce(last >= before, true)
        limit 1
        """,
        {
            "file": batch.file,
            "after": app.inbox.parts_after(batch),
            "batch": batch.seq,
            **cutting(cut_offs),
        },
    )
    return not left


def _old_batches(
    app: App, cut_offs: CutOffs, unread_before: datetime | None
) -> tuple[dict[int, Batch], dict[str, datetime]]:
    """The batches with lines that go, and those of the cut-offs that concern any."""
    rows = app.store.query(
        f"""
        select distinct
            span.batch,
            flushed.file,
            cast(span.product as varchar)
        from span
        join flushed on flushed.batch = span.batch
        join {CUTTING} as cutting on cutting.product = span.product
        where span.first < cutting.before
        order by span.batch
        """,
        dict(cutting(cut_offs)),
    )
    unread = app.store.query(
        """
        select distinct
            batch,
            flushed.file
        from reject
        join flushed using (batch)
        where flushed.received < $unread_before
        """,
        {"unread_before": unread_before and unread_before.replace(tzinfo=None)},
    )
    found = {(seq, file) for seq, file, *_ in [*rows, *unread]}
    batches = {(batch := app.inbox.batch_holding(*each)).seq: batch for each in sorted(found)}
    concerned = {product: cut_offs[product] for *_, product in rows}
    return batches, concerned


def _unread_before(app: App, months: Mapping[Product, int | None]) -> datetime | None:
    """Before when a line that cannot be read is older than every product's events."""
    if None in months.values():
        return None
    return min(_cut_offs(app, months).values())


def _cut_offs(app: App, months: Mapping[Product, int | None]) -> dict[str, datetime]:
    """The cut-off that was decided for each product, or, where it is later, the one in force."""
    now, in_force = app.clock(), app.inbox.expiry.cut_offs()
    decided = {
        str(product): cut_off(now, count) for product, count in months.items() if count is not None
    }
    return {
        product: max(
            instant for instant in (decided.get(product), in_force.get(product)) if instant
        )
        for product in {**decided, **in_force}
    }


def _held(store: Store, cut_offs: CutOffs) -> dict[str, tuple[int, int, datetime | None]]:
    """By product: its events, those older than its cut-off, and the oldest's time (UTC)."""
    rows = store.query(
        f"""
        select
            cast(event.product as varchar),
            count(*),
            count(*) filter (where event.time < cutting.before),
            min(event.time)
        from event
        left join {CUTTING} as cutting on cutting.product = event.product
        group by all
        """,
        dict(cutting(cut_offs)),
    )
    found = {
        product: (count, old, oldest.replace(tzinfo=UTC)) for product, count, old, oldest in rows
    }
    return {str(product): found.get(product, (0, 0, None)) for product in Product}


def _plain(rows: list[Due] | list[Run]) -> list[Object]:
    """Rows as JSON has them; instants are in UTC."""
    return [
        {
            name: text_of(cell) if isinstance(cell, datetime) else cell
            for name, cell in asdict(row).items()
        }
        for row in rows
    ]
