"""Makes unreadable what may be secret in the records of a source, before they are accepted.

A vault hashes what is secret before it writes a record, unless it was told not to. Almost every
record shows within its first bytes that it was hashed, and is passed over by whole arrays; the few
others are looked at closely. Nothing is moved: contents keep their length, and every line its place.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib.stride_tricks import sliding_window_view

from vaultmeter.inbox.batches import Content
from vaultmeter.inbox.lines import Numbers, line_ends
from vaultmeter.inbox.redaction import Redacted
from vaultmeter.model.secrets import Secrets
from vaultmeter.receive.redacted_line import LineRedaction

_OPENING = 104
"""Bytes of a record within which it shows that it was hashed."""
_FEW = 1 << 15
"""A content of fewer bytes is not worth an array."""
_LINES = 1 << 13
"""Lines that are looked at together: their first bytes fit the processor's cache."""
_OBJECT = r'(?s)^\{".*\}\r?$'
_LITERAL = r"true|false|null|-?[0-9][0-9.eE+-]*"
_TIME = r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})"'

Claims = np.ndarray[tuple[int], np.dtype[np.bool]]


class Redaction:
    """Redacts contents of the records of one connector."""

    def __init__(self, secrets: Secrets) -> None:
        """Prepare for what a connector declares."""
        self._line = LineRedaction(secrets)
        self._openings = [opening.encode() for opening in secrets.openings]
        places = [*secrets.tokens, *secrets.values, *secrets.links]
        names = "|".join(sorted({place.rpartition(".")[2] for place in places}))
        value = f'"(?:{secrets.hashed}[0-9a-f]*)?"'
        flat = f'"[^"\\\\]*":(?:{value}|{_TIME}|{_LITERAL}),?'
        self._secret = f'"(?:{names})":'
        self._hashed = f'"(?:{names})":(?:null|{value}|\\{{(?:{flat})*\\}})'
        self._token = secrets.token

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
        start = 0
        for line in content.split(b"\n"):
            if line and all(line.find(each, 0, _OPENING) < 0 for each in self._openings):
                yield start, line
            start += len(line) + 1

    def _many(self, content: Content, ends: Numbers) -> Iterator[tuple[int, bytes]]:
        """The same of a long content."""
        starts = np.concatenate(([0], ends[:-1] + 1))
        for first in range(0, len(starts), _LINES):
            own = slice(first, first + _LINES)
            is_hashed = self._open_hashed(content, starts[own], (ends - starts)[own])
            numbers = (np.flatnonzero(~is_hashed) + first).tolist()
            lines = [bytes(content[starts[number] : ends[number]]) for number in numbers]
            for place in np.flatnonzero(self._is_suspect(lines)).tolist():
                yield int(starts[numbers[place]]), lines[place]

    def _open_hashed(self, content: Content, starts: Numbers, lengths: Numbers) -> Claims:
        """Which lines show within their first bytes that they were hashed."""
        claims = np.zeros(len(starts), np.bool)
        is_whole = starts + _OPENING <= len(content)
        windows = sliding_window_view(np.frombuffer(content, np.uint8), _OPENING)
        heads = _array(windows[starts[is_whole]])
        for opening in self._openings:
            places = pc.find_substring(heads, pattern=opening).to_numpy()
            claims[is_whole] |= (places >= 0) & (places + len(opening) <= lengths[is_whole])
        return claims

    def _is_suspect(self, lines: list[bytes]) -> Claims:
        """Which lines do not show at once that they hold nothing but hashes."""
        array = pa.array(lines, pa.binary())
        secret = pc.count_substring_regex(array, pattern=self._secret)
        hashed = pc.count_substring_regex(array, pattern=self._hashed)
        is_object = pc.match_substring_regex(array, pattern=_OBJECT)
        has_token = pc.match_substring_regex(array, pattern=self._token)
        is_clean = pc.and_not(pc.and_(pc.equal(secret, hashed), is_object), has_token)
        claims: Claims = pc.invert(is_clean).to_numpy(zero_copy_only=False)
        return claims


def _array(rows: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> pa.BinaryArray:
    """The rows of a table of bytes as values."""
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1]
    buffers = [None, pa.py_buffer(offsets.data), pa.py_buffer(rows.data)]
    return pa.Array.from_buffers(pa.binary(), len(rows), buffers)
