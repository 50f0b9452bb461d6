"""The body of a request: received, and decompressed, with ceilings on both."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import zstandard
from starlette.types import Receive

from vaultmeter.api.problems import Refusal, unavailable

_PIECE = 1 << 10
"""Compressed bytes unpacked at once; a piece of zeros unpacks to at most 32 MiB."""
_RATIO = 100
_RATIO_FROM = 1 << 20
"""Below so many bytes nobody asks how well they were compressed."""
_LARGEST_WINDOW = 8 << 20
"""What a decoder of the content coding zstd must support, and no more (RFC 9659)."""
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


class _Part(Protocol):
    """One gzip member or zstd frame."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_CODINGS: dict[str, Callable[[], _Part] | None] = {
    "": None,
    "identity": None,
    "gzip": lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),
    "x-gzip": lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),
    "zstd": lambda: zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj(),
}


class Gone(Exception):
    """The sender went away before the end of the body."""


@dataclass
class Memory:
    """How many bytes of bodies are in work, of how many that may be."""

    most: int
    held: int = 0

    def take(self, size: int) -> None:
        """Hold so many more; raises `Refusal` when there is no room."""
        if self.held + size > self.most:
            raise unavailable("Too many large bodies are in work.")
        self.held += size

    def give_back(self, size: int) -> None:
        """Hold so many less."""
        self.held -= size


class Share:
    """The part of the memory that one request holds."""

    def __init__(self, memory: Memory) -> None:
        """Begin with nothing."""
        self._memory, self._held = memory, 0

    def take(self, size: int) -> None:
        """Hold so many more bytes; raises `Refusal`."""
        self._memory.take(size)
        self._held += size

    def __enter__(self) -> Self:
        """Hold memory within a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give all of it back."""
        self._memory.give_back(self._held)


def coding_of(header: str) -> str:
    """How a body is packed, by its `Content-Encoding`; raises `Refusal` for what is not known."""
    coding = header.strip().lower()
    if coding not in _CODINGS:
        raise Refusal(
            415,
            "The body's Content-Encoding is not known here.",
            "Send gzip, zstd, or none, and one of them only.",
            {"Accept-Encoding": "gzip, zstd"},
        )
    return "" if coding == "identity" else coding


async def received(receive: Receive, announced: str, most: int, share: Share) -> bytes:
    """The whole body as it was sent; raises `Refusal` and `Gone`."""
    if announced.isdigit() and int(announced) > most:
        raise _too_large(most)
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > most:
            raise _too_large(most)
        share.take(len(part))
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def unpacked(packed: bytes, coding: str, most: int) -> bytes:
    """A body without its content coding; raises `Refusal` for a damaged or a swollen one."""
    begin = _CODINGS[coding]
    content = packed if begin is None else b"".join(_pieces(packed, begin, most))
    for magic, name in _MAGIC.items():
        if content.startswith(magic):
            how = "once more" if coding else "and no header says so"
            hint = f"Send it with Content-Encoding: {name}, compressed once."
            raise Refusal(415, f"The body is compressed with {name}, {how}.", hint)
    return content


def _pieces(packed: bytes, begin: Callable[[], _Part], most: int) -> Iterator[bytes]:
    part: _Part | None = None
    size = 0
    try:
        for place in range(0, len(packed), _PIECE):
            piece = packed[place : place + _PIECE]
            while piece:
                part = part or begin()
                content = part.decompress(piece)
                size += len(content)
                _check(size, place + _PIECE, most)
                yield content
                piece = part.unused_data if part.eof else b""
                part = None if part.eof else part
    except (zlib.error, zstandard.ZstdError) as error:
        raise _damaged() from error
    if part is not None:
        raise _damaged()


def _check(size: int, packed: int, most: int) -> None:
    if size > most:
        raise _too_large(most)
    if size > _RATIO_FROM and size > _RATIO * packed:
        raise Refusal(413, f"The body unpacks to more than {_RATIO} times its size.")


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"The body has more than {most} bytes.", "Send it in several parts.")


def _damaged() -> Refusal:
    return Refusal(422, "The compressed body is damaged or cut short.", "Send it again.")
