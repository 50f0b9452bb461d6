"""Where lines may be cut off what was read so far."""

from dataclasses import dataclass
from mmap import mmap


@dataclass(frozen=True)
class Cutter:
    """Cuts whole lines off, and pieces of a line that is too long to be held.

    Each piece is long enough to be refused by itself, as `too_large`, so that together they keep
    the line byte for byte, and no part of it is taken for a line of its own.
    """

    chunk_bytes: int
    max_line_bytes: int

    def end(self, buffer: bytes | bytearray | mmap, filled: int) -> int:
        """How many of the first `filled` bytes may be taken; 0 means that more must be read."""
        end = buffer.rfind(b"\n", 0, filled) + 1
        return filled - self.refused if filled - end >= self.held else end

    @property
    def held(self) -> int:
        """The length from which a line is taken in pieces."""
        return max(self.chunk_bytes, 2 * self.refused)

    @property
    def refused(self) -> int:
        """The length from which a line is refused."""
        return self.max_line_bytes + 1
