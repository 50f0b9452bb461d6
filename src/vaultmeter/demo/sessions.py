"""What people do: sessions in office hours, with gestures of one to three events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from vaultmeter.demo.access import grant
from vaultmeter.demo.actions import (
    DENIED,
    ERROR,
    LONGEST_GESTURE,
    NO_ACTION,
    NO_ITEM,
    NO_ITEM_ADMIN,
    NOT_FOUND,
    OK,
    PRODUCTS,
    action,
    gesture_table,
    is_read,
    with_outcome,
)
from vaultmeter.demo.arrays import NOTHING, Events, join
from vaultmeter.demo.scale import DAY_US
from vaultmeter.demo.staff import arrival_us

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Floats, Ints
    from vaultmeter.demo.items import Items
    from vaultmeter.demo.organisation import Organisation

_SECOND_US: Final = 1_000_000
_MOST_CELLS: Final = 1_000_000
_EVENTS_PER_DRAW: Final = 150_000

_FAILED_LOGIN_SHARE: Final = 0.045
_FAILURE_APART_US: Final = 9 * _SECOND_US
_LOGOUT_SHARE: Final = 0.35
_LOGOUT_AFTER_US: Final = 45 * _SECOND_US
_FREE_GESTURE_SHARE: Final = 0.035
_PAUSE_US: Final = 140.0 * _SECOND_US
_SHORTEST_PAUSE_US: Final = 21 * _SECOND_US
_SHORTEST_STEP_US, _LONGEST_STEP_US = 3 * _SECOND_US // 2, 13 * _SECOND_US // 2
_PLACE_BOUNDS: Final = np.array([0.62, 0.92])

# Up to which draw a gesture on an item is denied, fails, or reads a secret that is missing.
_DENIED_BELOW, _ERROR_BELOW, _MISSING_BELOW = 0.02, 0.025, 0.055

_LOGIN_EVENTS: Final = 1.07
_EVENTS_PER_GESTURE: Final = 1.38
_FEWEST_GESTURES, _MOST_GESTURES = 4.0, 9.0
_LONGEST_SESSION_GESTURES: Final = 60

_LOGIN, _LOGIN_FAILED, _LOGOUT = (
    np.array([action(kind, product, outcome=outcome) for product in PRODUCTS])
    for kind, outcome in (("login", OK), ("login_failed", DENIED), ("logout", OK))
)
# For office workers and for engineers: the bounds between sessions in each of PRODUCTS.
_PRODUCT_BOUNDS: Final = np.array([[0.06, 0.97], [0.6, 0.88]])


@dataclass(frozen=True)
class _Plan:
    """How busy people are: per session, per unit of presence, and per local day."""

    gestures_per_session: float
    sessions_per_presence: float
    events_by_day: Floats
    days_per_draw: int


@dataclass(frozen=True)
class _Starts:
    """Sessions as columns: who starts them, when (UTC), from which place, in which product."""

    person: Ints
    time_us: Ints
    place: Ints
    product: Ints
    number: Ints

    def events(self, which: Ints, time_us: Ints, action_codes: Ints, item: Ints) -> Events:
        """Make events that belong to sessions, given by their position."""
        return Events(
            time_us=time_us,
            identity=self.person[which],
            item=item,
            action=action_codes,
            place=self.place[which],
            session=self.number[which],
        )


class Sessions:
    """Draws people's events, some local days at a time, until the span's days are used up."""

    def __init__(self, organisation: Organisation, items: Items, wanted: float) -> None:
        """Plan the sessions so that about `wanted` events fall into the span."""
        self._rng = np.random.default_rng([organisation.scale.seed, 5])
        self._organisation, self._items = organisation, items
        self._access = grant(organisation, items)
        self._gestures, self._is_read = gesture_table(), is_read()
        self._plan = _plan(organisation, wanted)
        self._next_day, self._next_session = 0, 1

    def expected_left(self) -> float:
        """Estimate how many events the days not yet drawn will bring."""
        return float(self._plan.events_by_day[self._next_day :].sum())

    def draw_until(self, time_us: int) -> Events:
        """Draw the days that may hold events before a time (UTC); later events come along."""
        calendar, batches = self._organisation.calendar, []
        while self._next_day < calendar.days and calendar.earliest_us(self._next_day) < time_us:
            batches.append(self._draw_days())
        return join(batches)

    def _draw_days(self) -> Events:
        starts = self._starts()
        staff, scale = self._organisation.staff, self._organisation.scale
        gestures = self._rng.geometric(1 / self._plan.gestures_per_session, len(starts.person))
        gestures = np.minimum(gestures, _LONGEST_SESSION_GESTURES)
        gestures = np.where(staff.passive[starts.person], 0, gestures)
        pauses = self._rng.exponential(_PAUSE_US, int(gestures.sum())).astype(np.int64)
        elapsed = np.concatenate([[0], np.cumsum(pauses + _SHORTEST_PAUSE_US)])
        ends = np.cumsum(gestures)
        begun = elapsed[ends - gestures]
        which = np.repeat(np.arange(len(gestures)), gestures)
        moments = starts.time_us[which] + elapsed[1:] - begun[which]
        closing = starts.time_us + elapsed[ends] - begun + _LOGOUT_AFTER_US
        parts = [*self._logins(starts), self._doings(starts, which, moments)]
        events = join([*parts, self._logouts(starts, closing)])
        joined, left = self._organisation.joined_us, self._organisation.left_us
        time, identity = events.time_us, events.identity
        allowed = (time >= scale.start_us) & (time < scale.until_us)
        return events.pick(allowed & (time >= joined[identity]) & (time < left[identity]))

    def _starts(self) -> _Starts:
        """Draw who starts a session when, for the next few local days."""
        organisation, staff, rng = self._organisation, self._organisation.staff, self._rng
        presence = _presence(organisation, self._next_day, self._plan.days_per_draw)
        counts = rng.poisson(presence * self._plan.sessions_per_presence)
        days, people = np.nonzero(counts)
        counts = counts[days, people]
        day, person = np.repeat(days, counts), np.repeat(people, counts)
        day += organisation.calendar.first_day + self._next_day
        sessions = len(person)
        number = np.arange(self._next_session, self._next_session + sessions)
        self._next_day += self._plan.days_per_draw
        self._next_session += sessions
        bounds = _PRODUCT_BOUNDS[staff.engineer[person].astype(np.int64)]
        return _Starts(
            person=person,
            time_us=arrival_us(staff, organisation.calendar, person, day, rng.random(sessions)),
            place=1 + np.searchsorted(_PLACE_BOUNDS, rng.random(sessions)),
            product=(rng.random(sessions)[:, None] >= bounds).sum(axis=1),
            number=number,
        )

    def _logins(self, starts: _Starts) -> list[Events]:
        """Give each session's login and, before some, one or a few failed attempts."""
        everyone = np.arange(len(starts.person))
        nothing = np.full_like(everyone, NOTHING)
        login = starts.events(everyone, starts.time_us, _LOGIN[starts.product], nothing)
        clumsy = np.flatnonzero(self._rng.random(len(everyone)) < _FAILED_LOGIN_SHARE)
        attempts = self._rng.integers(1, 4, len(clumsy))
        which = np.repeat(clumsy, attempts)
        countdown = np.repeat(np.cumsum(attempts), attempts) - np.arange(len(which))
        early = countdown * _FAILURE_APART_US - self._rng.integers(0, _SECOND_US, len(which))
        codes, nothing = _LOGIN_FAILED[starts.product[which]], np.full_like(which, NOTHING)
        failed = starts.events(which, starts.time_us[which] - early, codes, nothing)
        return [login, failed]

    def _logouts(self, starts: _Starts, closing_us: Ints) -> Events:
        """Give the logouts of those sessions that somebody ends."""
        which = np.flatnonzero(self._rng.random(len(closing_us)) < _LOGOUT_SHARE)
        nothing = np.full_like(which, NOTHING)
        return starts.events(which, closing_us[which], _LOGOUT[starts.product[which]], nothing)

    def _doings(self, starts: _Starts, which: Ints, moments_us: Ints) -> Events:
        """Let sessions make one gesture at each moment, and unfold gestures into events."""
        rng, items, person = self._rng, self._items, starts.person[which]
        item = self._access.choose(items, person, moments_us, rng)
        item[rng.random(len(item)) < _FREE_GESTURE_SHARE] = NOTHING
        free = np.where(self._organisation.staff.admin[person], NO_ITEM_ADMIN, NO_ITEM)
        item_type = np.where(item == NOTHING, free, items.type[item])
        steps = self._gestures[item_type, rng.integers(0, 1000, len(item))]
        item, steps = self._with_mishaps(item, steps)
        lag = rng.integers(_SHORTEST_STEP_US, _LONGEST_STEP_US, steps.shape)
        lag[:, 0] = 0
        row, step = np.nonzero(steps != NO_ACTION)
        time = (moments_us[:, None] + lag.cumsum(axis=1))[row, step]
        events = starts.events(which[row], time, steps[row, step], item[row])
        untouched = (events.item == NOTHING) | items.missing[events.item]
        return events.pick(untouched | items.exists(events.item, time))

    def _with_mishaps(self, item: Ints, steps: Ints) -> tuple[Ints, Ints]:
        """Let a few gestures end after their first step: denied, failed, or nothing found."""
        draw = self._rng.random(len(item))
        draw[item == NOTHING] = 1.0
        mishap = np.flatnonzero(draw < _MISSING_BELOW)
        searching = (draw[mishap] >= _ERROR_BELOW) & self._is_read[steps[mishap, 0]]
        lost = mishap[searching]
        absent = self._items.absent(self._items.account[item[lost]], self._rng)
        lost, absent = lost[absent != NOTHING], absent[absent != NOTHING]
        item[lost] = absent
        outcomes = (
            (np.flatnonzero(draw < _DENIED_BELOW), DENIED),
            (np.flatnonzero((draw >= _DENIED_BELOW) & (draw < _ERROR_BELOW)), ERROR),
            (lost, NOT_FOUND),
        )
        for rows, outcome in outcomes:
            steps[rows, 0] = with_outcome(steps[rows, 0], outcome)
            steps[rows, 1:LONGEST_GESTURE] = NO_ACTION
        return item, steps


