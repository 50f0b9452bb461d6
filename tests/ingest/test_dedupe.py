"""Checks that each request is one event, whatever arrives twice, late, in halves or changed."""

import json
import re
from hashlib import sha256

from tests.conftest import Folder, Row, event, ndjson, sample_lines, seeded

WHEN = "2026-11-01T08:00:00.123456789Z"
ID = "00000000-0000-4000-8000-{:012}"


def entry(half: str, number: int, **request: object) -> Row:
    """Make one half of a request as OpenBao writes it."""
    made: Row = {
        "time": WHEN,
        "type": half,
        "auth": {"display_name": "userpass-ada", "entity_id": "e1", "accessor": "hmac-sha256:aa"},
        "request": {
            "id": ID.format(number),
            "operation": "read",
            "path": "kv/data/db",
            "mount_point": "kv/",
            "mount_type": "kv",
            **request,
        },
    }
    if half == "response":
        made["response"] = {"data": {"data": {"x": "hmac-sha256:bb"}, "metadata": {"version": 1}}}
    return made


REQUEST, RESPONSE = ndjson(entry("request", 1)), ndjson(entry("response", 1))


def stored(folder: Folder) -> list[tuple[str, str | None, int]]:
    """Read kind, detail and halves of every event."""
    return folder.app.store.query("select kind, detail, entries from event order by id")


def test_two_halves_in_one_batch_are_one_event(folder: Folder) -> None:
    """Of a request and its response one event is stored, and the other half is filtered."""
    outcome = folder.take("openbao", REQUEST + RESPONSE).outcome

    assert (outcome.stored, outcome.filtered, outcome.duplicates) == (1, 1, 0)
    assert stored(folder) == [("secret_read", None, 3)]


def test_a_response_before_its_request_is_one_event(folder: Folder) -> None:
    """The order of two halves within a batch does not matter."""
    outcome = folder.take("openbao", RESPONSE + REQUEST).outcome

    assert (outcome.stored, outcome.filtered) == (1, 1)
    assert stored(folder) == [("secret_read", None, 3)]


def test_a_response_in_a_later_batch_takes_the_place_of_its_request(folder: Folder) -> None:
    """An event known from its request alone becomes what the response says, and stays one."""
    folder.take("openbao", REQUEST)
    before = stored(folder)

    outcome = folder.take("openbao", RESPONSE).outcome

    assert before == [("secret_read", "no_response", 1)]
    assert (outcome.stored, outcome.filtered, outcome.duplicates) == (0, 1, 0)
    assert stored(folder) == [("secret_read", None, 3)]


def test_a_request_in_a_later_batch_than_its_response_changes_nothing(folder: Folder) -> None:
    """What the response said stays, and the request that comes after it is filtered."""
    folder.take("openbao", RESPONSE)

    outcome = folder.take("openbao", REQUEST).outcome

    assert (outcome.stored, outcome.filtered, outcome.duplicates) == (0, 1, 0)
    assert stored(folder) == [("secret_read", None, 3)]


def test_a_request_without_response_is_an_event(folder: Folder) -> None:
    """A request the server never answered is counted, and says that it has no response."""
    folder.take("openbao", REQUEST)

    assert stored(folder) == [("secret_read", "no_response", 1)]
    assert folder.report("users")[0]["requests"] == 1


def test_halves_that_arrive_again_are_duplicates(folder: Folder) -> None:
    """Both halves again, in any order and number, add nothing and are counted as duplicates."""
    folder.take("openbao", REQUEST, RESPONSE)

    again = folder.take("openbao", b"\n" + RESPONSE + REQUEST + RESPONSE).outcome

    assert (again.lines, again.duplicates, again.stored, again.filtered) == (4, 3, 0, 1)
    assert stored(folder) == [("secret_read", None, 3)]


def test_an_unsound_response_does_not_take_its_request_along(folder: Folder) -> None:
    """When a response is rejected its request is still an event, in whatever batch it is."""
    no_time = ndjson(entry("response", 1) | {"time": "never"})
    no_operation = ndjson(entry("response", 2, operation=""))
    too_early = ndjson(entry("response", 3) | {"time": "1971-01-01T00:00:00Z"})
    requests = ndjson(*(entry("request", number) for number in range(1, 4)))

    outcome = folder.take("openbao", requests + no_time + no_operation + too_early).outcome

    assert (outcome.stored, outcome.filtered, outcome.rejected) == (3, 0, 3)
    assert {detail for _, detail, _ in stored(folder)} == {"no_response"}


