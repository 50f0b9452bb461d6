"""Where events live. One folder, one engine; `statement` builds the checked query for all."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol


class Store(Protocol):
    """What an engine can do. Instants are naive timestamps in UTC inside the store."""

    @property
    def changes(self) -> int:
        """Raised after everything that others may see since: equal numbers mean equal answers."""

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet, nor the store whose `writer` it is."""

    def query(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement with bound values and answer its rows.

        Raises `StoreDamaged` when the database file cannot be read.
        """

    def chunks(
        self, sql: str, values: dict[str, Any] | None = None, rows: int = 10_000
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Run one statement and answer its rows by and by, so many at once.

        Nothing else may be asked of this reader until they are all read.
        """

    def query_as_of(
        self, state: str, sql: str, values: dict[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """The same as `query`, of what rests on a state alone: asked again of it, known already."""

    def interrupt(self) -> None:
        """End what is being asked now, from another thread: it raises `TookTooLong`."""

    def parse(self, sql: str) -> Any:  # noqa: ANN401  a syntax tree is plain JSON
        """The syntax tree of a text of selects; raises `Invalid` for anything else."""

    def run(self, sql: str, values: dict[str, Any] | None = None) -> int:
        """Run one statement and answer how many rows it changed."""

    def offer(self, name: str, rows: object) -> None:
        """Make Arrow data readable as a table of that name, until it is offered anew."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside becomes visible and durable together, or not at all."""

    def beside(self, path: Path) -> AbstractContextManager[str]:
        """A new empty store at a path, by the name under which statements reach its tables.

        What is written into it holds together at the end, on disk in that one file.
        """

    def reader(self, seconds: float | None = None) -> AbstractContextManager["Store"]:
        """The store as it is now, for another thread to read, which waits for no writer.

        What takes longer than `seconds` is given up; it raises `TookTooLong`.
        """

    def writer(self) -> AbstractContextManager["Store"]:
        """The same store for another thread to write, which is closed with this one too.

        Temporary tables are its own. Two transactions at once must not write to the same tables.
        """

    def checkpoint(self) -> bool:
        """Fold the write-ahead log into the database file; false while other work forbids it."""

    def give_back(self) -> bool:
        """Free the memory of what is gone; false, and nothing is done, while somebody reads."""

    def meta(self, name: str) -> str | None:
        """A remembered value, such as the version of a mapping."""

    def remember(self, name: str, value: str) -> None:
        """Keep a value under a name."""

    def position(self) -> int:
        """The sequence number of the last batch that is wholly in the store."""

    def close(self) -> None:
        """Checkpoint and release the file."""