def _plan(organisation: Organisation, wanted: float) -> _Plan:
    """Scale people's activity so that about `wanted` events fall into the span."""
    scale, days = organisation.scale, organisation.calendar.days
    step = max(1, _MOST_CELLS // organisation.people)
    sums = [_presence(organisation, day, step).sum(axis=1) for day in range(0, days, step)]
    presence = np.concatenate(sums)
    presence[:2] = presence[-2:] = 0
    presence[2] *= 1 - scale.start_us % DAY_US / DAY_US
    presence[-3] *= scale.until_us % DAY_US / DAY_US
    total = max(1.0, float(presence.sum()))
    gestures = (wanted / total - _LOGIN_EVENTS) / _EVENTS_PER_GESTURE
    gestures = min(max(gestures, _FEWEST_GESTURES), _MOST_GESTURES)
    per_session = _LOGIN_EVENTS + _LOGOUT_SHARE + _EVENTS_PER_GESTURE * gestures
    by_day = presence * (wanted / total)
    busiest = max(1.0, float(by_day.max()))
    return _Plan(
        gestures_per_session=gestures,
        sessions_per_presence=wanted / total / per_session,
        events_by_day=by_day,
        days_per_draw=max(1, min(step, int(_EVENTS_PER_DRAW / busiest))),
    )


def _presence(organisation: Organisation, place: int, days: int) -> Floats:
    """Give [days, people] how busy each person is on local days from a calendar index on."""
    staff, calendar = organisation.staff, organisation.calendar
    bustle = calendar.bustle[place : place + days]
    day = calendar.first_day + place + np.arange(len(bustle))
    presence = staff.presence(np.arange(len(staff))[None, :], day[:, None])
    return np.asarray(presence * staff.keenness * bustle[:, None])
