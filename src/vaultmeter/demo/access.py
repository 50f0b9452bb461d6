"""Which items each person uses: personal ones, those of the account, and engineers' secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.actions import PASSWORD, TARGET
from vaultmeter.demo.arrays import NOTHING, draw_weighted, zipf

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Flags, Floats, Ints
    from vaultmeter.demo.items import Items
    from vaultmeter.demo.organisation import Organisation

_PASSWORDS_EACH: Final = 9
_SECRETS_EACH: Final = 7
_TARGETS_EACH: Final = 3
_FAVOURITE_BIAS: Final = 2.2
_STEEPNESS: Final = 0.8
_TRIES: Final = 4


@dataclass(frozen=True)
class Access:
    """The items within each person's reach, favourites first.

    Person p reaches `item[first[p] : first[p] + count[p]]`.
    """

    first: Ints
    count: Ints
    item: Ints

    def choose(self, items: Items, person: Ints, time_us: Ints, rng: np.random.Generator) -> Ints:
        """Choose an item for each person that exists at that time; NOTHING where none is found."""
        chosen = np.full(len(person), NOTHING, dtype=np.int64)
        open_rows = np.flatnonzero(self.count[person] > 0)
        for _ in range(_TRIES):
            who = person[open_rows]
            rank = rng.random(len(who)) ** _FAVOURITE_BIAS * self.count[who]
            item = self.item[self.first[who] + rank.astype(np.int64)]
            found = items.exists(item, time_us[open_rows])
            chosen[open_rows[found]] = item[found]
            open_rows = open_rows[~found]
        return chosen


def grant(organisation: Organisation, items: Items) -> Access:
    """Decide what every active person uses; each item is within somebody's reach."""
    rng = np.random.default_rng([organisation.scale.seed, 4])
    active, engineer = ~organisation.staff.passive, organisation.staff.engineer
    personal = np.flatnonzero(items.owner != NOTHING)
    pairs = [(items.owner[personal], personal)]
    shared = (items.owner == NOTHING) & ~items.missing
    is_password, is_target = items.type == PASSWORD, items.type == TARGET
    secret = shared & ~is_password & ~is_target
    for number in range(organisation.accounts):
        here, ours = organisation.staff.account == number, items.account == number
        everyone, engineers = here & active, here & active & engineer
        pairs.append(_share(everyone, ours & shared & is_password, _PASSWORDS_EACH, rng))
        pairs.append(_share(engineers, ours & secret, _SECRETS_EACH, rng))
        pairs.append(_share(engineers, ours & shared & is_target, _TARGETS_EACH, rng))
    person = np.concatenate([people for people, _ in pairs])
    item = np.concatenate([reached for _, reached in pairs])
    return _by_person(organisation.people, person, item, zipf(len(items), _STEEPNESS, rng))


def _share(members: Flags, shared: Flags, each: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pair members with shared items: `each` popular ones, and every item with somebody."""
    people, offered = np.flatnonzero(members), np.flatnonzero(shared)
    if not len(offered):
        return offered, offered
    popularity = zipf(len(offered), _STEEPNESS, rng)
    person = np.repeat(people, each)
    item = offered[draw_weighted(popularity, len(person), rng)]
    return (
        np.concatenate([person, rng.choice(people, len(offered))]),
        np.concatenate([item, offered]),
    )


def _by_person(people: int, person: Ints, item: Ints, popularity: Floats) -> Access:
    """Sort the pairs by person and liking, each pair once."""
    pairs = np.unique(person * len(popularity) + item)
    person, item = np.divmod(pairs, len(popularity))
    order = np.lexsort((-popularity[item], person))
    first = np.searchsorted(person, np.arange(people))
    return Access(first=first, count=np.bincount(person, minlength=people), item=item[order])
