"""Who reads a store at the moment, so that something can be done while nobody does."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Readers:
    """Counts them; for threads."""

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
