"""What commands print to a terminal: it obeys nothing but our own colours.

Names, paths and agents come from the records of vaults, where strangers write them.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from typing import Any, TextIO, cast

from vaultmeter.model.printable import printable

_PARTS = re.compile(r"(\x1b\[[0-9;]{0,20}m|\r?\n|\t)")
"""What passes: styles, the end of a line, a tabulator."""
_HIDING = {"5", "6", "8"}
"""Styles that blink and hide."""


class Terminal:
    """A stream to a terminal, which shows what else would command it."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  of any type
        """Everything else is the stream's."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text, harmless."""
        return self._stream.write(harmless(text))

    @property
    def buffer(self) -> BufferedIOBase:
        """What takes bytes, and writes them as text that is as harmless."""
        return _Bytes(self)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts, harmless."""
        for line in lines:
            self.write(line)


class _Bytes(BufferedIOBase):
    """Bytes of text in UTF-8 for a terminal, written by lines, so that no style is cut apart."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal, self._line = terminal, b""

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return True

    def write(self, content: Any) -> int:  # noqa: ANN401  whatever holds bytes
        done, end, self._line = (self._line + bytes(content)).rpartition(b"\n")
        self._terminal.write((done + end).decode(errors="replace"))
        return len(content)

    def flush(self) -> None:
        self._terminal.write(self._line.decode(errors="replace"))
        self._line = b""
        self._terminal.flush()


def harmless(text: str) -> str:
    """The text with nothing in it that a terminal obeys but styles and ends of lines."""
    if text.isprintable():
        return text
    parts = _PARTS.split(text)
    return "".join(part if _passes(part) else printable(part) for part in parts)


@contextmanager
def harmless_terminal() -> Iterator[None]:
    """Let what is printed within a block to a terminal be harmless."""
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_harmless_stream, streams)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


def _harmless_stream(stream: TextIO) -> TextIO:
    return cast("TextIO", Terminal(stream)) if stream.isatty() else stream


def _passes(part: str) -> bool:
    return _PARTS.fullmatch(part) is not None and not _HIDING & set(part[2:-1].split(";"))
