"""Checks that the demo stream is exact, reproducible, and behaves like an organisation."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

import pytest
from tests.reports.plain_counts import KINDS

from vaultmeter.demo import Scale, simulate
from vaultmeter.demo.office_hours import ZONES
from vaultmeter.demo.organisation import FOREVER_US, found

SCALE = Scale(
    events=20_000,
    identities=120,
    items=400,
    months=12,
    seed=7,
    until=datetime(2026, 7, 1, tzinfo=UTC),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIMULATED = {*KINDS} - {"system", "other"}
GLANCE = timedelta(seconds=20)


class Event(TypedDict, total=False):
    """The members of an event's line that these tests look at."""

    time: str
    id: str
    kind: str
    identity: str
    identity_kind: str
    account: str
    product: str
    outcome: str
    item: str
    item_type: str
    detail: str
    session: str
    weight: int


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """Parse the stream of a small organisation's year."""
    return parsed(SCALE)


def parsed(scale: Scale) -> list[Event]:
    """Parse every line of a scale's stream."""
    return [json.loads(line) for chunk in simulate(scale) for line in chunk.splitlines()]


def digest(scale: Scale) -> str:
    """Hash a scale's stream."""
    return hashlib.sha256(b"".join(simulate(scale))).hexdigest()


def when(event: Event) -> datetime:
    """Parse an event's time."""
    return datetime.fromisoformat(event["time"])


def people(events: list[Event]) -> list[Event]:
    """Keep the events of people."""
    return [event for event in events if event["identity_kind"] == "person"]


@pytest.mark.parametrize("count", [1, 2, 19, 1_000, 20_000, 240_001])
def test_gives_exactly_the_wanted_number_of_complete_lines(count: int) -> None:
    """Streams of any size, of one slice or of several, have exactly as many lines as asked for."""
    chunks = list(simulate(replace(SCALE, events=count)))
    assert sum(chunk.count(b"\n") for chunk in chunks) == count
    assert all(chunk.endswith(b"}\n") for chunk in chunks)


@pytest.mark.parametrize(
    ("identities", "items", "months", "events"),
    [(4, 8, 1, 5_000), (9, 3_000, 1, 400), (500, 8, 30, 5_000), (2_000, 5_000, 3, 2)],
)
def test_lopsided_scales_work(identities: int, items: int, months: int, events: int) -> None:
    """Few identities with many items, the reverse, and odd spans stay within the scale's bounds."""
    until = datetime(2024, 3, 31, 13, 37, 12, 345678, tzinfo=UTC)
    scale = Scale(events, identities, items, months, 3, until)
    lines = parsed(scale)
    assert len(lines) == events
    assert len({event["identity"] for event in lines}) <= identities
    assert len({event["item"] for event in lines if "item" in event}) <= items
    assert all(scale.start <= when(event) < until for event in lines)


def test_every_event_has_the_fields_that_are_always_given(events: list[Event]) -> None:
    """Each line carries the fields every reader may rely on, with values the format allows."""
    for event in events:
        assert event["kind"] in SIMULATED
        assert event["identity_kind"] in {"person", "machine", "agent"}
        assert event["product"] in {"sm", "pm", "sra"}
        assert event["outcome"] in {"ok", "denied", "not_found", "error"}
        assert event["account"].split("/")[0] == "acme"
        assert event.get("weight", 2) > 1
        assert ("item" in event) == ("item_type" in event)
        assert None not in event.values()


def test_times_are_utc_with_microseconds(events: list[Event]) -> None:
    """Every time has the one fixed shape the format promises and lies inside the span."""
    for event in events:
        shape = datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007
        assert len(event["time"]) == len("2026-03-02T08:14:03.120456Z")
        assert SCALE.start <= shape.replace(tzinfo=UTC) < SCALE.until


def test_equal_scales_give_equal_bytes_and_another_seed_others() -> None:
    """The seed alone decides the stream: the same one repeats it, another one changes it."""
    assert digest(SCALE) == digest(SCALE)
    assert digest(SCALE) != digest(replace(SCALE, seed=8))


