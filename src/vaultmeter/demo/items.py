"""The items of the invented organisation, who made them and when they come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.actions import (
    DYNAMIC,
    ITEM_TYPES,
    KEY,
    PASSWORD,
    PKI,
    PRODUCT_OF_TYPE,
    ROTATED,
    SSH,
    STATIC,
    TARGET,
    action,
)
from vaultmeter.demo.arrays import NOTHING, Events, draw_weighted
from vaultmeter.demo.names import SECRETS, SERVICES, STAGES, SYSTEMS, TEAMS
from vaultmeter.demo.office_hours import is_workday
from vaultmeter.demo.organisation import FOREVER_US, spread
from vaultmeter.demo.scale import DAY_US
from vaultmeter.demo.staff import arrival_us

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Flags, Ints
    from vaultmeter.demo.organisation import Organisation

_TYPE_SHARES: Final = (0.33, 0.08, 0.05, 0.06, 0.40, 0.015, 0.015, 0.05)
_PERSONAL_SHARE: Final = 0.5
_MISSING_SHARE: Final = 0.01
_MOST_ADDED: Final = 0.5
_ADDED_PER_EVENT: Final = 0.08
_DELETED_A_YEAR: Final = 0.08
_TRIES: Final = 12
_SHORTEST_LIFE_US: Final = 3 * DAY_US
_SYSTEM_WORDS: Final = {
    DYNAMIC: "database/creds",
    ROTATED: "rotated",
    KEY: "transit",
    SSH: "ssh-ca",
    PKI: "pki",
}


@dataclass(frozen=True)
class Items:
    """Every item, one entry each, in the order of `names` (which are unique).

    `type` indexes ITEM_TYPES, `account` indexes ACCOUNTS, `owner` is the person whose personal
    folder holds the item (NOTHING if shared). Nobody touches an item before `created_us` nor
    from `deleted_us` on (microseconds UTC); `maker` added it and `remover` deletes it, if that
    falls into the span. `missing` items never exist: reads of them fail.
    """

    names: list[str]
    type: Ints
    account: Ints
    owner: Ints
    created_us: Ints
    deleted_us: Ints
    maker: Ints
    remover: Ints
    missing: Flags

    def __len__(self) -> int:
        """Count the items."""
        return len(self.names)

    def exists(self, item: Ints, time_us: Ints) -> Flags:
        """Say whether items are there at given times."""
        alive = (self.created_us[item] < time_us) & (time_us < self.deleted_us[item])
        return np.asarray(alive)

    def absent(self, account: Ints, rng: np.random.Generator) -> Ints:
        """Draw missing items that members of accounts may look for; NOTHING where there is none."""
        missing = np.flatnonzero(self.missing)
        missing = missing[np.argsort(self.account[missing], kind="stable")]
        first = np.searchsorted(self.account[missing], account, side="left")
        count = np.searchsorted(self.account[missing], account, side="right") - first
        drawn = first + (rng.random(len(account)) * count).astype(np.int64)
        return np.where(count > 0, np.append(missing, NOTHING)[drawn], NOTHING)


@dataclass(frozen=True)
class _Draft:
    """Items of which type, account and owner are settled, and whether the span sees them added."""

    type: Ints
    account: Ints
    owner: Ints
    added: Flags

    def __len__(self) -> int:
        return len(self.type)


def furnish(organisation: Organisation) -> Items:
    """Invent the items of an organisation; equal organisations get equal items."""
    rng = np.random.default_rng([organisation.scale.seed, 3])
    draft = _draft(organisation, rng)
    secret_beyond_first = (draft.type == STATIC) & (np.arange(len(draft)) > len(ITEM_TYPES))
    missing = (rng.random(len(draft)) < _MISSING_SHARE) & secret_beyond_first
    created, maker = _creation(organisation, draft, rng)
    deleted, remover = _deletion(organisation, draft, created, rng)
    return Items(
        names=_item_names(organisation, draft),
        type=draft.type,
        account=draft.account,
        owner=draft.owner,
        created_us=np.where(missing, FOREVER_US, created),
        deleted_us=deleted,
        maker=maker,
        remover=remover,
        missing=missing,
    )


def comings_and_goings(organisation: Organisation, items: Items) -> Events:
    """Give the item_added and item_deleted events that fall into the span."""
    scale = organisation.scale
    added = (items.created_us >= scale.start_us) & (items.created_us < scale.until_us)
    deleted = ~items.missing & (items.deleted_us < scale.until_us)
    added_item, deleted_item = np.flatnonzero(added), np.flatnonzero(deleted)
    item = np.concatenate([added_item, deleted_item])
    codes = [_codes_by_type("item_added"), _codes_by_type("item_deleted")]
    types = items.type
    return Events(
        time_us=np.concatenate([items.created_us[added_item], items.deleted_us[deleted_item]]),
        identity=np.concatenate([items.maker[added_item], items.remover[deleted_item]]),
        item=item,
        action=np.concatenate([codes[0][types[added_item]], codes[1][types[deleted_item]]]),
        place=np.zeros(len(item), dtype=np.int64),
        session=np.full(len(item), NOTHING, dtype=np.int64),
    )


def item_texts(items: Items) -> list[str]:
    """Give the JSON members of every item, in order; each starts with a comma."""
    return [
        f',"item":"{name}","item_type":"{ITEM_TYPES[item_type]}"'
        for name, item_type in zip(items.names, items.type.tolist(), strict=True)
    ]


def _codes_by_type(kind: str) -> Ints:
    return np.array([action(kind, product) for product in PRODUCT_OF_TYPE], dtype=np.int64)


def _draft(organisation: Organisation, rng: np.random.Generator) -> _Draft:
    """Choose types, accounts and owners, so that every type occurs."""
    count = organisation.scale.items
    in_turn = np.arange(count)
    drawn = draw_weighted(np.array(_TYPE_SHARES), count, rng)
    item_type = np.where(in_turn < len(ITEM_TYPES), in_turn, drawn)
    account = rng.permutation(spread(organisation.accounts, count, rng))
    added_share = min(_MOST_ADDED, _ADDED_PER_EVENT * organisation.scale.events / count)
    added = rng.random(count) < added_share
    personal = (item_type == PASSWORD) & (rng.random(count) < _PERSONAL_SHARE)
    owner = _pick_people(organisation, account, rng, early=~added)
    return _Draft(item_type, account, np.where(personal, owner, NOTHING), added)


def _pick_people(
    organisation: Organisation,
    account: Ints,
    rng: np.random.Generator,
    *,
    early: Flags | None = None,
    engineer: Flags | None = None,
) -> Ints:
    """Draw somebody active from each account, where asked an early member or an engineer."""
    staff = organisation.staff
    nobody = np.zeros(len(account), dtype=np.bool_)
    need = (nobody if early is None else early) + 2 * (nobody if engineer is None else engineer)
    was_early = staff.first_day <= organisation.scale.start_us // DAY_US
    picked = np.zeros(len(account), dtype=np.int64)
    for number in range(organisation.accounts):
        active = (staff.account == number) & ~staff.passive
        for code in range(4):
            fit = active & (was_early | (code % 2 == 0)) & (staff.engineer | (code // 2 == 0))
            wanted = np.flatnonzero((account == number) & (need == code))
            picked[wanted] = rng.choice(np.flatnonzero(fit), len(wanted))
    return picked


def _creation(
    organisation: Organisation, draft: _Draft, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Choose when each item was made and by whom; those not added predate the span."""
    start_us = organisation.scale.start_us
    maker = _pick_people(organisation, draft.account, rng, engineer=draft.type != PASSWORD)
    maker = np.where(draft.owner == NOTHING, maker, draft.owner)
    made_us = _working_time(organisation, maker, np.full(len(draft), start_us), rng)
    fallback = np.maximum(organisation.joined_us[maker] + DAY_US // 2, start_us - 1)
    made_us = np.where(made_us == FOREVER_US, fallback, made_us)
    return np.where(draft.added, made_us, start_us - 1), maker


def _deletion(
    organisation: Organisation, draft: _Draft, created_us: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Choose when items are deleted and by whom; most are not, and get FOREVER_US."""
    scale = organisation.scale
    rate = min(0.3, _DELETED_A_YEAR * scale.months / 12)
    rate = min(rate, _ADDED_PER_EVENT * scale.events / len(draft))
    remover = _pick_people(organisation, draft.account, rng)
    remover = np.where(draft.owner == NOTHING, remover, draft.owner)
    earliest = np.maximum(created_us, scale.start_us) + _SHORTEST_LIFE_US
    deleted = _working_time(organisation, remover, earliest, rng)
    return np.where(rng.random(len(draft)) < rate, deleted, FOREVER_US), remover


def _working_time(
    organisation: Organisation, person: Ints, earliest_us: Ints, rng: np.random.Generator
) -> Ints:
    """Find a time in each person's office hours from a given time on, or else FOREVER_US."""
    scale, staff = organisation.scale, organisation.staff
    found = np.full(len(person), FOREVER_US)
    for _ in range(_TRIES):
        room_us = np.maximum(scale.until_us - earliest_us, 1)
        day = (earliest_us + (rng.random(len(person)) * room_us).astype(np.int64)) // DAY_US
        time = arrival_us(staff, organisation.calendar, person, day, rng.random(len(person)))
        fits = (time >= earliest_us) & (time < scale.until_us)
        fits &= (time >= organisation.joined_us[person]) & (time < organisation.left_us[person])
        fits &= is_workday(day) & (staff.presence(person, day) > 0)
        found = np.where((found == FOREVER_US) & fits, time, found)
    return found


def _item_names(organisation: Organisation, draft: _Draft) -> list[str]:
    """Name every item by its type and place; a number keeps names unique."""
    seen: dict[str, int] = {}
    names = []
    rows = zip(draft.type.tolist(), draft.account.tolist(), draft.owner.tolist(), strict=True)
    for turn, (kind, number, person) in enumerate(rows):
        stem = _stem(organisation, kind, number, person, turn)
        copies = seen[stem] = seen.get(stem, 0) + 1
        names.append(stem if copies == 1 else f"{stem}-{copies}")
    return names


def _stem(organisation: Organisation, kind: int, account: int, person: int, turn: int) -> str:
    """Say where an item would live if it were the only one of its sort."""
    scrambled = turn * 2_654_435_761 % 2**32
    service = SERVICES[scrambled % len(SERVICES)]
    system = SYSTEMS[scrambled % len(SYSTEMS)]
    stage = STAGES[scrambled // 977 % len(STAGES)]
    if person != NOTHING:
        return f"personal/{organisation.names[person].split('@')[0]}/{service}"
    if kind == PASSWORD:
        teams = TEAMS[account]
        return f"shared/{teams[scrambled // 977 % len(teams)]}/{service}"
    if kind == STATIC:
        return f"kv/{system}/{SECRETS[scrambled // 977 % len(SECRETS)]}"
    if kind == TARGET:
        return f"targets/{stage}-{system}"
    return f"{_SYSTEM_WORDS[kind]}/{system}-{stage}"
