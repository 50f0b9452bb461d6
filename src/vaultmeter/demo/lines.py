"""Turns batches of events into newline-delimited JSON, column by column.

A line is five texts joined: the time and id, which are as long in every line, and the members
about the identity, the action, the item and the session, which come from tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vaultmeter.demo.actions import action_texts, shows_place
from vaultmeter.demo.arrays import NOTHING, Events, Ints
from vaultmeter.demo.items import item_texts
from vaultmeter.demo.organisation import PLACES, identity_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vaultmeter.demo.items import Items
    from vaultmeter.demo.organisation import Organisation

LINES_PER_CHUNK: Final = 81_920
"""How many lines a chunk holds at most; a line has some 250 bytes, a chunk some 20 MB."""

_MINUTE_US: Final = 60_000_000
_DIGITS: Final = 3
_THOUSAND: Final = 10**_DIGITS
_THREE_DIGITS: Final = np.array([f"{number:03d}".encode() for number in range(_THOUSAND)])
_TWO_DIGITS: Final = np.array([f"{number:02d}".encode() for number in range(100)])
_LINE_END: Final = "}\n"


class LineWriter:
    """Writes a stream's events as lines, numbering them on from one batch to the next."""

    def __init__(self, organisation: Organisation, items: Items) -> None:
        """Prepare the texts of everything that can occur in a line."""
        self._seed = f"{organisation.scale.seed:x}"
        self._id_groups = -(-len(str(organisation.scale.events)) // _DIGITS)
        self._written = 0
        self._shows_place = shows_place()
        self._identities = pa.array(identity_texts(organisation), pa.string())
        self._actions = pa.array(action_texts(), pa.string())
        self._items = pa.array(["", *item_texts(items)], pa.string())

    def write(self, events: Events) -> Iterator[bytes]:
        """Give the lines of events that are sorted by time, in chunks of complete lines."""
        for first in range(0, len(events), LINES_PER_CHUNK):
            yield self._chunk(events.pick(slice(first, first + LINES_PER_CHUNK)))

    def _chunk(self, events: Events) -> bytes:
        place = np.where(self._shows_place[events.action], events.place, 0)
        identity = events.identity * (PLACES + 1) + place
        session_texts, session = _session_table(events.session)
        return _joined(
            self._times_and_ids(events.time_us),
            self._identities.take(identity),
            self._actions.take(events.action),
            self._items.take(events.item + 1),
            session_texts.take(session),
        )

    def _times_and_ids(self, time_us: Ints) -> pa.StringArray:
        """Give each line's beginning, all equally long, by filling in a fixed layout."""
        fields, template = self._layout()
        starts = np.full(len(time_us), template, dtype=fields)
        minute, within = np.divmod(time_us, _MINUTE_US)
        starts["minute"] = _minute_texts(minute)
        second, micro = np.divmod(within, 1_000_000)
        starts["second"] = _TWO_DIGITS[second]
        milli, rest = np.divmod(micro, _THOUSAND)
        starts["milli"], starts["micro"] = _THREE_DIGITS[milli], _THREE_DIGITS[rest]
        number = np.arange(self._written, self._written + len(time_us))
        self._written += len(time_us)
        for group in reversed(range(self._id_groups)):
            number, digits = np.divmod(number, _THOUSAND)
            starts[f"id{group}"] = _THREE_DIGITS[digits]
        width = fields.itemsize
        offsets = np.arange(0, (len(time_us) + 1) * width, width, dtype=np.int32)
        buffers = pa.py_buffer(offsets.data), pa.py_buffer(starts.data)
        return pa.StringArray.from_buffers(len(time_us), *buffers)

    def _layout(self) -> tuple[np.dtype[np.void], npt.NDArray[np.void]]:
        """Describe a line's beginning as fields of bytes, and fill in those that are the same."""
        parts: list[tuple[str, bytes | int]] = [
            ("before_time", b'{"time":"'),
            ("minute", len("2026-03-02T08:14")),
            ("colon", b":"),
            ("second", 2),
            ("dot", b"."),
            ("milli", _DIGITS),
            ("micro", _DIGITS),
            ("before_id", f'Z","id":"{self._seed}-'.encode()),
            *((f"id{group}", _DIGITS) for group in range(self._id_groups)),
            ("after_id", b'",'),
        ]
        widths = [part if isinstance(part, int) else len(part) for _, part in parts]
        names = [name for name, _ in parts]
        fields = np.dtype([(name, f"S{width}") for name, width in zip(names, widths, strict=True)])
        constant = [b"" if isinstance(part, int) else part for _, part in parts]
        return fields, np.array(tuple(constant), dtype=fields)


def _minute_texts(minute: Ints) -> npt.NDArray[np.bytes_]:
    """Give texts like 2026-03-02T08:14 for ascending minutes since 1970, each made only once."""
    changes = np.concatenate([[True], minute[1:] != minute[:-1]])
    different = minute[changes].astype("datetime64[m]")
    texts = np.datetime_as_string(different, unit="m").astype("S16")
    return np.asarray(texts[np.cumsum(changes) - 1])


def _session_table(session: Ints) -> tuple[pa.StringArray, Ints]:
    """Give the ends of lines, with and without sessions, and which end each event has."""
    numbered = session != NOTHING
    lowest = int(session.min(where=numbered, initial=np.iinfo(np.int64).max))
    numbers = range(lowest, int(session.max()) + 1)
    texts = [_LINE_END, *(f',"session":"s{number}"{_LINE_END}' for number in numbers)]
    return pa.array(texts, pa.string()), np.where(numbered, session - lowest + 1, 0)


def _joined(*parts: pa.StringArray) -> bytes:
    """Join texts row by row and put the rows one after another, copying them once."""
    rows = pc.call_function("binary_join_element_wise", [*parts, pa.scalar("")])
    length = pc.sum(pc.binary_length(rows)).as_py()
    text: bytes = rows.buffers()[2].slice(0, length).to_pybytes()
    return text
