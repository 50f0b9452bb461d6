"""The state that an answer rests on, as one short word: equal words mean equal answers.

It changes with everything that an answer can depend on beside the question and the clock: the
records that are in the store, rejects tried again, what retention deleted, what records mean, and
what people decided. It stays the same when rollups are folded, and, for who sees everything, when
a store is made again from the same inbox, for neither changes an answer.

That of a viewer who may not see everything changes with what it sees alone: a word that changed
whenever anybody did anything would tell it when others are at work.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from vaultmeter import __version__
from vaultmeter.model.period import EPOCH, Period, zone_named
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.rollup import Rolled
from vaultmeter.store.statement import statement_of_stored

_STATE = """
    select 'batch', coalesce(max(batch), 0)::varchar
    from flushed
    union all
    select bucket, sum(lines)::varchar
    from ledger
    group by bucket
    union all
    select 'rejected: ' || reason, count(*)::varchar
    from reject
    group by reason
    union all
    select name, value
    from meta
    where name = 'kept'
        or starts_with(name, 'mapping:')
    union all
    select 'cut off: ' || product::varchar, before::varchar
    from cut_off
"""
"""Lines by what became of them, too: rejects that are tried again come in under an old batch."""
_SEEN = "\n union all \n".join(
    f"""
    select '{table}' as name, concat(count(*), ' ', sum(cast(hash({table}) as hugeint))) as value
    from {rows}
    """
    for table, rows in {
        "event": "(select count(*) as events, sum(batch) as batches from event) as event",
        "source": "source",
        "mapping": (
            "(select source.id, meta.value from source"
            " join meta on meta.name = 'mapping:' || source.connector) as mapping"
        ),
        "cut_off": (
            "(select product, before from cut_off"
            " where product in (select product from seen_part)) as cut_off"
        ),
        "account": "account",
        "identity": (
            "(select id, account, name, kind, auth_method, created, disabled, deleted"
            " from identity) as identity"
        ),
        "item": "item",
        "note": "note",
        "ledger": "ledger",
        "unknown_kind": "unknown_kind",
        "reject": "(select source, reason, count(*) as lines from reject group by all) as reject",
    }.items()
)
"""What moves with everything that may be seen: events by their batches, who and what there is."""
_EVER = Period(EPOCH, datetime(2100, 1, 1, tzinfo=UTC), zone_named("UTC"))
_BYTES = 12


def as_of(store: Store, terms: Terms, viewer: Viewer | None = None) -> str:
    """The state of what a viewer sees under these terms: 24 hexadecimal digits.

    Without a viewer it is that of everything.
    """
    if viewer is None or viewer.grants is None:
        state = dict(store.query(_STATE))
    else:
        rolled = Rolled(int(store.meta("rolled") or 0))
        built = statement_of_stored(_SEEN, Question(viewer, _EVER, rolled=rolled))
        state = dict(store.query(built.sql, built.values))
        limits = (each for each in terms.limits if viewer.sees(each.account, each.product))
        terms = replace(terms, limits=tuple(limits))
    held = json.dumps([__version__, state, _plain(terms)], sort_keys=True, default=str)
    return blake2b(held.encode(), digest_size=_BYTES).hexdigest()


def _plain(terms: Terms) -> Mapping[str, Any]:
    return {
        "status": asdict(terms.status),
        "limits": [asdict(limit) for limit in terms.limits],
        "groups": {name: list(patterns) for name, patterns in terms.groups.items()},
    }
