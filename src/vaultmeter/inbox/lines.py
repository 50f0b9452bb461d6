"""Where the lines of a chunk end: looked for once, when it is taken in."""

import numpy as np

from vaultmeter.inbox.batches import Content

BLOCK = 1 << 18
"""Bytes looked at at once: what fits the processor's cache."""
_NEWLINE = 0x0A

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


def line_ends(content: Content) -> Numbers:
    """The place of the newline of each line; the end of the content where the last has none."""
    data = np.frombuffer(content, np.uint8)
    mask = np.empty(BLOCK, bool)
    found = []
    for place in range(0, len(data), BLOCK):
        block = data[place : place + BLOCK]
        is_newline = np.equal(block, _NEWLINE, out=mask[: len(block)])
        found.append(np.flatnonzero(is_newline) + place)
    if len(data) and data[-1] != _NEWLINE:
        found.append(np.array([len(data)]))
    return np.concatenate(found) if found else np.empty(0, np.int64)
