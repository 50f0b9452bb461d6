"""How far something is, shown to whoever watches a terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status


class Counting:
    """A line on standard error that counts rows; nothing where nobody watches."""

    def __init__(self) -> None:
        """Begin with none."""
        console = Console(stderr=True)
        self._status = Status("0 rows", console=console) if console.is_terminal else None

    def show(self, rows: int) -> None:
        """Show how many rows there are by now."""
        if self._status is not None:
            self._status.update(f"{rows:,} rows")

    def __enter__(self) -> Self:
        """Show the line within a block."""
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Take it away."""
        if self._status is not None:
            self._status.stop()
