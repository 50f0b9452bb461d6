"""Checks what is made unreadable before it is accepted: what may be secret, and nothing else."""

import gzip
import json
import os
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Folder, sample, sample_lines

from vaultmeter.app import connector_named, redact_of
from vaultmeter.inbox.batches import Content
from vaultmeter.receive.follow import Follower

_CANARY = "s3cr3t kanarie / 7"
_TOKEN = "s.1hPdAXmmfYMS0IlgPFdMeL1j"  # noqa: S105  opens nothing
_ACCESSOR = "1vF83NNT9t9aOa3ESLrpoBni"
_HASH = "hmac-sha256:" + "5" * 64
_DATA = Path(__file__).parents[1] / "connectors" / "data" / "openbao"
_PLACES = (
    *("auth.client_token", "auth.accessor", "request.client_token"),
    *("request.client_token_accessor", "request.data.password", "request.data.a.b.c"),
    *("request.headers.x-forwarded", "response.auth.client_token", "response.auth.accessor"),
    *("response.data.keys", "response.data.data.pin", "response.wrap_info.token"),
    *("response.wrap_info.accessor", "response.wrap_info.wrapped_accessor", "response.headers.x"),
)

texts = (
    st.text(max_size=30)
    | st.from_regex(r"#\w*\**", fullmatch=True)
    | st.just(_HASH)
    | st.just("2026-11-01T08:00:00Z")
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(texts, below, max_size=4),
    max_leaves=20,
)


def entry(*, token: str | None = _TOKEN, **data: Any) -> dict[str, Any]:  # noqa: ANN401
    """Make an audit entry as a server writes it with `log_raw`."""
    credentials = {} if token is None else {"client_token": token, "accessor": _ACCESSOR}
    return {
        "time": "2026-11-01T08:00:00.123456789Z",
        "type": "response",
        "auth": {**credentials, "display_name": "userpass-ada", "metadata": {"username": "ada"}},
        "request": {
            "id": "00000000-0000-4000-8000-000000000001",
            "operation": "update",
            "mount_type": "kv",
            "path": "kv/data/app/db",
            "data": data,
            "remote_address": "192.0.2.7",
            "headers": {"user-agent": ["curl/8"]},
        },
        "response": {"data": {"version": 3, "created_time": "2026-11-01T08:00:00Z", **data}},
    }


def line(record: object) -> bytes:
    """Write an entry as a line."""
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def redacted(content: bytes) -> tuple[bytes, int]:
    """Redact the lines of a content."""
    kept, lines = redact_of("openbao")(content, None)
    return bytes(kept), lines


def same(content: bytes) -> bool:
    """Tell whether a content is left as it is, not even copied."""
    kept: Content
    kept, lines = redact_of("openbao")(content, None)
    return kept is content and lines == 0


def test_a_hashed_log_stays_as_it_is() -> None:
    """Nothing in a real log of a vault that hashes is changed: as a whole, or line by line."""
    assert same(sample())
    assert all(same(single) for single in sample_lines())


@pytest.mark.parametrize("name", ["openbao-2.7", "vault-0.7", "vault-1.13"])
def test_hashed_logs_of_every_age_stay_as_they_are(name: str) -> None:
    """Nothing is changed in records of older servers, which write other fields."""
    assert same((_DATA / f"{name}.ndjson").read_bytes())


def test_a_log_whose_members_are_sorted_stays_as_it_is() -> None:
    """Newer Vaults sort the members of an entry by their names."""
    lines = [json.loads(single) for single in sample_lines(2_000)]
    text = "".join(json.dumps(each, sort_keys=True, separators=(",", ":")) + "\n" for each in lines)
    assert same(text.encode())


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("token", [_TOKEN, None])
def test_each_place_is_redacted(place: str, token: str | None) -> None:
    """A clear value is taken out of each place where a vault hashes, with a token and without."""
    record = entry(token=token)
    *above, last = place.split(".")
    around = record
    for name in above:
        around = around.setdefault(name, {})
    around[last] = [_CANARY] if last == "keys" else _CANARY

    kept, lines = redacted(line(record))

    assert lines == 1
    assert len(kept) == len(line(record))
    assert _CANARY.encode() not in kept


def test_what_reports_are_about_stays() -> None:
    """Names, paths, addresses, numbers and times stay readable beside what is redacted."""
    record = entry(password=_CANARY, versions=[1, 2], force=True, when="2026-11-01T08:00:00+01:00")
    kept = json.loads(redacted(line(record))[0])
    stars = "*" * len(_CANARY)
    expected = entry(password=stars, versions=[1, 2], force=True, when="2026-11-01T08:00:00+01:00")
    expected["auth"] |= {"client_token": "*" * len(_TOKEN), "accessor": kept["auth"]["accessor"]}
    assert kept == expected


def test_an_entry_whose_token_is_hashed_stays_as_it_is() -> None:
    """What a vault was told to write in clear by name, beside its hashes, is left to it."""
    record = entry(token=_HASH, role="readable") | {"auth": {"client_token": _HASH}}
    assert same(line(record))


