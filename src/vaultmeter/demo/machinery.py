"""What machines and agents do: regular tasks around the clock, at night, or with the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.actions import (
    DENIED,
    ERROR,
    NOT_FOUND,
    WEIGHTS,
    is_read,
    with_outcome,
    with_weight,
)
from vaultmeter.demo.arrays import NOTHING, Events, draw_weighted
from vaultmeter.demo.office_hours import NIGHTLY, OFFICE, STEADY, Rhythm
from vaultmeter.demo.tasks import assign

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Floats, Ints
    from vaultmeter.demo.items import Items
    from vaultmeter.demo.organisation import Organisation

_ERROR_SHARE: Final = 0.002
_MISSING_SHARE: Final = 0.022
_POLL_JITTER: Final = 0.15
_WEIGHT_SHARES: Final = np.array([0.0, 0.3, 0.25, 0.2, 0.13, 0.08, 0.04])


class Machinery:
    """Draws machines' and agents' events, any wanted number for one stretch of time after another.

    A task's events keep about equal distances in the task's rhythm; what is left of a fraction
    of an event carries over to the next stretch.
    """

    def __init__(self, organisation: Organisation, items: Items) -> None:
        """Set up the tasks and their rhythms for an organisation."""
        self._rng = np.random.default_rng([organisation.scale.seed, 7])
        self._tasks = assign(organisation, items)
        self._rhythm = Rhythm(organisation.scale)
        bounds = np.searchsorted(self._tasks.rhythm, np.arange(4)).tolist()
        rhythms = (STEADY, OFFICE, NIGHTLY)
        self._slices = [(rhythm, slice(*bounds[rhythm : rhythm + 2])) for rhythm in rhythms]
        self._owed = self._rng.random(len(self._tasks))
        self._is_read = is_read()
        self._items = items

    def mass_between(self, begin_us: int, end_us: int) -> float:
        """Say how much machines' work falls between two times, in arbitrary but equal units."""
        low, high = self._masses(begin_us, end_us)
        return float((self._tasks.weight * (high - low)).sum())

    def draw(self, begin_us: int, end_us: int, wanted: int) -> Events:
        """Draw exactly `wanted` events between two times (UTC), in no particular order."""
        tasks, rng = self._tasks, self._rng
        low, high = self._masses(begin_us, end_us)
        counts = self._counts(tasks.weight * (high - low), wanted)
        task = np.repeat(np.arange(len(tasks)), counts)
        turn = np.arange(wanted) - np.repeat(np.cumsum(counts) - counts, counts)
        phase = rng.random(len(tasks))
        jitter = np.where(tasks.rhythm == STEADY, _POLL_JITTER, 1.0)
        shift = phase * (1 - jitter)
        share = turn + shift[task] + rng.random(wanted) * jitter[task]
        mass = low[task] + share * ((high - low) / np.maximum(counts, 1))[task]
        item, codes = self._with_mishaps(task)
        return Events(
            time_us=self._times(task, mass, begin_us, end_us),
            identity=tasks.identity[task],
            item=item,
            action=codes,
            place=np.ones(wanted, dtype=np.int64),
            session=np.full(wanted, NOTHING, dtype=np.int64),
        )

    def _masses(self, begin_us: int, end_us: int) -> tuple[Floats, Floats]:
        """Give the mass of each task's rhythm at the start and end of its part of a stretch."""
        tasks = self._tasks
        begins = np.clip(tasks.begins_us, begin_us, end_us)
        ends = np.clip(tasks.ends_us, begins, end_us)
        low, high = np.empty(len(tasks)), np.empty(len(tasks))
        for rhythm, those in self._slices:
            low[those] = self._rhythm.mass_at(rhythm, begins[those])
            high[those] = self._rhythm.mass_at(rhythm, ends[those])
        return low, high

    def _counts(self, mass: Floats, wanted: int) -> Ints:
        """Share `wanted` events out over the tasks by mass, carrying fractions forward."""
        due = self._owed + mass * (wanted / mass.sum())
        counts = np.where(mass > 0, np.floor(due), 0.0).astype(np.int64)
        surplus = int(counts.sum()) - wanted
        if surplus > 0:
            dropped = self._rng.choice(int(counts.sum()), surplus, replace=False)
            done_by = np.searchsorted(np.cumsum(counts), dropped, side="right")
            counts -= np.bincount(done_by, minlength=len(counts))
        elif surplus < 0:
            done_by = draw_weighted(mass, -surplus, self._rng)
            counts += np.bincount(done_by, minlength=len(counts))
        self._owed = np.clip(due - counts, 0.0, 1.0)
        return counts

    def _times(self, task: Ints, mass: Floats, begin_us: int, end_us: int) -> Ints:
        """Turn masses into times (UTC) inside both the stretch and each task's life."""
        tasks = self._tasks
        time = np.empty(len(task), dtype=np.int64)
        bounds = np.searchsorted(task, [those.stop for _, those in self._slices]).tolist()
        begun = 0
        for (rhythm, _), ended in zip(self._slices, bounds, strict=True):
            time[begun:ended] = self._rhythm.time_at(rhythm, mass[begun:ended])
            begun = ended
        earliest = np.maximum(tasks.begins_us, begin_us)
        latest = np.minimum(tasks.ends_us, end_us) - 1
        return np.clip(time, earliest[task], latest[task])

    def _with_mishaps(self, task: Ints) -> tuple[Ints, Ints]:
        """Give items and actions of tasks' events, some denied, failed, lost or in batches."""
        tasks, rng = self._tasks, self._rng
        item, codes = tasks.item[task], tasks.action[task]
        batch = np.flatnonzero(tasks.batches[task])
        number = draw_weighted(_WEIGHT_SHARES, len(batch), rng)
        codes[batch] = with_weight(codes[batch], number % len(WEIGHTS))
        draw = rng.random(len(task))
        denied = np.flatnonzero(draw < tasks.denied[task])
        rest = np.flatnonzero((draw > 1 - _ERROR_SHARE - _MISSING_SHARE) & (item != NOTHING))
        lost = rest[(draw[rest] < 1 - _ERROR_SHARE) & self._is_read[codes[rest]]]
        failed = rest[draw[rest] >= 1 - _ERROR_SHARE]
        for rows, outcome in ((denied, DENIED), (failed, ERROR)):
            codes[rows] = with_outcome(codes[rows], outcome)
        absent = self._items.absent(self._items.account[item[lost]], rng)
        lost, absent = lost[absent != NOTHING], absent[absent != NOTHING]
        codes[lost] = with_outcome(codes[lost], NOT_FOUND)
        item[lost] = absent
        return item, codes