@pytest.fixture(scope="module")
def lines_of_slices() -> list[bytes]:
    """Give the lines of a stream that takes several slices and chunks."""
    chunks = list(simulate(replace(SCALE, events=260_001)))
    assert len(chunks) > 3
    return [line for chunk in chunks for line in chunk.splitlines()]


def test_ids_are_unique(lines_of_slices: list[bytes]) -> None:
    """No two events share an id, whatever slice or chunk they come in."""
    ids = {json.loads(line)["id"] for line in lines_of_slices}
    assert len(ids) == len(lines_of_slices)


def test_events_are_sorted_by_time_across_chunks_and_slices(lines_of_slices: list[bytes]) -> None:
    """Times never go back, neither inside a chunk nor from one chunk or slice to the next."""
    times = [line[9:36] for line in lines_of_slices]
    assert all(earlier <= later for earlier, later in pairwise(times))


def test_nobody_acts_before_joining_or_after_leaving() -> None:
    """Identities that join late or leave are silent outside their time, yet do act inside it."""
    scale = replace(SCALE, events=60_000)
    organisation = found(scale)
    terms = dict(
        zip(
            organisation.names,
            zip(organisation.joined_us.tolist(), organisation.left_us.tolist(), strict=True),
            strict=True,
        )
    )
    active = set()
    for event in parsed(scale):
        joined_us, left_us = terms[event["identity"]]
        time_us = (when(event) - EPOCH) // timedelta(microseconds=1)
        assert joined_us <= time_us < left_us
        active.add(event["identity"])
    assert any(terms[name][1] < FOREVER_US for name in active)
    assert any(terms[name][0] > scale.start_us for name in active)


def test_items_are_used_only_between_creation_and_deletion(events: list[Event]) -> None:
    """An item's first event is its addition, if there is one, and its last its deletion."""
    kinds_by_item: dict[str, list[str]] = {}
    for event in events:
        if "item" in event:
            kinds_by_item.setdefault(event["item"], []).append(event["kind"])
    histories = list(kinds_by_item.values())
    assert sum("item_added" in kinds for kinds in histories) > len(histories) // 4
    assert sum("item_deleted" in kinds for kinds in histories) > 5
    for kinds in histories:
        assert "item_added" not in kinds[1:]
        assert "item_deleted" not in kinds[:-1]


def test_an_item_belongs_to_one_account(events: list[Event]) -> None:
    """Nobody uses an item of another account."""
    pairs = {(event["item"], event["account"]) for event in events if "item" in event}
    assert len(pairs) == len({item for item, _ in pairs})


def test_personal_items_are_used_by_their_owner_only(events: list[Event]) -> None:
    """Items in a personal folder see no one but the person the folder is named after."""
    personal = [event for event in events if event.get("item", "").startswith("personal/")]
    assert personal
    for event in personal:
        assert event["item"].split("/")[1] == event["identity"].split("@")[0]


def test_people_keep_office_hours(events: list[Event]) -> None:
    """On people's own clocks, weekends, nights and lunch are quieter than working hours."""
    organisation = found(SCALE)
    zones = [ZoneInfo(ZONES[zone]) for zone in organisation.staff.zone.tolist()]
    clocks = dict(zip(organisation.names, zones, strict=False))
    local = [when(event).astimezone(clocks[event["identity"]]) for event in people(events)]
    weekdays = Counter(time.isoweekday() for time in local)
    assert (weekdays[6] + weekdays[7]) * 5 < weekdays[2] + weekdays[3]
    hours = Counter(time.hour for time in local)
    assert sum(hours[hour] for hour in range(5)) * 10 < sum(hours[hour] for hour in range(9, 14))
    assert hours[12] * 2 < hours[10] + hours[14]


