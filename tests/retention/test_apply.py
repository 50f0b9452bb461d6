"""Applying retention: what goes is gone everywhere, and what stays counts as before."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.conftest import Folder, NewFolder, Row, check_books, event, ndjson, sample
from tests.retention.invented import (
    FIRST,
    NOW,
    by_month,
    contents,
    filled,
    invented,
    left,
    stored,
    time_of,
)

from vaultmeter.app import size_of
from vaultmeter.demo.scale import Scale
from vaultmeter.demo.simulate import simulate
from vaultmeter.intake import take_stream
from vaultmeter.model.filters import Filters
from vaultmeter.model.kinds import Product
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer
from vaultmeter.retention import Applied, apply, due, past_runs
from vaultmeter.state.retention import set_retention

CUT = datetime(2025, 11, 1, tzinfo=UTC)
COUNTS = ("overview", "activity", "accounts", "actions", "auth-methods", "clients")
"""Reports that rollups of months answer."""


def decided(folder: Folder, **months: int | None) -> None:
    """Decide for how many months products are kept."""
    with folder.app.state.changing() as connection:
        for product, count in months.items():
            set_retention(connection, Product(product), count)


def applied(folder: Folder) -> Applied:
    """Apply what was decided."""
    return apply(folder.app, folder.said.append)


def asked(folder: Folder, name: str, start: datetime, end: datetime, **filters: str) -> Table:
    """Answer a report over a stretch of time, in UTC."""
    about_one = {"user": "*"} if report_named(name).needs else {}
    patterns = Filters.of({key: (text,) for key, text in (about_one | filters).items()})
    period = Period(start, end, zone_named("UTC"))
    per = "month" if "per" in report_named(name).parameters else None
    ask = Ask(Viewer.operator(), period, patterns, "everyone", per, "none", 100_000)
    return answer(folder.app.store, report_named(name), ask)


def counted(folder: Folder, start: datetime, end: datetime, **filters: str) -> dict[str, Any]:
    """Answer the reports that count, over a stretch of time."""
    return {name: asked(folder, name, start, end, **filters).rows for name in COUNTS}


def test_each_product_has_a_cut_off_of_its_own(folder: Folder) -> None:
    """What is left are the events from the month so many months ago on, for ever where decided."""
    rows = invented()
    filled(folder, rows)
    decided(folder, pm=3, sra=None)

    done = applied(folder)

    pm = datetime(2026, 8, 1, tzinfo=UTC)
    expected = left(rows, {"sm": CUT, "pm": pm})
    gone = Counter(row["product"] for row in rows) - Counter(row["product"] for row in expected)
    assert stored(folder) == sorted((row["product"], time_of(row)) for row in expected)
    assert {run.product: run.events for run in done.runs} == gone
    assert {run.product: run.before for run in done.runs} == {"sm": CUT, "pm": pm}
    assert folder.totals().expired == done.lines == len(rows) - len(expected)
    assert past_runs(folder.app) == done.runs


def test_twelve_months_are_kept_where_nothing_was_decided(folder: Folder) -> None:
    """Each product keeps the month under way and the twelve before; a second time nothing goes."""
    rows = invented()
    filled(folder, rows)
    announced = {each.product: each.events for each in due(folder.app)}

    done = applied(folder)

    expected = left(rows, dict.fromkeys(("sm", "pm", "sra"), CUT))
    assert len(stored(folder)) == len(expected)
    assert announced == {run.product: run.events for run in done.runs}
    assert applied(folder) == Applied([], 0)
    assert len(past_runs(folder.app)) == 3


def test_for_ever_deletes_nothing(folder: Folder) -> None:
    """Where all products are kept for ever, applying changes nothing."""
    filled(folder, invented(100))
    decided(folder, sm=None, pm=None, sra=None)
    before = contents(folder)

    assert applied(folder) == Applied([], 0)
    assert contents(folder) == before


def test_reports_of_what_is_kept_do_not_change(folder: Folder) -> None:
    """From the cut-off on every report is the same, and of the months before the counts are."""
    rows = invented()
    filled(folder, rows)
    month, end = datetime(2025, 2, 1, tzinfo=UTC), NOW + timedelta(days=8)
    recent = {
        name: asked(folder, name, CUT, end).rows for name in (*COUNTS, "users", "user", "items")
    }
    old, ever = counted(folder, month, CUT), counted(folder, FIRST, end)
    of_one = counted(folder, month, CUT, product="pm", user="user-3")

    applied(folder)

    for name, expected in recent.items():
        assert asked(folder, name, CUT, end).rows == expected, name
    assert counted(folder, month, CUT) == old
    assert counted(folder, FIRST, end) == ever
    assert counted(folder, month, CUT, product="pm", user="user-3") == of_one
    months = asked(folder, "activity", FIRST, end).dicts()
    assert {row["start"]: row["requests"] for row in months if row["requests"]} == by_month(rows)


def test_names_are_kept(folder: Folder) -> None:
    """People and items whose every event is deleted are still known by name and date."""
    filled(folder, [event(1, time=FIRST.isoformat(), identity="gone@example.org", item="kv/gone")])
    folder.take("events", ndjson(event(2, time=NOW.isoformat())))
    before = [folder.app.store.query(f"from {name} order by id") for name in ("identity", "item")]

    applied(folder)

    after = [folder.app.store.query(f"from {name} order by id") for name in ("identity", "item")]
    assert after == before
    assert len(stored(folder)) == 1


@pytest.mark.parametrize(
    ("start", "end", "per_month", "is_told"),
    [
        (datetime(2025, 2, 1, tzinfo=UTC), CUT, True, False),
        (CUT, NOW, False, False),
        (datetime(2025, 2, 10, tzinfo=UTC), CUT, True, True),
        (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC), False, True),
    ],
    ids=["whole months", "kept", "part of a month", "by day"],
)
def test_a_note_says_what_is_lacking(
    folder: Folder, start: datetime, end: datetime, *, per_month: bool, is_told: bool
) -> None:
    """Reports that look for deleted events say so, and those that need none do not."""
    filled(folder, invented(200))
    applied(folder)
    ask = Ask(
        Viewer.operator(),
        Period(start, end, zone_named("UTC")),
        per="month" if per_month else "day",
    )

    notes = answer(folder.app.store, report_named("activity"), ask).notes

    told = "Retention has deleted the events of pm before 2025-11-01"
    assert any(told in note for note in notes) == is_told


def test_sessions_before_the_cut_off_are_noted(folder: Folder) -> None:
    """A report of single events says that those before the cut-off are deleted."""
    filled(folder, invented(200))
    applied(folder)

    notes = asked(folder, "sessions", CUT - timedelta(days=40), NOW).notes

    assert any("between 2025-09-22 and 2025-11-01" in note for note in notes)


def test_a_rebuild_makes_the_same_store(folder: Folder) -> None:
    """Made again, the store has the same rows in every table, and the books balance."""
    filled(folder, [*invented(), *invented(50)])
    decided(folder, pm=3)
    applied(folder)
    before, books = contents(folder), folder.totals()

    folder.app.rebuild()

    assert contents(folder) == before
    assert folder.totals() == books


def test_a_lost_store_is_made_again_without_what_is_deleted(folder: Folder) -> None:
    """After complete loss of the store, opening the folder gives the same store."""
    filled(folder, invented())
    applied(folder)
    before = contents(folder)
    folder.close()
    (folder.path / "store.duckdb").unlink()

    assert contents(folder) == before


def test_applying_month_by_month_is_applying_once(new_folder: NewFolder) -> None:
    """Cut-offs that move on in steps leave what one step leaves."""
    rows = invented()
    once, steps = new_folder("once"), new_folder("steps")
    filled(once, rows)
    filled(steps, rows)
    for months in (19, 16, 14):
        decided(steps, sm=months, pm=months + 1, sra=None)
        applied(steps)
    for each in (once, steps):
        decided(each, sm=12, pm=12, sra=12)
        applied(each)

    assert contents(steps) == contents(once)


def test_longer_retention_brings_nothing_back(folder: Folder) -> None:
    """The cut-off in force never moves back, also when it was decided to keep more."""
    rows = invented()
    filled(folder, rows)
    applied(folder)
    decided(folder, sm=30, pm=None)

    folder.take("events", ndjson(*rows))

    assert len(stored(folder)) == len(left(rows, dict.fromkeys(("sm", "pm", "sra"), CUT)))


def test_a_file_read_before_is_known_again(folder: Folder) -> None:
    """A file whose lines are deleted is not read again, and goes on where it grew."""
    rows = invented(300)
    filled(folder, rows, parts=1)
    path = next(folder.path.parent.glob("input-*"))
    applied(folder)
    count = len(stored(folder))

    again = folder.ingest("events", path)
    with path.open("ab") as file:
        file.write(ndjson(event(1, id="new", time=NOW.isoformat())))
    more = folder.ingest("events", path)

    assert (again.outcome.lines, more.outcome.lines, more.outcome.stored) == (0, 1, 1)
    assert len(stored(folder)) == count + 1


def test_old_records_in_another_file_are_expired_on_arrival(folder: Folder) -> None:
    """Deleted events do not come back, old ones do not come in; applying drops their lines."""
    rows = invented(300)
    filled(folder, rows)
    applied(folder)
    before = contents(folder)
    late = event(7, id="late", time=FIRST.isoformat(), identity="late@example.org")

    taken = folder.take("events", ndjson(late | {"product": "sm"}, *rows))

    gone = len(rows) - len(left(rows, dict.fromkeys(("sm", "pm", "sra"), CUT))) + 1
    assert (taken.outcome.stored, taken.outcome.expired) == (0, gone)
    assert taken.outcome.duplicates == len(rows) - gone + 1
    assert contents(folder)["identity"] == before["identity"]
    assert applied(folder).lines == gone
    assert folder.totals().expired == 2 * gone - 1
    assert b"late@example.org" not in everything(folder.path)


def everything(data: Path) -> bytes:
    """The bytes of every file of a data folder, archive segments as they read."""
    files = [path for path in data.rglob("*") if path.is_file()]
    read = [path.read_bytes() for path in files]
    frames = [path.read_bytes() for path in files if path.suffix == ".zst"]
    return b"".join([*read, *map(unpacked, frames)])


def unpacked(frames: bytes) -> bytes:
    """The content of frames that stand one after the other."""
    reader = zstandard.ZstdDecompressor().stream_reader(frames, read_across_frames=True)
    return reader.read()


def test_nothing_of_what_is_deleted_is_left_in_any_file(folder: Folder) -> None:
    """Neither archive, inbox, store nor what was set aside holds a word of a deleted record."""
    old = [
        event(number, time=(FIRST + timedelta(hours=number)).isoformat(), agent=f"canary-{number}")
        for number in range(40)
    ]
    filled(folder, old + invented(60, CUT, NOW), parts=2)
    folder.open(segment_bytes=1 << 20)
    folder.take("events", ndjson(*(row | {"id": f"again-{row['id']}"} for row in old)))
    aside = folder.path / "quarantine"
    aside.mkdir()
    (aside / "store.duckdb").write_bytes(b"canary-")
    assert b"canary-" in everything(folder.path)

    applied(folder)
    folder.close()

    assert b"canary-" not in everything(folder.path)
    assert FIRST.strftime("%Y-%m-%dT").encode() not in everything(folder.path)


def test_the_records_of_two_devices_stay_one_event(folder: Folder) -> None:
    """A deleted event's record that bears a time after the cut-off is not a new event."""
    before, after = CUT - timedelta(milliseconds=1), CUT + timedelta(milliseconds=1)
    filled(folder, [event(1, id="same", time=before.isoformat())], parts=1)
    folder.take("events", ndjson(event(1, id="same", time=after.isoformat())))
    assert len(stored(folder)) == 1

    applied(folder)

    assert stored(folder) == []
    assert folder.totals().expired == 2


