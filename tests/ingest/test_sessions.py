"""Checks that a session which devices of a vault name differently is one session."""

import json
from collections import defaultdict
from collections.abc import Iterator
from random import Random

import pytest
from tests.conftest import Folder, NewFolder, sample_lines, seeded

from vaultmeter.ingest.sessions import joined

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