def test_records_of_one_session_still_agree() -> None:
    """An accessor becomes a digest of its own length: the same for the same one."""
    first, other = entry(), entry()
    other["auth"]["accessor"] = _ACCESSOR[::-1]
    lines = b"".join(map(line, (first, first, other)))
    one, two, three = (
        json.loads(kept)["auth"]["accessor"] for kept in redacted(lines)[0].splitlines()
    )
    assert one == two != three
    assert one[0] == three[0] == "#"
    assert len(one) == len(three) == len(_ACCESSOR)


def test_a_token_in_a_path_is_redacted() -> None:
    """A token that somebody wrote into a path, or that an error repeats, is taken out of it."""
    record = entry() | {"error": f"no such token: {_TOKEN}"}
    record["request"]["path"] = f"auth/token/lookup/{_TOKEN}"
    kept = json.loads(redacted(line(record))[0])
    assert kept["request"]["path"] == "auth/token/lookup/" + "*" * len(_TOKEN)
    assert _TOKEN not in str(kept)


@given(data=st.dictionaries(texts, values, max_size=5), has_token=st.booleans())
@settings(deadline=None, max_examples=300)
def test_no_string_of_any_data_stays(data: dict[str, Any], has_token: bool) -> None:  # noqa: FBT001
    """Whatever is in the data of an entry: its strings are filled, and nothing else changes."""
    written = line(entry(token=_TOKEN if has_token else None, **data))
    kept, lines = redacted(written)
    assert len(kept) == len(written)
    assert redacted(kept) == (kept, lines)
    before, after = json.loads(written), json.loads(kept)
    assert without_data(before) == without_data(after)
    for part in ("request", "response"):
        check_filled(before[part]["data"], after[part]["data"])
    many = written * (1 + 40_000 // len(written))
    assert redacted(many)[0] == kept * (len(many) // len(written))


def without_data(record: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an entry what may be secret."""
    auth = {name: record["auth"][name] for name in ("display_name", "metadata")}
    request = {name: value for name, value in record["request"].items() if name != "data"}
    return {"time": record["time"], "type": record["type"], "auth": auth, "request": request}


def check_filled(before: Any, after: Any) -> None:  # noqa: ANN401  whatever JSON can hold
    """Check that a value is the same but for its strings, and those are filled."""
    if isinstance(before, dict):
        assert list(before) == list(after)
        for name in before:
            check_filled(before[name], after[name])
    elif isinstance(before, list):
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            check_filled(one, other)
    elif isinstance(before, str) and not before.startswith(("hmac-sha256:", "2026-11-01T")):
        assert set(after) <= {"*"}
        assert bool(after) == bool(before)
    else:
        assert before == after


def test_a_cut_record_keeps_no_part_of_a_value() -> None:
    """Wherever an entry is cut in two, neither part holds as much as six bytes of a value."""
    written = line(entry(password=_CANARY, data={"deep": [_CANARY]})).strip()
    values = (_CANARY.encode(), _TOKEN.encode(), _ACCESSOR.encode())
    parts = [value[start : start + 6] for value in values for start in range(len(value) - 5)]
    for place in range(1, len(written)):
        for piece in (written[:place], written[place:]):
            kept, _ = redacted(piece + b"\n")
            assert len(kept) == len(piece) + 1
            assert [part for part in parts if part in kept] == [], (place, kept)


def test_a_record_behind_a_part_of_another_one_is_redacted() -> None:
    """A line that was cut by a full disk, and goes on with the next entry, holds no value."""
    written = line(entry(password=_CANARY)).strip()
    for place in range(1, len(written), 7):
        kept, lines = redacted(written[:place] + written + b"\n")
        assert lines == 1
        assert _CANARY.encode() not in kept
        assert _TOKEN.encode() not in kept
        assert b'"path":"kv/data/app/db"' in kept


def test_a_hashed_header_says_nothing_of_a_broken_line() -> None:
    """A vault that writes clear values hashes some headers all the same."""
    record = entry(password=_CANARY)
    record["request"]["headers"]["x-hashed"] = [_HASH]
    written = line(record).strip()
    for place in range(1, len(written), 5):
        for piece in (written[:place], written[place:]):
            kept, _ = redacted(piece + b"\n")
            assert _CANARY.encode() not in kept
            assert _TOKEN.encode() not in kept


def test_a_long_broken_line_keeps_its_punctuation_alone() -> None:
    """A line that is too long to be taken apart, and shows no hash, holds nothing readable."""
    for broken in (b'["' + b"kanarie " * 9_000, b"kanarie" * 900, b"[" * 2_000_000):
        kept, lines = redacted(broken + b"\n")
        assert (len(kept), lines) == (len(broken) + 1, 1)
        assert b"kanarie" not in kept
        assert redacted(kept) == (kept, lines)


def test_broken_lines_of_a_hashed_log_stay_as_they_are() -> None:
    """A broken line with a hash in it, or with no string at all, is kept byte for byte."""
    for single in sample_lines(200)[2:]:
        place = single.find(b"hmac-sha256:")
        if place > 0:
            assert same(single[: place + 40] + b"\n")
    for plain in (b"\n", b"no record\n", b"null\n", b"{}\n", b"[1, 2]\n", b"\xff\xfe\n"):
        assert same(plain)


@pytest.mark.parametrize(
    "wrapped",
    [
        json.dumps({"log": line(entry(password=_CANARY)).decode(), "stream": "stdout"}),
        json.dumps({"message": entry(password=_CANARY)}),
        json.dumps([entry(password=_CANARY)]),
        f"Nov 22 08:00:00 host openbao: {line(entry(password=_CANARY)).decode().strip()}",
        json.dumps(_CANARY),
    ],
)
def test_what_another_program_wrapped_holds_no_value(wrapped: str) -> None:
    """An entry inside of something else is rejected, and is kept without its values."""
    kept, lines = redacted(wrapped.encode() + b"\n")
    assert lines == 1
    assert _CANARY.encode() not in kept
    assert _TOKEN.encode() not in kept


def test_records_of_other_connectors_are_theirs() -> None:
    """Records that are written for this program are kept as they are sent."""
    assert connector_named("events").secrets is None
    content = line({"time": "2026-11-01T08:00:00Z", "note": _CANARY})
    assert redact_of("events")(content, None).content is content


def raw_log(first: int, past: int) -> bytes:
    """Write entries of a range of numbers, with clear values."""
    made = []
    for number in range(first, past):
        record = entry(password=f"{_CANARY} {number}")
        record["request"]["id"] = f"00000000-0000-4000-8000-{number:012}"
        made.append(line(record))
    return b"".join(made)


def test_a_redacted_file_is_known_again(folder: Folder, tmp_path: Path) -> None:
    """A log of clear values is read on where it was left: grown, renamed and compressed."""
    log, rotated, packed = (tmp_path / name for name in ("a.log", "a.log.1", "a.log.1.gz"))
    log.write_bytes(raw_log(0, 1)[:-20])
    assert folder.ingest("openbao", log).outcome.lines == 0
    for before, after in pairwise((0, 1, 2, 60, 61, 200)):
        log.write_bytes(raw_log(0, after) + raw_log(after, after + 1)[:50])
        assert folder.ingest("openbao", log).outcome.lines == after - before
    log.write_bytes(raw_log(0, 210))
    log.rename(rotated)
    folder.open()
    assert folder.ingest("openbao", rotated).outcome.lines == 10
    packed.write_bytes(gzip.compress(raw_log(0, 220)))
    assert folder.ingest("openbao", packed).outcome.lines == 10
    assert folder.totals().received == folder.totals().stored == 220
    assert _CANARY[:6].encode() not in (folder.path / "inbox.sqlite").read_bytes()


def follow(folder: Folder, log: Path, count: int) -> list[str]:
    """Follow a log, with a new follower, until so many lines were taken; answers what it said."""
    app, deadline = folder.open(), monotonic() + 30
    source = app.inbox.source("followed", "openbao", "acme")
    said: list[str] = []
    follower = Follower(
        *(app.inbox, source, [str(log)], app.settings),
        is_header=lambda _: False,
        clock=app.clock,
        say=said.append,
        grace=0.0,
    )
    try:
        while (taken := app.inbox.arrived(source, 0)[1]) < count:
            assert monotonic() < deadline, (taken, follower.condition)
            follower.poll()
            sleep(0.02)
        follower.poll()
        assert app.inbox.arrived(source, 0)[1] == count
        assert app.inbox.gaps(source) == []
    finally:
        follower.close()
    return said


def test_a_redacted_file_is_followed_through_restarts_and_rotation(
    folder: Folder, tmp_path: Path
) -> None:
    """A log of clear values is followed on from where it was left, and no line is taken twice."""
    log, rotated, packed = (tmp_path / name for name in ("a.log", "a.log.1", "a.log.1.gz"))
    log.write_bytes(raw_log(0, 1))
    assert follow(folder, log, 1) == []
    log.write_bytes(raw_log(0, 90) + raw_log(90, 91)[:70])
    assert follow(folder, log, 90) == []
    log.write_bytes(raw_log(0, 100))
    log.rename(rotated)
    log.write_bytes(raw_log(100, 103))
    assert follow(folder, log, 103) == []
    packed.write_bytes(gzip.compress(rotated.read_bytes()))
    os.utime(packed, (1_000_000, 1_000_000))
    rotated.unlink()
    assert follow(folder, log, 103) == []
    folder.open().fold()
    assert folder.totals().stored == 103


def test_pieces_of_a_line_that_is_too_long_hold_no_value(folder: Folder, tmp_path: Path) -> None:
    """A line is refused in pieces when it is too long, and none of them holds a clear value."""
    log = tmp_path / "a.log"
    log.write_bytes(line(entry(password="kanarie " * 40_000)) + raw_log(0, 2))
    folder.open(max_line_bytes=10_000, chunk_bytes=20_000)

    outcome = folder.ingest("openbao", log).outcome

    assert (outcome.stored, outcome.rejected) == (2, outcome.lines - 2)
    bodies = [reject.body for reject in folder.rejects()]
    assert len(bodies) > 10
    assert [body for body in bodies if b"kanarie" in body] == []