def test_glances_after_the_cut_off_do_not_change(folder: Folder) -> None:
    """An access that continued a deleted glance does not begin one now."""
    times = [CUT + timedelta(minutes=minutes) for minutes in (-4, -2, 1, 5, 20)]
    rows = [
        event(number, time=time.isoformat(), kind="password_accessed", item="pm/1")
        for number, time in enumerate(times)
    ]
    filled(folder, rows, parts=1)
    sql = "select time, glance from event where time >= $cut order by time"
    before = folder.app.store.query(sql, {"cut": CUT.replace(tzinfo=None)})

    applied(folder)

    assert folder.app.store.query(sql, {"cut": CUT.replace(tzinfo=None)}) == before
    assert [glance for _, glance in before] == [False, False, True]


def request(number: int, time: datetime, path: str, **auth: object) -> Row:
    """Make an audit entry of a server; `auth` is what it knows of who asks."""
    is_login = path.startswith("auth/")
    mount = "auth/userpass/" if is_login else "kv/"
    return {
        "time": time.isoformat(),
        "type": "response",
        "auth": auth,
        "request": {
            "id": f"00000000-0000-4000-8000-{number:012}",
            "operation": "update" if is_login else "read",
            "path": path,
            "mount_point": mount,
            "mount_type": "userpass" if is_login else "kv",
        },
        "response": {"auth": {"client_token": "hmac-sha256:cc", **auth}} if is_login else {},
    }