def test_a_line_twice_in_a_batch_counts_once(folder: Folder) -> None:
    """A record repeated within a batch is one event and one duplicate."""
    outcome = folder.take("events", ndjson(event(1), event(2), event(1))).outcome

    assert (outcome.stored, outcome.duplicates) == (2, 1)


def test_a_line_again_after_a_year_counts_once(folder: Folder) -> None:
    """A record that arrives again after any time is a duplicate: the memory does not expire."""
    folder.take("events", ndjson(event(1), event(2)))
    folder.clock.advance(days=400)

    again = folder.take("events", ndjson(event(2))).outcome

    assert (again.stored, again.duplicates) == (0, 1)


def test_the_same_id_in_another_source_is_another_record(folder: Folder) -> None:
    """Ids of the open format belong to their source: another source may use them too."""
    folder.take("events", ndjson(event(1)), source="one")

    outcome = folder.take("events", ndjson(event(1)), source="two").outcome

    assert outcome.stored == 1


def test_the_same_request_in_another_account_is_another_request(folder: Folder) -> None:
    """Request ids belong to the account: two accounts never share events."""
    folder.take("openbao", REQUEST + RESPONSE, source="one", account="acme")

    outcome = folder.take("openbao", REQUEST + RESPONSE, source="two", account="globex").outcome

    assert outcome.stored == 1


def test_another_content_under_a_known_id_is_a_conflict(folder: Folder) -> None:
    """The first record of an id stays; one that says something else is kept as a conflict."""
    folder.take("events", ndjson(event(1, kind="secret_read")))
    changed = ndjson(event(1, kind="item_deleted"))

    outcome = folder.take("events", changed).outcome

    assert (outcome.stored, outcome.duplicates, outcome.conflicts) == (0, 0, 1)
    assert [(reject.reason, reject.body) for reject in folder.rejects()] == [
        ("conflict", changed.rstrip(b"\n"))
    ]
    assert [kind for kind, _, _ in stored(folder)] == ["secret_read"]


def test_another_content_in_the_same_batch_is_a_conflict(folder: Folder) -> None:
    """Of two contradicting records of one batch the first stays."""
    both = ndjson(event(1, outcome="ok"), event(1, outcome="denied"))

    outcome = folder.take("events", both).outcome

    assert (outcome.stored, outcome.conflicts) == (1, 1)
    assert [reject.line for reject in folder.rejects()] == [2]
    assert folder.report("actions")[0]["denied"] == 0


def test_another_person_under_a_known_id_is_a_conflict(folder: Folder) -> None:
    """A record that differs only in who acted, or on what, contradicts the first one too."""
    folder.take("events", ndjson(event(1), event(2)))

    outcome = folder.take(
        "events", ndjson(event(1, identity="eve@example.org"), event(2, item="kv/other"))
    ).outcome

    assert (outcome.duplicates, outcome.conflicts) == (0, 2)


def test_what_agrees_with_the_first_is_a_duplicate_behind_a_conflict(folder: Folder) -> None:
    """A record that repeats the stored one is a duplicate, also behind one that contradicts it."""
    folder.take("events", ndjson(event(1)))

    outcome = folder.take("events", ndjson(event(1, kind="export"), event(1))).outcome

    assert (outcome.conflicts, outcome.duplicates) == (1, 1)
    assert [reject.line for reject in folder.rejects()] == [1]


def test_an_id_used_again_days_later_keeps_the_books_balanced(folder: Folder) -> None:
    """Records of one id that lie days apart confuse no count, in whatever batches they come."""
    later = event(1, time="2026-11-09T08:00:00Z")
    folder.take("events", ndjson(event(1)), ndjson(later))

    outcome = folder.take("events", ndjson(event(2), event(1), later, event(9_000))).outcome

    assert (outcome.stored, outcome.duplicates + outcome.conflicts) == (2, 2)


def test_a_conflict_that_arrives_again_is_a_duplicate(folder: Folder) -> None:
    """The same contradicting line again is kept once and counted as a duplicate."""
    folder.take("events", ndjson(event(1)), ndjson(event(1, kind="export"), event(2)))

    again = folder.take("events", ndjson(event(1, kind="export"), event(3))).outcome

    assert (again.stored, again.conflicts, again.duplicates) == (1, 0, 1)
    assert len(folder.rejects()) == 1


