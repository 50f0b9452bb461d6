"""The array types the demo passes around, and the columns of a batch of events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NOTHING = -1
"""Stands for "no item" and "no session" in the columns of `Events`."""


@dataclass(frozen=True)
class Events:
    """A batch of events as equally long columns, not necessarily in time order.

    `time_us` is microseconds since 1970-01-01 UTC. `identity` and `item` index the
    organisation's names, `action` codes kind, product, detail, outcome and weight, `place` says
    from which of an identity's places it acts, `session` numbers a person's session.
    """

    time_us: Ints
    identity: Ints
    item: Ints
    action: Ints
    place: Ints
    session: Ints

    def __len__(self) -> int:
        """Count the events."""
        return len(self.time_us)

    def pick(self, which: Ints | Flags | slice) -> Events:
        """Give the events that an index, a mask or a slice selects."""
        return Events(*(column[which] for column in self.columns))

    @property
    def columns(self) -> tuple[Ints, ...]:
        """Give the columns in the order the class declares them."""
        return (self.time_us, self.identity, self.item, self.action, self.place, self.session)


def join(batches: list[Events]) -> Events:
    """Put batches one after another; no batches give no events."""
    if not batches:
        none = np.empty(0, dtype=np.int64)
        return Events(none, none, none, none, none, none)
    columns = zip(*(batch.columns for batch in batches), strict=True)
    return Events(*(np.concatenate(column) for column in columns))


def zipf(count: int, steepness: float, rng: np.random.Generator) -> Floats:
    """Give `count` popularities that fall off by rank, in shuffled order, summing to one."""
    popularity = np.arange(1, count + 1, dtype=np.float64) ** -steepness
    return np.asarray(rng.permutation(popularity / popularity.sum()))


def draw_weighted(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Draw `count` indexes with replacement, each as likely as its weight."""
    bounds = np.cumsum(weights)
    drawn = np.searchsorted(bounds, rng.random(count) * bounds[-1], side="right")
    return np.asarray(np.minimum(drawn, len(weights) - 1))