def test_identities_that_turn_out_to_be_one_take_their_old_months_along(folder: Folder) -> None:
    """After retention a merge puts the deleted months of both together, as a rebuild does."""
    named: Row = {"display_name": "userpass-ada", "metadata": {"username": "ada"}}
    entity: Row = {"display_name": "token", "entity_id": "e1"}
    for number, auth in enumerate((named, entity)):
        folder.take("openbao", ndjson(request(number, FIRST, "kv/data/db", **auth)))
        folder.take("openbao", ndjson(request(number + 10, NOW, "kv/data/db", **auth)))
    folder.clock.now = NOW
    applied(folder)
    sql = "select identity, sum(requests) from usage_month where start < $cut group by all"
    apart = folder.app.store.query(sql, {"cut": CUT.replace(tzinfo=None)})

    both = named | {"entity_id": "e1"}
    folder.take("openbao", ndjson(request(20, NOW, "auth/userpass/login/ada", **both)))

    merged = folder.app.store.query(sql, {"cut": CUT.replace(tzinfo=None)})
    assert sorted(requests for _, requests in apart) == [1, 1]
    assert [requests for _, requests in merged] == [2]
    assert [row["user"] for row in folder.report("users")] == ["ada"]
    before = contents(folder)
    folder.app.rebuild()
    assert contents(folder) == before


