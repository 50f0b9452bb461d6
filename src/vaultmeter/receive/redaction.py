"""Makes unreadable what may be secret in the records of a source, before they are accepted.

A vault hashes what is secret before it writes a record, unless it was told not to. Almost every
record shows within its first bytes that it was hashed, and is passed over by whole arrays; the few
others are looked at closely. Nothing is moved: each line keeps its length and its place.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vaultmeter.inbox.batches import Content
from vaultmeter.inbox.lines import Numbers, line_ends
from vaultmeter.inbox.redaction import Redacted
from vaultmeter.model.secrets import Secrets
from vaultmeter.receive.redacted_line import CLOSE, OPEN, LineRedactor

_OPENING = 104
"""Bytes of a record within which it shows that it was hashed."""
_FEW = 1 << 15
"""A content of fewer bytes is not worth an array."""
_LINES = 1 << 13
"""Lines that are looked at together: their first bytes fit the processor's cache."""
_SOME = 64
"""Lines of them that are looked at to see how they open."""

Claims = np.ndarray[tuple[int], np.dtype[np.bool]]


class Redactor:
    """Redacts contents of the records of one connector."""

    def __init__(self, secrets: Secrets) -> None:
        """Prepare for what a connector declares."""
        self._line = LineRedactor(secrets)
        self._looks = self._line.looks
        self._openings = [opening.encode() for opening in secrets.openings]

    def __call__(self, content: Content, ends: Numbers | None = None) -> Redacted:
        """The same lines as they may be kept; the same object when nothing was changed.

        `ends` are the ends of the lines, where they are known already.
        """
        if len(content) < _FEW:
            suspects = self._few(bytes(content))
        else:
            suspects = self._many(content, line_ends(content) if ends is None else ends)
        changed, marked = None, 0
        for start, line in suspects:
            redacted = self._line.redact(line)
            marked += redacted.is_marked
            if redacted.body != line:
                changed = bytearray(content) if changed is None else changed
                changed[start : start + len(line)] = redacted.body
        return Redacted(content if changed is None else bytes(changed), marked)

    def _few(self, content: bytes) -> Iterator[tuple[int, bytes]]:
        """The lines that are not known to be hashed, each with its start."""
        lines = content.split(b"\n")
        starts = accumulate((len(line) + 1 for line in lines), initial=0)
        return self._unopened(zip(starts, lines, strict=False))

    def _many(self, content: Content, ends: Numbers) -> Iterator[tuple[int, bytes]]:
        """The same of a long content."""
        starts = np.concatenate(([0], ends[:-1] + 1))
        for first in range(0, len(starts), _LINES):
            own = slice(first, first + _LINES)
            others = self._others(content, starts[own], ends[own])
            lines = [line for _, line in others]
            for place in np.flatnonzero(self._is_suspect(lines)).tolist():
                yield others[place]

    def _others(self, content: Content, starts: Numbers, ends: Numbers) -> list[tuple[int, bytes]]:
        """The lines that do not show within their first bytes that they were hashed."""
        for opening in self._openings:
            size = len(opening)
            places = np.ndarray(len(content) - size + 1, f"S{size}", content, strides=(1,))
            for offset in self._offsets(content, starts, opening):
                is_open = ends - starts >= offset + size
                is_open[is_open] = places[starts[is_open] + offset] == opening
                starts, ends = starts[~is_open], ends[~is_open]
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return list(self._unopened((start, bytes(content[start:end])) for start, end in spans))

    def _offsets(self, content: Content, starts: Numbers, opening: bytes) -> set[int]:
        """Where the opening stands in lines like these: nearly all of them open alike."""
        some = starts[:: len(starts) // _SOME + 1].tolist()
        found = {bytes(content[start : start + _OPENING]).find(opening) for start in some}
        return found - {-1}

    def _unopened(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        for start, line in lines:
            if line and all(line.find(each, 0, _OPENING) < 0 for each in self._openings):
                yield start, line

    def _is_suspect(self, lines: list[bytes]) -> Claims:
        """Which lines do not show at once that they hold nothing but hashes."""
        array = pa.array(lines, pa.binary())
        secret = pc.count_substring_regex(array, pattern=self._looks.secret)
        hashed = pc.count_substring_regex(array, pattern=self._looks.hashed)
        is_object = pc.and_(pc.starts_with(array, OPEN), pc.ends_with(array, CLOSE))
        is_record = pc.match_substring(array, self._looks.record)
        misplaced = pc.match_substring_regex(array, pattern=self._looks.misplaced)
        is_clean = pc.and_not(pc.and_(is_object, is_record), misplaced)
        is_clean = pc.and_(is_clean, pc.equal(secret, hashed))
        claims: Claims = pc.invert(is_clean).to_numpy(zero_copy_only=False)
        return claims
