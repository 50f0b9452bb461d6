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
    redacted: int | None = None
    """How many of its lines were redacted; `None` where that is left to the inbox."""


@dataclass(frozen=True)
class Delivery:
    """Whole lines from a sender, each with its newline.

    `stream` says how they came; each stream of a source is one endless file of the inbox. `key`
    is a digest by which the same delivery is known again, and is then taken as done; without it
    nothing is looked up. It is one of the content after redaction: that of a password could be
    found by guessing.
    """

    source: Source
    stream: str
    content: bytes
    lines: int
    key: bytes | None = None
    redacted: int | None = None
    """How many of its lines were redacted; `None` where that is left to the inbox."""


@dataclass(frozen=True)
class Receipt:
    """That a delivery is on disk, and whether it was there already."""

    duplicate: bool


@dataclass(frozen=True)
class Gap:
    """Something of a source that may be missing, since when it is known (UTC).

    `kind` is a word such as truncated or reconnected. `lines` and `bytes` say how much, where
    that is known, and `words` say it in a sentence.
    """

    source: int
    kind: str
    at: datetime
    lines: int | None
    bytes: int | None
    words: str
