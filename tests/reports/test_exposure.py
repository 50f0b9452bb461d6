"""Unused items and leavers: how many days, what has no evidence, and what has to be rotated."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conftest import Folder, Row, event, ndjson
from tests.reports.conftest import Organisation
from tests.reports.plain_exposure import leaver, unused
from tests.reports.questions import EVERYBODY, Question, span

from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

NOVEMBER = span("2026-11-01", "2026-12-01", "Europe/Berlin")
YEAR = span("2025-07-01", "2026-07-01")


def on(day: str, number: int, kind: str, item: str | None, **fields: Any) -> Row:  # noqa: ANN401
    """An event of a day at noon."""
    return event(number, time=f"{day}T12:00:00Z", kind=kind, item=item, **fields)


def told(
    folder: Folder, name: str, days: int | None = None, period: Period = NOVEMBER
) -> list[Row]:
    """The rows of a report about the last days of a period."""
    filters = Filters.of({"user": ("ada*",)}) if name == "leaver" else Filters()
    ask = Ask(Viewer.operator(), period, filters, days=days)
    return answer(folder.app.store, report_named(name), ask).dicts()


def every_day(folder: Folder, first: int = 1) -> None:
    """Let a machine use something every other day, so that the source has no gaps."""
    days = [f"2026-{month:02}-{day:02}" for month in (9, 10, 11) for day in range(first, 31, 2)]
    folder.take(
        "events",
        ndjson(
            *(
                on(
                    day,
                    5000 + number,
                    "secret_read",
                    "kv/ci",
                    identity="ci",
                    identity_kind="machine",
                )
                for number, day in enumerate(days)
            )
        ),
    )


@pytest.mark.parametrize("days", [1, 30, 200])
@pytest.mark.parametrize("name", ["unused", "leaver"])
def test_any_number_of_days(organisation: Organisation, name: str, days: int) -> None:
    """However many days are looked at, the answer is what plain Python works out."""
    second = {"unused": unused, "leaver": leaver}[name]
    for period in (YEAR, span("2026-02-10T04:00", "2026-05-20T09:00", "America/St_Johns")):
        question = Question(period, EVERYBODY if name == "leaver" else {})
        filters = Filters.of(question.patterns)
        ask = Ask(Viewer.operator(), period, filters, days=days)
        table = answer(organisation.app.store, report_named(name), ask)
        assert list(table.rows) == second(question.plain(organisation.world, [name])[name], days)
        assert table.rows
        assert table.period.end == period.end
        assert (table.period.end - table.period.start).days in (days - 1, days, days + 1)


def test_every_status_and_way_occurs(organisation: Organisation) -> None:
    """The events at hand have items of every status, and every way to get to know one."""
    asked = [Question(period).asked(organisation.app, "unused") for period in (YEAR, NOVEMBER)]
    assert {row[3] for rows in asked for row in rows} == {"unused", "never_used", "no_evidence"}
    known = Question(span("2026-02-01", "2026-05-10")).asked(organisation.app, "leaver")
    ways = {way for row in known for way in row[5].split(", ")}
    assert ways >= {"read", "viewed", "copied", "revealed", "written", "shared", "exported"}
    assert ways >= {"auto-filled", "credentials issued"}
    assert {row[4] for row in known} == {True, False}
    assert any(row[9] for row in known)
    assert any(row[11] for row in known)
    assert any(row[1] == "*" for row in known)


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_days_that_cannot_be_looked_at(organisation: Organisation, days: int) -> None:
    """No days, fewer, and more than anybody keeps are errors that say what fits."""
    ask = replace(Ask(Viewer.operator(), YEAR), days=days)
    with pytest.raises(Invalid, match="days cannot be looked at") as raised:
        answer(organisation.app.store, report_named("unused"), ask)
    assert "3,660" in raised.value.hint


def test_days_are_those_of_the_zone(folder: Folder) -> None:
    """A use at the very start of the days counts, one microsecond before it does not."""
    every_day(folder)
    # 30 days before the end of November in Berlin is midnight there, an hour before that in UTC.
    at, before = "2026-10-31T23:00:00Z", "2026-10-31T22:59:59.999999Z"
    folder.take(
        "events",
        ndjson(
            event(1, time=at, item="kv/used"),
            event(2, time=before, item="kv/unused"),
        ),
    )
    rows = told(folder, "unused", 30)
    assert [row["item"] for row in rows] == ["kv/unused"]
    assert (rows[0]["status"], rows[0]["last_used_by"]) == ("unused", "ada@example.org")


def test_what_the_sources_cannot_show_is_no_evidence(folder: Folder) -> None:
    """With a long gap in the days nothing is called unused; without one it is."""
    folder.take("events", ndjson(on("2026-08-01", 1, "item_added", "kv/old")))
    every_day(folder)
    assert [row["status"] for row in told(folder, "unused", 30)] == ["never_used"]
    # The log of these 200 days has none of the first hundred.
    assert [row["status"] for row in told(folder, "unused", 200)] == ["no_evidence"]


def test_deleted_items_are_not_unused(folder: Folder) -> None:
    """An item leaves the list when it is deleted, and one made after the range is not in it yet."""
    every_day(folder)
    folder.take(
        "events",
        ndjson(
            on("2026-09-01", 1, "item_added", "kv/gone"),
            on("2026-09-02", 2, "item_deleted", "kv/gone"),
            on("2026-09-03", 3, "item_added", "kv/here", identity="bob"),
            on("2026-12-03", 4, "item_added", "kv/later"),
        ),
    )
    rows = told(folder, "unused")
    assert [(row["item"], row["last_changed_by"]) for row in rows] == [("kv/here", "bob")]
    assert rows[0]["since"] == rows[0]["created"] == datetime(2026, 9, 3, 12, tzinfo=UTC)


def test_what_has_to_be_rotated_comes_first(folder: Folder) -> None:
    """Exports, then what was shared, seen, filled in and issued; then changed; then deleted."""
    lines = [
        on("2026-11-02", 1, "credential_issued", "database/creds/app", item_type="dynamic_secret"),
        on("2026-11-02", 2, "password_autofilled", "pw/filled", item_type="password"),
        on("2026-11-02", 3, "secret_read", "kv/read"),
        on("2026-11-02", 4, "item_shared", "kv/shared"),
        on("2026-11-02", 5, "export", None),
        on("2026-11-02", 6, "secret_read", "kv/rotated"),
        on("2026-11-03", 7, "rotation", "kv/rotated", identity="vault", identity_kind="system"),
        on("2026-11-02", 8, "secret_read", "kv/gone"),
        on("2026-11-03", 9, "item_deleted", "kv/gone", identity="bob"),
        on("2026-11-02", 10, "key_operation", "transit/key", item_type="classic_key"),
        on("2026-11-02", 11, "secret_read", "kv/denied", outcome="denied"),
    ]
    folder.take("events", ndjson(*lines))
    rows = told(folder, "leaver")
    assert [(row["item"], row["to_rotate"], row["how"]) for row in rows] == [
        ("*", True, "exported"),
        ("kv/shared", True, "shared"),
        ("kv/read", True, "read"),
        ("pw/filled", True, "auto-filled"),
        ("database/creds/app", True, "credentials issued"),
        ("kv/rotated", False, "read"),
        ("kv/gone", False, "read"),
    ]
    assert rows[-2]["changed_by"] == "vault"
    assert rows[-1]["deleted"] == datetime(2026, 11, 3, 12, tzinfo=UTC)


def test_who_changes_a_secret_knows_it(folder: Folder) -> None:
    """Their own change does not protect a secret; the next one by somebody else does."""
    folder.take(
        "events",
        ndjson(
            on("2026-11-02", 1, "secret_read", "kv/db"),
            on("2026-11-03", 2, "item_updated", "kv/db"),
        ),
    )
    (row,) = told(folder, "leaver")
    assert (row["to_rotate"], row["how"], row["times"]) == (True, "read, written", 2)
    folder.take("events", ndjson(on("2026-12-24", 3, "item_updated", "kv/db", identity="bob")))
    (row,) = told(folder, "leaver")
    # Also when it happens after the range: the list is one to work off.
    assert (row["to_rotate"], row["changed_by"]) == (False, "bob")


def test_it_says_what_it_cannot_know(folder: Folder) -> None:
    """Access through groups and machines is not in the list, and the answer says so."""
    folder.take("events", ndjson(event(1)))
    ask = Ask(Viewer.operator(), NOVEMBER, Filters.of({"user": ("ada*",)}), days=7)
    notes = answer(folder.app.store, report_named("leaver"), ask).notes
    assert any("groups, machines" in note for note in notes)
    assert any("last 7 days" in note for note in notes)
