"""Checks that no input, however broken, crashes anything, gets lost, or hurts a line beside it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import zip_longest

import pytest
from tests.conftest import Folder, sample_lines, seeded
from tests.ingest.mutations import mutants

from vaultmeter.app import redact_of
from vaultmeter.demo.scale import Scale
from vaultmeter.demo.simulate import simulate

MUTANTS = 20_000
GOOD = 400
"""Untouched lines among them."""
CHUNK = 10 << 20
"""Larger than the largest of these lines, small enough for several batches."""


@cache
def invented() -> list[bytes]:
    """Make events of the open format, all of different ids."""
    scale = Scale(3 * GOOD, 40, 60, 12, 7, datetime(2026, 11, 20, tzinfo=UTC))
    return b"".join(simulate(scale)).splitlines()


def audit_entries() -> list[bytes]:
    """Take responses of the real audit log, and behind them both halves of other requests."""
    lines = [line.rstrip(b"\n") for line in sample_lines(6_000)]
    good = [line for line in lines[8:3_000] if b'"type":"response"' in line][:GOOD]
    return good + lines[4_000:]


def cloud_events() -> list[bytes]:
    """Put the events of the open format into CloudEvents envelopes."""
    return [envelope(json.loads(line)) for line in invented()]


def envelope(event: dict[str, str]) -> bytes:
    """Put an event into a CloudEvents envelope."""
    outer = {"specversion": "1.0", "type": "vault.use", "source": "/vault/1"}
    outer |= {"id": event.pop("id"), "time": event.pop("time")}
    return json.dumps(outer | {"data": event}, separators=(",", ":")).encode()


CSV_HEADER = b"id,time,kind,identity,identity_kind,account,item,outcome,weight,agent"


def csv_lines() -> list[bytes]:
    """Write the events of the open format as lines of a table, with quotes in them."""
    names = CSV_HEADER.decode().split(",")
    rows = []
    for line in invented():
        event = json.loads(line) | {"agent": 'a "quoted", agent'}
        cells = [str(event.get(name, "")).replace('"', '""') for name in names]
        rows.append(",".join(f'"{cell}"' if '"' in cell else cell for cell in cells).encode())
    return rows


FORMATS: dict[str, tuple[str, Callable[[], list[bytes]]]] = {
    "openbao": ("openbao", audit_entries),
    "events": ("events", invented),
    "csv": ("events", csv_lines),
    "cloudevents": ("events", cloud_events),
}


def mixed(broken: list[bytes], good: list[bytes]) -> list[bytes]:
    """Put one good line after every so many broken ones."""
    step = len(broken) // len(good)
    groups = [broken[place : place + step] for place in range(0, len(broken), step)]
    lines: list[bytes] = []
    for group, line in zip_longest(groups, good):
        lines += group + ([] if line is None else [line])
    return lines


@pytest.mark.parametrize("name", list(FORMATS))
def test_broken_lines_are_rejected_one_by_one(folder: Folder, name: str) -> None:
    """Among 20,000 broken lines every good one is stored, and every line is in one bucket."""
    connector, make = FORMATS[name]
    lines = make()
    good, bases = lines[:GOOD], lines[GOOD : 3 * GOOD]
    received = mixed(mutants(bases, MUTANTS, seeded(len(name))), good)
    header = [CSV_HEADER] if name == "csv" else []
    folder.open(chunk_bytes=CHUNK)

    folder.take(connector, b"\n".join(header + received) + b"\n")

    total = folder.totals()
    assert total.received == len(received)
    assert total.pending == 0
    numbers = {line: number for number, line in enumerate(received, start=1 + len(header))}
    stored = {line for (line,) in folder.app.store.query("select line from event")}
    assert {numbers[line] for line in good} <= stored
    check_rejects(folder, connector, header + received, stored)
    if name != "csv":
        unreadable = {numbers[line] for line in received if line.strip() and not is_json(line)}
        assert not unreadable & stored


def check_rejects(folder: Folder, connector: str, lines: list[bytes], stored: set[int]) -> None:
    """Check that each rejected line is kept once, and is not stored as well.

    It is kept byte for byte, but for what may be secret: few broken lines do not show that the
    vault hashes.
    """
    kept = folder.rejects()
    redact = redact_of(connector)
    expected = [bytes(redact(line, None).content) for line in lines]
    redacted = [line for line, after in zip(lines, expected, strict=True) if line != after]
    assert len(redacted) < len(lines) // 50
    assert len(kept) > MUTANTS // 4
    assert len({reject.line for reject in kept}) == len(kept)
    assert [reject for reject in kept if reject.body != expected[reject.line - 1]] == []
    assert stored.isdisjoint(reject.line for reject in kept)
    assert {"not_utf8", "too_large", "conflict"} <= {reject.reason for reject in kept}


def is_json(line: bytes) -> bool:
    """Tell whether a line is one JSON text, as another parser sees it."""
    try:
        json.loads(line.decode(), parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True
