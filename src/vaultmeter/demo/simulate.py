"""The stream of an invented organisation's events, as newline-delimited JSON."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.arrays import Events, join
from vaultmeter.demo.items import comings_and_goings, furnish
from vaultmeter.demo.lines import LineWriter
from vaultmeter.demo.machinery import Machinery
from vaultmeter.demo.organisation import found
from vaultmeter.demo.scale import Scale
from vaultmeter.demo.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Scale", "simulate"]

_EVENTS_PER_SLICE: Final = 240_000
_PEOPLE_SHARE: Final = 0.29
_LEAST_SESSIONS_SHARE: Final = 0.1


def simulate(scale: Scale) -> Iterator[bytes]:
    """Give the events of a scale's organisation as chunks of complete JSON lines.

    There are exactly `scale.events` lines, sorted by time from chunk to chunk and inside each.
    Equal scales give the same bytes. A chunk is at most some 20 MB; memory stays bounded since
    only one slice of the span is in the making at a time.
    """
    organisation = found(scale)
    items = furnish(organisation)
    pending = comings_and_goings(organisation, items)
    wanted = max(_PEOPLE_SHARE * scale.events - len(pending), _LEAST_SESSIONS_SHARE * scale.events)
    sessions = Sessions(organisation, items, wanted)
    machinery = Machinery(organisation, items)
    writer = LineWriter(organisation, items)
    rng = np.random.default_rng([scale.seed, 8])
    to_write = scale.events
    bounds = _slice_bounds(scale)
    for begin, end in pairwise(bounds):
        pending = join([pending, sessions.draw_until(end)])
        due = pending.time_us < end
        left_to_machines = to_write - len(pending) - sessions.expected_left()
        share_of_slice = _share_of_slice(machinery, scale, begin, end)
        by_machines = machinery.draw(begin, end, max(0, round(left_to_machines * share_of_slice)))
        by_people, pending = pending.pick(due), pending.pick(~due)
        events = join([_at_most(by_people, to_write, rng), by_machines])
        to_write -= len(events)
        yield from writer.write(events.pick(np.argsort(events.time_us, kind="stable")))


def _slice_bounds(scale: Scale) -> list[int]:
    """Cut the span into equally long slices of a manageable number of events each."""
    slices = -(-scale.events // _EVENTS_PER_SLICE)
    return [
        scale.start_us + (scale.until_us - scale.start_us) * turn // slices
        for turn in range(slices + 1)
    ]


def _share_of_slice(machinery: Machinery, scale: Scale, begin_us: int, end_us: int) -> float:
    """Say which part of machines' work from a slice's begin on falls into the slice."""
    if end_us == scale.until_us:
        return 1.0
    left = machinery.mass_between(begin_us, scale.until_us)
    return machinery.mass_between(begin_us, end_us) / left


def _at_most(events: Events, most: int, rng: np.random.Generator) -> Events:
    """Leave out random events beyond a number; this only happens to very short streams."""
    if len(events) <= most:
        return events
    return events.pick(np.sort(rng.permutation(len(events))[:most]))
