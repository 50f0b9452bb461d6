"""Splits a batch into lines and keeps from the parser what it must not see.

Everything here works on whole arrays of bytes; single lines are touched only when they are
suspicious. Line numbers count from the start of the batch, from 0.
"""

import codecs
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vaultmeter.inbox.batches import Content
from vaultmeter.inbox.lines import BLOCK, Numbers, line_ends
from vaultmeter.settings import Settings

_CARRIAGE_RETURN, _QUOTE, _BACKSLASH = b'\r"\\'
_OPENING = 0x7B
"""What `[` and `{` become when the bit 0x20, in which they differ, is set."""
_FIRST_NOT_ASCII = 0x80
_CELL = 64
"""Bytes whose brackets are counted at once: one for each bit of a machine word."""
_LINES_A_TASK = 8192
"""Lines that one thread of the engine parses at once."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Claims = np.ndarray[tuple[int], np.dtype[np.bool]]


@dataclass(frozen=True)
class Refused:
    """A line that is not parsed, byte for byte."""

    line: int
    reason: str
    body: bytes


@dataclass(frozen=True)
class Guarded:
    """A batch in lines: those to parse as an Arrow table `(line, text)`, and the others."""

    content: Content
    starts: Numbers
    ends: Numbers
    lines: pa.Table
    refused: list[Refused]
    blank: int

    def only(self, numbers: set[int]) -> "Guarded":
        """The same, of some lines alone; blank ones are none of them."""
        kept = pc.is_in(self.lines["line"], pa.array(sorted(numbers), pa.int32()))
        refused = [refused for refused in self.refused if refused.line in numbers]
        return replace(self, lines=self.lines.filter(kept), refused=refused, blank=0)

    def without(self, numbers: list[int]) -> "Guarded":
        """The same, but some lines are not to be parsed."""
        dropped = pc.is_in(self.lines["line"], pa.array(numbers, pa.int32()))
        return replace(self, lines=self.lines.filter(pc.invert(dropped)))

    def is_blank(self, line: int) -> bool:
        """Whether a line is empty, but for a carriage return."""
        return bytes(self.content[self.starts[line] : self.ends[line]]) in (b"", b"\r")

    def body(self, line: int) -> bytes:
        """A line as it was received, without its newline."""
        return bytes(self.content[self.starts[line] : self.ends[line]])


def guard(content: Content, start: int, settings: Settings, ends: Numbers | None = None) -> Guarded:
    """Split a batch that starts at a place in its file; at 0 a byte order mark may stand.

    `ends` are the ends of its lines, where they are known already.
    """
    ends = line_ends(content) if ends is None else ends
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends.copy()
    if start == 0 and content[:3] == _BYTE_ORDER_MARK and len(starts):
        starts[0] = len(_BYTE_ORDER_MARK)
    lengths = ends - starts
    blank = (lengths == 0) | ((lengths == 1) & _is_carriage_return(content, starts))
    refused = _refused(content, starts, ends, settings)
    keep = ~blank
    keep[[line.line for line in refused]] = False
    numbers = np.flatnonzero(keep)
    table = _table(content, starts, ends, numbers)
    return Guarded(content, starts, ends, table, refused, int(blank.sum()))


def _openers(content: Content, starts: Numbers, ends: Numbers) -> Numbers:
    """How many brackets each line opens at most: neighbours in the cells of its ends count too."""
    data = np.frombuffer(content, np.uint8)
    folded, mask = np.empty(BLOCK, np.uint8), np.empty(BLOCK, bool)
    counted = [np.zeros(1, np.uint8)]
    for place in range(0, len(data), BLOCK):
        block = data[place : place + BLOCK]
        # '[' and '{' differ in the bit 0x20 alone.
        np.bitwise_or(block, 0x20, out=folded[: len(block)])
        np.equal(folded[: len(block)], _OPENING, out=mask[: len(block)])
        mask[len(block) :] = False
        counted.append(np.bitwise_count(np.packbits(mask).view(np.uint64)))
    total = np.cumsum(np.concatenate(counted), dtype=np.int64)
    return total[-(-ends // _CELL)] - total[starts // _CELL]


def _is_carriage_return(content: Content, starts: Numbers) -> Claims:
    if not len(starts):
        return np.empty(0, np.bool)
    data = np.frombuffer(content, np.uint8)
    return np.equal(data[np.minimum(starts, len(data) - 1)], _CARRIAGE_RETURN)


def _refused(content: Content, starts: Numbers, ends: Numbers, settings: Settings) -> list[Refused]:
    reasons: dict[int, str] = {}
    for line in np.flatnonzero(ends - starts > settings.max_line_bytes).tolist():
        reasons[line] = "too_large"
    openers = _openers(content, starts, ends)
    for line in np.flatnonzero(openers > settings.max_depth).tolist():
        body = bytes(content[starts[line] : ends[line]])
        if line not in reasons and _is_deeper(body, settings.max_depth):
            reasons[line] = "too_deep"
    for line in _not_utf8(content, starts, ends):
        reasons.setdefault(line, "not_utf8")
    return [
        Refused(line, reason, bytes(content[starts[line] : ends[line]]))
        for line, reason in sorted(reasons.items())
    ]


def _not_utf8(content: Content, starts: Numbers, ends: Numbers) -> list[int]:
    if _decodes(content):
        return []
    data = np.frombuffer(content, np.uint8)
    suspects = np.unique(
        np.searchsorted(starts, np.flatnonzero(data >= _FIRST_NOT_ASCII), "right") - 1
    )
    return [int(line) for line in suspects if not _decodes(content[starts[line] : ends[line]])]


def _decodes(text: Content) -> bool:
    place = 0
    try:
        while place < len(text):
            block = text[place : place + BLOCK]
            is_last = place + len(block) == len(text)
            place += codecs.utf_8_decode(block, "strict", is_last)[1]
    except UnicodeDecodeError:
        return False
    return True


def _is_deeper(line: bytes, depth: int) -> bool:
    return line.count(b"{") + line.count(b"[") > depth and _depth(line) > depth


def _depth(line: bytes) -> int:
    """How deep a JSON text is nested; brackets inside strings do not count."""
    depth = deepest = 0
    in_string = escaped = False
    for byte in line:
        if in_string:
            in_string = escaped or byte != _QUOTE
            escaped = byte == _BACKSLASH and not escaped
        elif byte == _QUOTE:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _table(content: Content, starts: Numbers, ends: Numbers, numbers: Numbers) -> pa.Table:
    """The lines of those numbers; without a copy when all of the batch is wanted."""
    if len(numbers) == len(starts) and len(numbers) and starts[0] == 0:
        offsets = np.append(starts, len(content)).astype(np.int32)
        data = content
    else:
        data = b"".join(bytes(content[starts[line] : ends[line]]) for line in numbers)
        offsets = np.concatenate(([0], np.cumsum((ends - starts)[numbers]))).astype(np.int32)
    text = pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets.data), pa.py_buffer(data))
    table = pa.table({"line": pa.array(numbers, pa.int32()), "text": text})
    return pa.Table.from_batches(table.to_batches(max_chunksize=_LINES_A_TASK), table.schema)
