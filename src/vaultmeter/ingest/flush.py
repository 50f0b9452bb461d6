"""Brings one accepted batch into the store: the steps in order, as one list.

All steps run in one transaction that also records the batch as flushed. Until it commits the
store knows nothing of the batch; after it the batch is wholly in. A batch can be flushed again
after a crash at any place, and the store ends the same.
"""

from collections.abc import Callable
from dataclasses import replace

from vaultmeter.connectors import Connector
from vaultmeter.failpoints import reach
from vaultmeter.inbox.batches import Batch, Source
from vaultmeter.ingest import (
    dedupe,
    expired,
    glances,
    identities,
    inventory,
    items,
    ledger,
    mapping,
    rollups,
    storing,
    told,
)
from vaultmeter.ingest.guard import Guarded
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.ingest.work import Work
from vaultmeter.store import Store

STEPS: tuple[Callable[[Work], None], ...] = (
    mapping.reject,
    expired.note_span,
    expired.drop_old,
    inventory.set_apart,
    dedupe.key,
    expired.drop_known,
    dedupe.find_known,
    dedupe.choose,
    identities.resolve,
    items.resolve,
    storing.place,
    glances.mark,
    storing.store_events,
    told.tell,
    inventory.apply,
    storing.store_rejects,
    ledger.count,
)
"""What happens to a batch in one transaction, from mapped records to counted events.

Before it `prepare` has made records of the lines, beside the store."""


def prepare(
    store: Store,
    connector: Connector,
    source: Source,
    batch: Batch,
    guarded: Guarded,
    header: bytes | None,
) -> Work:
    """Map the records of a batch, which needs nothing that the store holds."""
    work = Work(store, connector, source, batch, header, guarded)
    reach("flush-begun")
    mapping.map_records(work)
    return work


def flush(work: Work) -> Outcome:
    """Take a prepared batch through all steps and commit; answers what became of its lines."""
    with work.store.transaction():
        _take(work)
        reach("flush-stored")
        work.run("insert into flushed values ($batch, $file, $source, $received)")
        reach("flush-counted")
    reach("flush-committed")
    return work.outcome


def replay(
    store: Store,
    connector: Connector,
    source: Source,
    batch: Batch,
    guarded: Guarded,
    header: bytes | None,
    lines: set[int],
) -> Outcome:
    """Take rejected lines of a flushed batch through all steps again, in one transaction.

    `lines` are their numbers in the file. What is still refused is rejected again.
    """
    numbers = {line - batch.first_line for line in lines}
    few = replace(batch, lines=len(numbers), expired=0)
    work = prepare(store, connector, source, few, guarded.only(numbers), header)
    with store.transaction():
        work.run(
            """
            delete from reject
            where batch in (select batch from flushed where file = $file)
                and line in $lines
            """,
            lines=list(lines),
        )
        work.run(
            "insert into ledger values ($source, cast($received as date), 'rejected', $taken)",
            taken=-len(numbers),
        )
        _take(work)
        # The rollups may hold this batch already.
        stored = {"batch": batch.seq, "lines": list(lines)}
        rollups.mark(store, "batch = $batch and line in $lines", stored)
        rollups.count_marked(store)
    return work.outcome


def _take(work: Work) -> None:
    for step in STEPS:
        step(work)
