"""The standing tasks of machines and agents: which item each one uses, how, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.actions import (
    DENIED,
    DYNAMIC,
    ITEM_TYPES,
    KEY,
    PKI,
    ROTATED,
    SSH,
    STATIC,
    action,
)
from vaultmeter.demo.arrays import NOTHING, draw_weighted, zipf
from vaultmeter.demo.names import MACHINES
from vaultmeter.demo.office_hours import OFFICE

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Flags, Floats, Ints
    from vaultmeter.demo.items import Items
    from vaultmeter.demo.organisation import Organisation

_STEEPNESS: Final = 0.75
_EXTRA_ITEMS_EACH: Final = 5
_AGENTS_SHARE: Final = 0.035
_BATCHING_SHARE: Final = 0.12
_BROKEN_SHARE: Final = 0.015
_DENIED_WHEN_BROKEN: Final = 0.35
_DENIED_SHARE: Final = 0.013
_READ: Final = action("secret_read", "sm")
_ISSUE: Final = action("credential_issued", "sm")

# For each item type machines use: what they do with it and how often relative to other tasks.
_USES: Final[dict[int, tuple[tuple[int, float], ...]]] = {
    STATIC: ((_READ, 1.0),),
    ROTATED: ((_READ, 1.0), (action("rotation", "sm"), 0.01)),
    DYNAMIC: ((_ISSUE, 0.5),),
    SSH: ((_ISSUE, 0.4),),
    PKI: ((_ISSUE, 0.4),),
    KEY: (
        (action("key_operation", "sm", "encrypt"), 0.8),
        (action("key_operation", "sm", "decrypt"), 1.0),
        (action("key_operation", "sm", "sign"), 0.4),
        (action("key_operation", "sm", "verify"), 0.5),
    ),
}
# What machines do besides, as shares of all they do with items.
_CHORES: Final = (
    (action("heartbeat", "sm"), 0.2),
    (action("login", "sm"), 0.07),
    (action("login_failed", "sm", outcome=DENIED), 0.0015),
    (action("list", "sm"), 0.02),
)


@dataclass(frozen=True)
class Tasks:
    """Standing tasks as columns, sorted by rhythm.

    `identity` does `action` to `item` (NOTHING for chores) between `begins_us` and `ends_us`
    (microseconds UTC) at a rate of `weight` per mass of its `rhythm`. `denied` is the chance
    that an event is refused; `batches` marks tasks whose events carry a weight above one.
    """

    identity: Ints
    item: Ints
    action: Ints
    weight: Floats
    rhythm: Ints
    begins_us: Ints
    ends_us: Ints
    denied: Floats
    batches: Flags

    def __len__(self) -> int:
        """Count the tasks."""
        return len(self.identity)


def assign(organisation: Organisation, items: Items) -> Tasks:
    """Give every machine and agent its tasks; each item of a machine-used type gets a user."""
    rng = np.random.default_rng([organisation.scale.seed, 6])
    worker, item = _pairs(organisation, items, rng)
    business = _business(organisation, rng)
    popularity = zipf(len(items), _STEEPNESS, rng)[item]
    rates = np.array(
        [sum(rate for _, rate in _USES.get(kind, ())) for kind in range(len(ITEM_TYPES))]
    )
    popularity *= rates[items.type[item]]
    weight = _share_out(business[worker], worker, popularity)
    parts = [
        (
            worker[fit],
            item[fit],
            np.full(int(fit.sum()), code),
            weight[fit] * rate / rates[item_type],
        )
        for item_type, uses in _USES.items()
        for fit in [items.type[item] == item_type]
        for code, rate in uses
    ]
    everybody = np.arange(organisation.people, organisation.identities)
    nothing = np.full(len(everybody), NOTHING)
    parts += [
        (everybody, nothing, np.full(len(everybody), code), business[everybody] * rate)
        for code, rate in _CHORES
    ]
    return _tasks(organisation, items, parts, rng)


def _tasks(
    organisation: Organisation,
    items: Items,
    parts: list[tuple[Ints, Ints, Ints, Floats]],
    rng: np.random.Generator,
) -> Tasks:
    """Complete identity, item, action and weight columns; leave out tasks that never run."""
    scale = organisation.scale
    worker = np.concatenate([part[0] for part in parts])
    item = np.concatenate([part[1] for part in parts])
    code = np.concatenate([part[2] for part in parts])
    weight = np.concatenate([part[3] for part in parts])
    chore = item == NOTHING
    created = np.where(chore, scale.start_us, items.created_us[item] + 1)
    deleted = np.where(chore, scale.until_us, items.deleted_us[item])
    begins = np.maximum(np.maximum(organisation.joined_us[worker], created), scale.start_us)
    ends = np.minimum(np.minimum(organisation.left_us[worker], deleted), scale.until_us)
    broken = (rng.random(len(worker)) < _BROKEN_SHARE) & (weight < np.median(weight))
    denied = np.where(broken, _DENIED_WHEN_BROKEN, _DENIED_SHARE)
    batches = ~chore & (rng.random(len(worker)) < _BATCHING_SHARE)
    kinds = np.array([rhythm for _, rhythm, _ in MACHINES])
    number = worker - organisation.people
    is_agent = number >= organisation.machines
    rhythm = np.where(is_agent, OFFICE, kinds[number % len(kinds)])
    runs = np.flatnonzero(begins < ends)
    order = runs[np.argsort(rhythm[runs], kind="stable")]
    return Tasks(
        identity=worker[order],
        item=item[order],
        action=code[order],
        weight=weight[order],
        rhythm=rhythm[order],
        begins_us=begins[order],
        ends_us=ends[order],
        denied=np.where(chore, 0.0, denied)[order],
        batches=batches[order],
    )


def _pairs(organisation: Organisation, items: Items, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pair workers with items of their account, each item with one machine at least."""
    usable = np.isin(items.type, list(_USES)) & ~items.missing
    first_agent = organisation.people + organisation.machines
    workers: list[Ints] = []
    used: list[Ints] = []
    for number in range(organisation.accounts):
        offered = np.flatnonzero(usable & (items.account == number))
        here = np.flatnonzero(organisation.account == number)
        here = here[here >= organisation.people]
        machines = here[here < first_agent]
        if not len(offered):
            continue
        popularity = zipf(len(offered), _STEEPNESS, rng)
        every = np.repeat(here, _EXTRA_ITEMS_EACH)
        workers += [every, rng.choice(machines, len(offered))]
        used += [offered[draw_weighted(popularity, len(every), rng)], offered]
    worker, item = np.concatenate(workers), np.concatenate(used)
    pairs = np.unique(worker * len(items) + item)
    return np.divmod(pairs, len(items))


def _business(organisation: Organisation, rng: np.random.Generator) -> Floats:
    """Say how busy every identity is as a worker; people are none, the rest sums to one."""
    machines = zipf(organisation.machines, _STEEPNESS, rng) * (1 - _AGENTS_SHARE)
    agents = zipf(organisation.agents, _STEEPNESS, rng) * _AGENTS_SHARE
    return np.concatenate([np.zeros(organisation.people), machines, agents])


def _share_out(business: Floats, worker: Ints, popularity: Floats) -> Floats:
    """Split each worker's business over its items by their popularity."""
    total = np.bincount(worker, weights=popularity)
    return np.asarray(business * popularity / total[worker])
