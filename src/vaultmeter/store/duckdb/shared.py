"""What the connections to one database have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import duckdb


class Readers:
    """Counts who reads at the moment, so that something can be done while nobody does."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._lock, self._count = Lock(), 0

    @contextmanager
    def another(self) -> Iterator[None]:
        """Count one more within the block."""
        with self._lock:
            self._count += 1
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1

    @contextmanager
    def nobody(self) -> Iterator[bool]:
        """Tell whether nobody reads; whoever comes within the block waits for its end."""
        with self._lock:
            yield not self._count


@dataclass
class Shared:
    """Of an open database: the texts that were parsed, how often it changed, and who reads."""

    statements: dict[str, list[duckdb.Statement]] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], list[tuple[Any, ...]]] = field(default_factory=dict)
    """What was answered as of a state, by that state, the text and its values."""
    changes: int = 0
    readers: Readers = field(default_factory=Readers)
    is_open: bool = True
    opening: Lock = field(default_factory=Lock)
    """Held while a writer is added, and while all are closed."""
