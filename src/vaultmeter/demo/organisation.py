"""The invented organisation: its accounts, people, machines and agents, fixed for a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.arrays import draw_weighted
from vaultmeter.demo.names import (
    ACCOUNT_EARLY,
    ACCOUNT_SHARES,
    ACCOUNTS,
    MACHINES,
    agent_names,
    machine_names,
    person_names,
)
from vaultmeter.demo.office_hours import calendar_of
from vaultmeter.demo.scale import DAY_US
from vaultmeter.demo.staff import Staff, hire

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Ints
    from vaultmeter.demo.office_hours import Calendar
    from vaultmeter.demo.scale import Scale

FOREVER_US: Final = 2**62
"""A time after every span: this identity stays, this item is never deleted."""

PLACES: Final = 3
"""How many places each identity acts from: at work, at home and on the way."""

_MACHINES_PER_IDENTITY: Final = 0.28
_AGENTS_PER_IDENTITY: Final = 0.02
_MOST_AGENTS: Final = 60
_MACHINES_PER_ACCOUNT: Final = 3
_MACHINES_RETIRED_A_YEAR: Final = 0.05
_EARLY_AGENTS: Final = 0.3
_HOUR_US: Final = DAY_US // 24
_END_OF_LAST_DAY_US: Final = 18 * _HOUR_US

_PEOPLE_AUTH: Final = ("saml2", "oidc", "ldap", "email")
_PEOPLE_AUTH_SHARES: Final = (0.62, 0.2, 0.1, 0.08)
_AGENT_AUTH: Final = ("universal_identity", "oidc", "api_key")
_PEOPLE_CLIENTS: Final = ("browser-extension/7.4", "desktop/3.2", "mobile/5.1")
_MACHINE_CLIENTS: Final = ("sdk-go/2.3", "sdk-python/1.9", "vault-agent/1.6", "cli/1.88")


@dataclass(frozen=True)
class Organisation:
    """Everybody and everything that can act, indexed people first, then machines, then agents.

    `names` are unique. `account` [identities] indexes ACCOUNTS. No identity acts before
    `joined_us` or from `left_us` on (microseconds UTC; FOREVER_US for those who stay).
    """

    scale: Scale
    calendar: Calendar
    staff: Staff
    accounts: int
    machines: int
    agents: int
    names: list[str]
    account: Ints
    joined_us: Ints
    left_us: Ints

    @property
    def people(self) -> int:
        """How many of the identities are people."""
        return len(self.staff)

    @property
    def identities(self) -> int:
        """How many identities there are of all kinds."""
        return len(self.names)


def found(scale: Scale) -> Organisation:
    """Invent the organisation for a scale; equal scales found equal organisations."""
    rng = np.random.default_rng([scale.seed, 1])
    calendar = calendar_of(scale)
    agents = max(1, min(_MOST_AGENTS, round(scale.identities * _AGENTS_PER_IDENTITY)))
    machines = max(1, round(scale.identities * _MACHINES_PER_IDENTITY))
    people = scale.identities - machines - agents
    accounts = max(1, min(len(ACCOUNTS), machines // _MACHINES_PER_ACCOUNT))
    account = [spread(accounts, count, rng) for count in (people, machines, agents)]
    staff = hire(scale, account[0], accounts, rng)
    terms = [
        _terms_of_people(staff, calendar),
        _terms_of_machines(scale, account[1], accounts, rng),
        _terms_of_agents(scale, agents, rng),
    ]
    return Organisation(
        scale=scale,
        calendar=calendar,
        staff=staff,
        accounts=accounts,
        machines=machines,
        agents=agents,
        names=person_names(people, rng) + machine_names(machines) + agent_names(agents),
        account=np.concatenate(account),
        joined_us=np.concatenate([joined for joined, _ in terms]),
        left_us=np.concatenate([left for _, left in terms]),
    )


def spread(accounts: int, count: int, rng: np.random.Generator) -> Ints:
    """Assign `count` things to accounts by size, the first ones in turn so that none is empty."""
    shares = np.array(ACCOUNT_SHARES[:accounts])
    in_turn = np.arange(count)
    return np.where(in_turn < 2 * accounts, in_turn % accounts, draw_weighted(shares, count, rng))


def identity_texts(organisation: Organisation) -> list[str]:
    """Give JSON members about identities: [identity, 1 + PLACES] texts, flattened.

    The first text of an identity says who it is; the others also say how it authenticates, from
    which IP address and with which client, for each of its places.
    """
    rng = np.random.default_rng([organisation.scale.seed, 2])
    hosts = rng.integers(0, 2**16, (organisation.identities, PLACES))
    people_auth = draw_weighted(np.array(_PEOPLE_AUTH_SHARES), organisation.people, rng)
    machines_end = organisation.people + organisation.machines
    texts = []
    for identity, name in enumerate(organisation.names):
        if identity < organisation.people:
            kind, clients = "person", _PEOPLE_CLIENTS
            auth = _PEOPLE_AUTH[people_auth[identity]]
        elif identity < machines_end:
            kind, number = "machine", identity - organisation.people
            clients = (_MACHINE_CLIENTS[number % len(_MACHINE_CLIENTS)],) * PLACES
            auth = MACHINES[number % len(MACHINES)][2]
        else:
            kind, clients = "agent", ("mcp-server/0.9",) * PLACES
            auth = _AGENT_AUTH[identity % len(_AGENT_AUTH)]
        account = ACCOUNTS[organisation.account[identity]]
        bare = f'"identity":"{name}","identity_kind":"{kind}","account":"{account}",'
        texts.append(bare)
        for place, client in enumerate(clients):
            address = _address(place if kind == "person" else 0, int(hosts[identity, place]))
            texts.append(f'{bare}"auth_method":"{auth}","ip":"{address}","agent":"{client}",')
    return texts


def _address(place: int, host: int) -> str:
    """Make an IPv4 address for a place: the office network, or one reserved for examples."""
    high, low = divmod(host, 256)
    return (f"10.{high % 32}.{low}.{high}", f"203.0.113.{low}", f"198.51.100.{low}")[place]


def _terms_of_people(staff: Staff, calendar: Calendar) -> tuple[Ints, Ints]:
    """Turn people's first and last local days into UTC times of joining and leaving."""
    joined = staff.first_day * DAY_US - calendar.offset_us[staff.zone, 0]
    known_day = np.clip(staff.last_day - calendar.first_day, 0, calendar.days - 1)
    left = staff.last_day * DAY_US + _END_OF_LAST_DAY_US
    left = left - calendar.offset_us[staff.zone, known_day]
    return joined, np.where(staff.leaves, left, FOREVER_US)


def _terms_of_machines(
    scale: Scale, account: Ints, accounts: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Choose when machines are put into and out of service; each account's first one stays."""
    count, founder = len(account), np.arange(len(account)) < accounts
    span = scale.until_us - scale.start_us
    early = founder | (rng.random(count) < np.array(ACCOUNT_EARLY)[account])
    joined = scale.start_us + (rng.random(count) * span * 0.95).astype(np.int64)
    joined = np.where(early, scale.start_us - DAY_US, joined)
    left = joined + ((0.2 + rng.random(count)) * span).astype(np.int64)
    retired = rng.random(count) < min(0.3, _MACHINES_RETIRED_A_YEAR * scale.months / 12)
    return joined, np.where(retired & ~founder, left, FOREVER_US)


def _terms_of_agents(scale: Scale, count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Let agents appear one by one over the first four fifths of the span."""
    span = scale.until_us - scale.start_us
    joined = scale.start_us + (rng.random(count) * span * 0.8).astype(np.int64)
    joined = np.where(rng.random(count) < _EARLY_AGENTS, scale.start_us - DAY_US, joined)
    return joined, np.full(count, FOREVER_US)
