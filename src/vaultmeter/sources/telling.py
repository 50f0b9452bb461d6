"""A source as JSON has it: its settings, and what has become of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC

from vaultmeter.inbox.batches import Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.access import Object
from vaultmeter.model.collecting import SourceSettings
from vaultmeter.model.errors import Unavailable
from vaultmeter.model.instants import text_of
from vaultmeter.receive.condition import Condition
from vaultmeter.store import Store


def as_told(source: Source, settings: SourceSettings | None) -> Object:
    """A source as JSON has it; what has no settings was taken in by hand."""
    key = None if settings is None else settings.key
    poll = None if settings is None else settings.poll
    return {
        "name": source.name,
        "connector": source.connector,
        "account": source.account,
        "files": [] if settings is None else [str(path) for path in settings.paths],
        "socket": None if settings is None else settings.socket,
        "poll": None if poll is None else asdict(poll),
        "key": None if key is None else {"end": key.end, "made": text_of(key.made)},
        "added": None if settings is None else text_of(settings.made),
    }


def condition_told(name: str, present: Condition) -> Object:
    """How a receiver is doing."""
    return {
        "name": name,
        "ok": present.ok,
        "condition": present.words,
        "since": text_of(present.since),
    }


def arrived(inbox: Inbox, store: Callable[[], Store], source: Source) -> Object:
    """What has arrived of a source, and what became of it as far as the store can tell."""
    gaps = [
        {
            "kind": gap.kind,
            "at": text_of(gap.at),
            "lines": gap.lines,
            "bytes": gap.bytes,
            "words": gap.words,
        }
        for gap in inbox.gaps(source)
    ]
    found: Object = {"events": None, "last_event": None, "rejected": None}
    position = None
    with suppress(Unavailable), store().reader() as reader:
        found, position = _stored(reader, source.name), reader.position()
    received, lines, pending = inbox.arrived(source, position or 0)
    return {
        "last_received": text_of(received),
        "lines": lines,
        "pending": None if position is None else pending,
        **found,
        "redacted": _redacted(inbox, source),
        "gaps": gaps,
    }


def _stored(store: Store, name: str) -> Object:
    """How many events and rejects of a source are in the store, and the latest event's time."""
    ((events, last),) = store.query(
        """
        select coalesce(cast(sum(told.events) as bigint), 0), max(told.last_time)
        from told
        join source on source.id = told.source
        where source.name = $name
        """,
        {"name": name},
    )
    ((rejected,),) = store.query(
        """
        select count(*)
        from reject
        join source on source.id = reject.source
        where source.name = $name
        """,
        {"name": name},
    )
    return {
        "events": events,
        "last_event": last and text_of(last.replace(tzinfo=UTC)),
        "rejected": rejected,
    }


def _redacted(inbox: Inbox, source: Source) -> Object | None:
    """What arrived of a source in clear that may be secret."""
    redactions = inbox.redactions(source)
    if redactions is None:
        return None
    return {
        "lines": redactions.lines,
        "first": text_of(redactions.first),
        "last": text_of(redactions.last),
        "words": redactions.words,
    }
