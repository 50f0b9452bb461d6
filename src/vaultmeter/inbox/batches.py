"""The rows of the inbox as plain data."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

Content = bytes | memoryview
"""What was received; read, never changed."""


@dataclass(frozen=True)
class Source:
    """A configured origin of records: which connector reads them, into which account."""

    id: int
    name: str
    connector: str
    account: str


@dataclass(frozen=True)
class TakenFile:
    """A file that was read, as far as it was read.

    `position` and `lines` count what was taken, in bytes of the decompressed content and in lines.
    `head` is the start of its content, by which it is known again under another name.
    """

    id: int
    source: int
    path: str
    head: bytes
    header: bytes | None
    position: int
    lines: int


@dataclass(frozen=True)
class Batch:
    """Consecutive whole lines of one file, as accepted.

    `start` and `size` are place and length in the decompressed content, `digest` its XXH3-128.
    `expired` counts the lines that retention has made empty since.
    """

    seq: int
    source: int
    file: int
    received: datetime
    first_line: int
    lines: int
    start: int
    size: int
    digest: bytes
    expired: int = 0


@dataclass(frozen=True)
class Chunk:
    """Whole lines on their way in: what the inbox makes a batch of."""

    path: Path
    content: Content
    start: int
    first_line: int
    lines: int
