"""The way by which records are pushed into a source."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vaultmeter.inbox.batches import Source


@dataclass(frozen=True)
class SourceDoor:
    """A source that takes pushed records, and the hash of the key that opens it.

    `key_hash` is what `model.ingest_key.hash_of` makes of the key.
    """

    source: Source
    key_hash: str = field(repr=False)


Doors = Callable[[str], SourceDoor | None]
"""Answers the door of a source by its name, from memory: it is asked for every push."""