def test_records_without_id_count_as_often_as_they_stand_in_a_file(folder: Folder) -> None:
    """Equal records without an id are several events: the n-th in a file is the n-th of all."""
    same = event(1, id=None)

    outcome = folder.take("events", ndjson(same, event(2, id=None), same, same)).outcome

    assert (outcome.stored, outcome.duplicates) == (4, 0)


def test_records_without_id_in_an_overlapping_file_count_once(folder: Folder) -> None:
    """A file that repeats records without id and has one more adds that one."""
    same, other = event(1, id=None), event(2, id=None)
    folder.take("events", ndjson(same, same, other))

    outcome = folder.take("events", ndjson(other, same, same, same)).outcome

    assert (outcome.stored, outcome.duplicates) == (1, 3)


def test_records_without_id_in_a_file_that_grew_are_new(folder: Folder) -> None:
    """A record equal to one further up in the same file is another event, also in a later batch."""
    log = folder.path.parent / "grows.log"
    same = ndjson(event(1, id=None))
    log.write_bytes(same * 2)
    folder.ingest("events", log)
    log.write_bytes(same * 5)

    outcome = folder.ingest("events", log).outcome

    assert (outcome.stored, outcome.duplicates) == (3, 0)


def test_records_without_id_are_counted_over_the_batches_of_a_repeated_file(folder: Folder) -> None:
    """How a file that repeats another one is cut into batches does not change what it adds."""
    log = folder.path.parent / "grows.log"
    same = ndjson(event(1, id=None))
    folder.take("events", same * 2 + ndjson(event(5)))
    log.write_bytes(same * 2)
    folder.ingest("events", log)
    log.write_bytes(same * 3)

    outcome = folder.ingest("events", log).outcome

    assert (outcome.stored, outcome.duplicates) == (1, 0)


def test_two_halves_without_id_are_one_event(folder: Folder) -> None:
    """Requests without an id of their own are put together by what both halves say."""
    halves = [ndjson(entry(half, 0, id=None)) for half in ("request", "response")]

    folder.take("openbao", halves[0], halves[1])
    again = folder.take("openbao", ndjson(entry("request", 7)) + b"".join(halves)).outcome

    assert len(stored(folder)) == 2
    assert (again.stored, again.duplicates) == (1, 2)


def other_device(line: bytes, shift: int) -> bytes:
    """Make the same entry as another audit device writes it: other hashes, a bit later."""
    salted = re.sub(
        rb"hmac-sha256:([0-9a-f]{64})",
        lambda found: b"hmac-sha256:" + sha256(b"salt" + found[1]).hexdigest().encode(),
        line,
    )
    record = json.loads(salted)
    second, nanoseconds = record["time"].rstrip("Z").split(".")
    later = min(int(nanoseconds.ljust(9, "0")) + shift, 999_999_999)
    return ndjson(record | {"time": f"{second}.{later:09}Z"})


def test_two_audit_devices_of_a_server_count_once(folder: Folder) -> None:
    """The same entries with other hashes and times are all known, half by half."""
    real = sample_lines(4_001)
    random = seeded(3)
    folder.take("openbao", b"".join(real), source="file")
    before = folder.reports()

    second = b"".join(other_device(line, random.randint(1_000, 9_000)) for line in real)
    outcome = folder.take("openbao", second, source="http").outcome

    assert (outcome.stored, outcome.duplicates, outcome.conflicts) == (0, 4_001, 0)
    assert folder.reports() == before


def test_two_incomplete_devices_make_a_whole(folder: Folder) -> None:
    """What either device has is counted, in whatever mixture the entries of both arrive."""
    real = sample_lines(4_001)
    random = seeded(4)
    fates = [random.choice(("file", "http", "both")) for _ in real]
    devices: dict[str, list[bytes]] = {"file": [], "http": []}
    for line, fate in zip(real, fates, strict=True):
        for device in devices if fate == "both" else (fate,):
            shift = 0 if device == "file" else random.randint(1_000, 9_000)
            devices[device].append(other_device(line, shift))

    for device in ("http", "file"):
        random.shuffle(devices[device])
        for half in (devices[device][::2], devices[device][1::2]):
            folder.take("openbao", b"".join(half), source=device)

    responses = sum(b'"type":"response"' in line for line in real)
    unanswered = len({json.loads(line)["request"].get("id") for line in real}) - responses
    total = folder.totals()
    assert total.stored == responses + unanswered
    assert total.duplicates == sum(fate == "both" for fate in fates)
