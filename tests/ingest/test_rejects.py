"""Checks rejected lines: why, where from, byte for byte, and stored after all when tried again."""

import json

import pytest
from tests.conftest import Folder, NewFolder, event, ndjson, run_json

from vaultmeter.model.errors import NotFound
from vaultmeter.quarantine import rejects, replay

GOOD = ndjson(event(1)).rstrip(b"\n")
LONG = ndjson(event(2, agent="x" * 3_000)).rstrip(b"\n")
DEEP = b'{"id":"d","time":"2026-11-01T08:00:00Z","kind":"login","identity":"i","x":' + (
    b"[" * 80 + b"]" * 80 + b"}"
)

BAD = [
    pytest.param(b"not json at all", "not_json", id="words"),
    pytest.param(GOOD[:-1], "not_json", id="cut"),
    pytest.param(GOOD + GOOD, "not_json", id="two objects"),
    pytest.param(GOOD.replace(b"ada", b"\xff\xfe"), "not_utf8", id="no text"),
    pytest.param(GOOD.replace(b"ada", b"a\x00a"), "not_json", id="a raw NUL"),
    pytest.param(GOOD.replace(b"ada", b"\\ud800"), "not_json", id="half a character"),
    pytest.param(b"[]", "unknown_shape", id="a list"),
    pytest.param(b"null", "unknown_shape", id="null"),
    pytest.param(b"7", "unknown_shape", id="a number"),
    pytest.param(b"{}", "unknown_shape", id="nothing in it"),
    pytest.param(GOOD.replace(b"secret_read", b"gossip"), "unknown_shape", id="an unknown kind"),
    pytest.param(GOOD.replace(b"2026-11-01", b"1970-01-01"), "impossible_time", id="too early"),
    pytest.param(GOOD.replace(b"2026-11-01", b"2926-11-01"), "impossible_time", id="too late"),
    pytest.param(GOOD.replace(b"08:01:00Z", b"08:61:00Z"), "impossible_time", id="no instant"),
    pytest.param(DEEP, "too_deep", id="deep"),
    pytest.param(LONG, "too_large", id="long"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_bad_line_is_kept_with_reason_and_place(folder: Folder, bad: bytes, reason: str) -> None:
    """A bad line hurts no line beside it, and is kept with its bytes, its file and its number."""
    content = ndjson(event(10)) + bad + b"\n" + ndjson(event(11))
    folder.open(max_line_bytes=2_000)

    outcome = folder.take("events", content).outcome

    assert (outcome.stored, outcome.rejected) == (2, 1)
    (reject,) = folder.rejects()
    assert (reject.reason, reject.line, reject.body) == (reason, 2, bad)
    assert reject.file.endswith("input-0.log")


def test_a_bad_line_keeps_its_carriage_return(folder: Folder) -> None:
    """All bytes before the newline belong to the line that is kept."""
    folder.take("events", b"bad\r\n" + ndjson(event(1)))

    assert [reject.body for reject in folder.rejects()] == [b"bad\r"]


def test_what_was_expected_is_said(folder: Folder) -> None:
    """A line of the wrong shape says which field it was and what would have been right."""
    folder.take("events", ndjson(event(1, kind="gossip"), event(2, weight="many")))

    expected = [reject.expected for reject in folder.rejects()]
    assert expected[0] is not None
    assert expected[0].startswith("kind: one of login, ")
    assert expected[1] == "weight: a whole number from 1"


def test_a_sequence_of_bad_lines_is_kept_line_by_line(folder: Folder) -> None:
    """The same bad line three times is three rejected lines."""
    outcome = folder.take("events", b"bad\nbad\n" + ndjson(event(1)) + b"bad\n").outcome

    assert outcome.rejected == 3
    assert [reject.line for reject in folder.rejects()] == [1, 2, 4]


def test_a_bad_line_read_again_is_kept_once(folder: Folder) -> None:
    """A bad line that another file repeats is a duplicate, like a good one."""
    folder.take("events", b"bad\n" + ndjson(event(1)))

    again = folder.take("events", ndjson(event(1)) + b"bad\n").outcome

    assert (again.rejected, again.duplicates) == (0, 2)
    assert len(folder.rejects()) == 1


def test_a_header_of_a_table_is_no_line(folder: Folder) -> None:
    """Lines of a CSV file are numbered with their header, as an editor shows them."""
    content = b"id,time,kind,identity\n1,2026-11-01T08:00:00Z,login,ada\n2,never,login,bob\n3,x\n"

    outcome = folder.take("events", content).outcome

    assert (outcome.lines, outcome.stored) == (3, 1)
    assert [(reject.line, reject.reason, reject.body) for reject in folder.rejects()] == [
        (3, "impossible_time", b"2,never,login,bob"),
        (4, "not_csv", b"3,x"),
    ]


def test_rejects_can_be_narrowed(folder: Folder) -> None:
    """Rejected lines are listed by source and by reason; an unknown source is an error."""
    folder.take("events", b"bad\n", source="one")
    folder.take("events", b"\xff\n", source="two")

    assert [reject.source for reject in rejects(folder.app, source="two")] == ["two"]
    assert [reject.body for reject in rejects(folder.app, reason="not_json")] == [b"bad"]
    with pytest.raises(NotFound, match="no source 'three'"):
        list(rejects(folder.app, source="three"))


def test_a_raised_limit_lets_lines_in(folder: Folder) -> None:
    """Under a higher limit lines move from rejected to stored, and reports see them."""
    folder.open(max_line_bytes=2_000)
    folder.take("events", ndjson(event(1)) + LONG + b"\nbad\n" + DEEP + b"\n")
    folder.open(max_line_bytes=5_000, max_depth=100)

    outcome = replay(folder.app)

    assert (outcome.lines, outcome.stored, outcome.rejected) == (3, 2, 1)
    total = folder.totals()
    assert (total.received, total.stored, total.rejected) == (4, 3, 1)
    assert [reject.body for reject in folder.rejects()] == [b"bad"]
    assert sum(row["requests"] for row in folder.report("actions")) == 3


def test_a_replayed_line_is_what_it_would_have_been(folder: Folder, new_folder: NewFolder) -> None:
    """Reports after a replay are those of a folder whose limit was high from the start."""
    lines = [event(number, agent="x" * (number % 7) * 500) for number in range(60)]
    whole = new_folder("whole")
    whole.take("events", ndjson(*lines[:30]), ndjson(*lines[30:]))
    folder.open(max_line_bytes=2_000)
    folder.take("events", ndjson(*lines[:30]), ndjson(*lines[30:]))
    before = folder.totals().rejected
    folder.open()

    replay(folder.app)

    assert before > 10
    assert folder.reports() == whole.reports()
    assert folder.event_ids() == whole.event_ids()


def test_replaying_what_is_still_bad_changes_nothing(folder: Folder) -> None:
    """Lines that are refused again stay exactly as they were, however often they are tried."""
    folder.take("events", b"bad\nbad\n" + ndjson(event(1)), b"\nworse\nbad\n" + ndjson(event(2)))
    log = folder.path.parent / "input-0.log"
    log.write_bytes(log.read_bytes() + b"bad\nworse\n")
    folder.ingest("events", log)
    before, total = folder.rejects(), folder.totals()

    outcomes = [replay(folder.app) for _ in range(3)]

    assert [outcome.rejected for outcome in outcomes] == [len(before)] * 3
    assert folder.rejects() == before
    assert folder.totals() == total


def test_only_what_is_asked_for_is_tried_again(folder: Folder) -> None:
    """A replay for one reason leaves the lines rejected for others alone."""
    folder.open(max_line_bytes=2_000)
    folder.take("events", LONG + b"\n" + DEEP + b"\n" + ndjson(event(1), event(1, kind="login")))
    folder.open(max_line_bytes=5_000, max_depth=100)

    outcome = replay(folder.app, reason="too_large")

    assert (outcome.lines, outcome.stored) == (1, 1)
    assert {reject.reason for reject in folder.rejects()} == {"too_deep", "conflict"}


def test_a_replayed_line_may_turn_out_to_be_a_duplicate(folder: Folder) -> None:
    """A rejected line whose record arrived otherwise since is a duplicate, not a second event."""
    folder.open(max_line_bytes=2_000)
    folder.take("events", LONG + b"\n", source="one")
    folder.open(max_line_bytes=5_000)
    folder.take("events", ndjson(event(0)) + LONG + b"\n", source="one")

    outcome = replay(folder.app)

    assert (outcome.stored, outcome.duplicates) == (0, 1)
    assert folder.totals().stored == 2


def test_the_command_line_shows_and_replays_rejects(folder: Folder) -> None:
    """The commands list rejected lines as JSON, bytes included, and try them again."""
    folder.open(max_line_bytes=2_000)
    folder.take("events", LONG + b"\n" + b"\xff\xfe\n")
    folder.close()

    listed = run_json("--data", folder.path, "rejects", "--json")
    replayed = run_json("--data", folder.path, "rejects", "replay", "--json")

    assert [(row["reason"], row["line"]) for row in listed] == [("too_large", 1), ("not_utf8", 2)]
    assert listed[1]["body_base64"] == "//4="
    assert json.loads(listed[0]["body"])["id"] == "e-2"
    assert (replayed["records"], replayed["events"], replayed["rejected"]) == (2, 1, 1)
