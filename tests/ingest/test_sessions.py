"""Checks that a session which devices of a vault name differently is one session."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest
from tests.conftest import Folder, NewFolder, sample_lines, seeded

from vaultmeter.ingest.sessions import joined
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

LINES = 3_000


def other_device(line: bytes, name: str) -> bytes:
    """Write a record as another device of the same vault does: with other hashes."""
    record = json.loads(line)
    for part in (record, record.get("response") or {}):
        if (auth := part.get("auth")) and auth.get("accessor"):
            auth["accessor"] += name
    request = record["request"]
    if request.get("client_token_accessor"):
        request["client_token_accessor"] += name
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def has_id(line: bytes) -> bool:
    """Whether a record has an id of its own."""
    return len(json.loads(line)["request"].get("id", "")) == 36


def sessions(folder: Folder) -> set[frozenset[int]]:
    """The events of each session, whatever it is called."""
    found: dict[int, set[int]] = defaultdict(set)
    for session, id_ in folder.app.store.query(
        "select session, id from event where session is not null"
    ):
        found[session].add(id_)
    return {frozenset(ids) for ids in found.values()}


def parts(lines: list[bytes], random: Random) -> Iterator[bytes]:
    """Cut lines into contents of some length."""
    while lines:
        size = random.randint(1, 900)
        yield b"".join(lines[:size])
        lines = lines[size:]


@pytest.mark.parametrize("seed", range(3))
def test_devices_that_take_turns_tell_of_the_same_sessions(
    new_folder: NewFolder, seed: int
) -> None:
    """Logs of three devices, in turns, each with holes, make the sessions that one log makes."""
    lines, random = sample_lines(LINES), seeded(seed)
    devices = [[other_device(line, name) for line in lines] for name in ("", "-two", "-three")]
    alone = new_folder("alone")
    alone.take("openbao", b"".join(lines))

    together = new_folder("together")
    contents = [list(parts(device, random)) for device in devices]
    while any(contents):
        waiting = random.choice([device for device in contents if device])
        together.take("openbao", waiting.pop(0), source="openbao")

    assert together.event_ids() == alone.event_ids()
    assert sessions(together) == sessions(alone)
    assert together.report("sessions", user="*") == alone.report("sessions", user="*")


def test_devices_in_one_batch_tell_of_the_same_sessions(new_folder: NewFolder) -> None:
    """Records of two devices that arrive mixed in one batch make the sessions of one log."""
    # What has no id of its own, twice in one file, is two events.
    lines = [line for line in sample_lines(LINES) if has_id(line)]
    alone, together = new_folder("alone"), new_folder("together")
    alone.take("openbao", b"".join(lines))

    together.take("openbao", b"".join(line + other_device(line, "-two") for line in lines))

    assert sessions(together) == sessions(alone)


@pytest.mark.parametrize("devices", [("", "-two"), ("-two", "")])
def test_a_session_began_when_its_other_name_was_seen_first(
    folder: Folder, devices: tuple[str, str]
) -> None:
    """A session of which one device told days before another one did begins with the first."""
    line = next(line for line in sample_lines() if names_session(line))
    first, second = line_of(line, 1, 10), line_of(line, 3, 9)
    folder.take("openbao", other_device(first, devices[0]))
    folder.take("openbao", b"".join(other_device(second, name) for name in devices))
    since = Period(
        datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC), zone_named("UTC")
    )
    ask = Ask(Viewer.operator(), since, Filters.of({"user": ("*",)}), "everyone", compare="none")

    rows = answer(folder.app.store, report_named("sessions"), ask).rows

    assert len(folder.report("sessions", user="*")) == 1
    assert rows == []


@pytest.mark.parametrize("devices", [("", "-two"), ("-two", "")])
def test_a_session_that_is_renamed_in_part_is_counted_anew(
    folder: Folder, devices: tuple[str, str]
) -> None:
    """What came over two days before the other name keeps its own, in the rollup as in the events.

    That the two are equal is looked at after each test.
    """
    line = next(line for line in sample_lines() if names_session(line))
    for day, hour in ((1, 10), (3, 9)):
        folder.take("openbao", other_device(line_of(line, day, hour), devices[0]))
    last = line_of(line, 3, 12)
    folder.take("openbao", b"".join(other_device(last, name) for name in devices))

    ((names, rolled),) = folder.app.store.query("""
        select
            (select count(distinct session) from event),
            (select count(distinct session) from session_month)
    """)
    assert names == rolled
    assert sorted(map(len, sessions(folder))) in ([3], [1, 2])


def names_session(line: bytes) -> bool:
    """Whether a record is of a read of a secret in a session with a name, with an id of its own."""
    request = json.loads(line)["request"]
    is_read = request["operation"] == "read" and request["path"].startswith("kv/data/")
    return is_read and has_id(line) and b'"response"' in line and b"token_accessor" in line


def line_of(line: bytes, day: int, hour: int) -> bytes:
    """Write a record as one of another day of November, of a request of its own."""
    record = json.loads(line)
    record["time"] = f"2026-11-{day:02}T{hour:02}:00:00Z"
    record["request"]["id"] = f"{day:04}{hour:04}" + record["request"]["id"][8:]
    return json.dumps(record).encode() + b"\n"


def test_a_device_alone_keeps_its_sessions_apart(new_folder: NewFolder) -> None:
    """Taking the same log in again renames and joins nothing."""
    lines = sample_lines(LINES)
    once, twice = new_folder("once"), new_folder("twice")
    once.take("openbao", b"".join(lines))
    twice.take("openbao", b"".join(lines), b"\n".join([b"", *lines]))

    assert sessions(twice) == sessions(once)
    assert twice.app.store.query("select count(*) from session_alias") == [(0,)]


def test_names_that_are_joined_get_the_least_one() -> None:
    """Pairs join whatever they touch, in any order, and the least name stands for all."""
    pairs = [(7, 9), (2, 3), (9, 3), (11, 12)]

    assert joined(pairs) == joined(reversed(pairs)) == {3: 2, 7: 2, 9: 2, 12: 11}