def test_lines_that_cannot_be_read_go_when_they_were_received_long_ago(folder: Folder) -> None:
    """A rejected line is kept as long as the longest kept product, counted from its receipt."""
    folder.clock.now = CUT - timedelta(days=1)
    folder.take("events", b"canary: no record\n" + ndjson(event(1, time=FIRST.isoformat())))
    folder.clock.now = CUT + timedelta(days=1)
    folder.take("events", b"another one that is none\n")
    folder.clock.now = NOW

    done = applied(folder)

    assert [reject.body for reject in folder.rejects()] == [b"another one that is none"]
    assert done.lines == 2
    assert b"canary" not in everything(folder.path)


def test_disk_space_is_given_back(folder: Folder) -> None:
    """With a third of the events gone, segments and store are smaller, as recorded."""
    scale = Scale(250_000, 300, 500, 24, 5, NOW)
    folder.clock.now = NOW - timedelta(days=300)
    take_stream(folder.app, "events", "vault", "acme", simulate(scale))
    folder.clock.now = NOW
    before = size_of(folder.path)
    segments = size_of_segments(folder.path)

    done = applied(folder)

    after = size_of(folder.path)
    assert after < 0.9 * before
    assert size_of_segments(folder.path) < 0.75 * segments
    assert sum(run.freed_bytes for run in done.runs) == pytest.approx(before - after, rel=0.1)


def size_of_segments(data: Path) -> int:
    """The bytes of the segments of the archive."""
    return sum(path.stat().st_size for path in data.glob("archive/*/*.zst"))


def test_the_books_of_the_live_log_balance(folder: Folder) -> None:
    """Halves of requests go together, and every line is in one bucket."""
    folder.clock.now = NOW + timedelta(days=4_000)
    folder.take("openbao", sample())
    before = folder.totals()

    applied(folder)

    total = folder.totals()
    assert (total.stored, total.expired + total.rejected) == (0, before.received - total.filtered)
    check_books(folder)