def test_machines_dominate_and_run_at_weekends(events: list[Event]) -> None:
    """Machines make 65 to 75 per cent of events, around the clock, and agents a few."""
    share = Counter(event["identity_kind"] for event in events)
    assert 0.65 < share["machine"] / len(events) < 0.75
    assert 0 < share["agent"] / len(events) < 0.06
    days = Counter(
        when(event).isoweekday() for event in events if event["identity_kind"] == "machine"
    )
    assert days[7] * 2 > days[2]


def test_failures_are_few(events: list[Event]) -> None:
    """A few per cent of events are refused, miss or fail, and some logins do."""
    outcomes = Counter(event["outcome"] for event in events)
    assert 0.95 < outcomes["ok"] / len(events) < 0.995
    assert outcomes["denied"] > outcomes["error"] > 0
    assert 0 < sum(event["kind"] == "login_failed" for event in events) < len(events) * 0.02


def test_passwords_are_glanced_at(events: list[Event]) -> None:
    """Many password accesses follow another one by the same person to the same item in seconds."""
    accesses: dict[tuple[str, str], list[datetime]] = {}
    for event in events:
        if event["kind"] == "password_accessed":
            accesses.setdefault((event["identity"], event["item"]), []).append(when(event))
    close = sum(
        later - earlier <= GLANCE
        for times in accesses.values()
        for earlier, later in pairwise(times)
    )
    assert close > sum(map(len, accesses.values())) * 0.3


def test_people_act_in_sessions_that_start_with_a_login(events: list[Event]) -> None:
    """A session belongs to one person and, but for those cut off by the span, has one login."""
    sessions: dict[str, list[Event]] = {}
    for event in events:
        if "session" in event:
            sessions.setdefault(event["session"], []).append(event)
    with_login = 0
    for session in sessions.values():
        assert len({event["identity"] for event in session}) == 1
        kinds = [event["kind"] for event in session if event["kind"] != "login_failed"]
        assert "login" not in kinds[1:]
        with_login += kinds[:1] == ["login"]
    assert with_login > len(sessions) * 0.98


def test_every_kind_of_event_and_item_occurs() -> None:
    """With enough events, every kind and item type and nearly every identity and item shows up."""
    lines = parsed(replace(SCALE, events=120_000))
    assert {event["kind"] for event in lines} == SIMULATED
    assert len({event["item_type"] for event in lines if "item_type" in event}) == 8
    assert len({event["identity"] for event in lines}) > SCALE.identities * 0.95
    assert len({event["item"] for event in lines if "item" in event}) > SCALE.items * 0.95


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("events", 0, "events is 0: choose a number from 1"),
        ("identities", 3, "identities is 3: choose a number from 4"),
        ("items", 7, "items is 7: choose a number from 8"),
        ("months", 0, "months is 0: choose a number from 1 to 120"),
        ("months", 121, "months is 121: choose a number from 1 to 120"),
        ("seed", -1, "seed is -1: choose a number from 0"),
    ],
)
def test_numbers_out_of_range_are_refused_with_advice(name: str, value: int, advice: str) -> None:
    """A number that cannot be simulated is a ValueError that says what to choose instead."""
    numbers = {"events": 10, "identities": 10, "items": 10, "months": 1, "seed": 0, name: value}
    with pytest.raises(ValueError, match=advice):
        Scale(**numbers, until=SCALE.until)


@pytest.mark.parametrize(
    ("until", "advice"),
    [
        (datetime(2026, 7, 1), "give an aware time in UTC"),  # noqa: DTZ001 - the mistake itself
        (datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Tokyo")), "give an aware time in UTC"),
        (datetime(1971, 7, 1, tzinfo=UTC), "keeps all 12 months between 1971 and 2100"),
    ],
)
def test_ends_out_of_range_are_refused_with_advice(until: datetime, advice: str) -> None:
    """An end without a zone, in another zone or too early is a ValueError that says what to do."""
    with pytest.raises(ValueError, match=advice):
        replace(SCALE, until=until)
