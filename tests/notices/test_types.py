"""Silence, rejects, unused items and inactive people, each on events that call for a notice."""

from datetime import UTC, datetime

import pytest
from tests.conftest import Folder, event, ndjson
from tests.notices.looked import OPERATOR, busy, change, look, only, rule_named, texts, uses

from vaultmeter.model.errors import Invalid
from vaultmeter.notices import rules

SILENT, REJECTS = "A source falls silent", "Lines are rejected"
UNUSED, INACTIVE = "Items are unused", "People are inactive"


def test_a_silence_is_told_once_and_so_is_its_end(folder: Folder) -> None:
    """A source that tells nothing for three days is told of, and again when it speaks."""
    folder.take("events", uses(["a"], "2026-11-22T08:00:00Z"), source="vault", account="acme")
    assert look(folder.app) == []
    folder.clock.now = datetime(2026, 11, 25, 7, 59, tzinfo=UTC)
    assert look(folder.app) == []
    folder.clock.advance(minutes=1)
    (notice,) = look(folder.app)
    assert (notice.type, notice.account, notice.payload["state"]) == (
        "source-silent",
        "acme",
        "silent",
    )
    assert notice.text == (
        "The source vault has been silent for 3 days: its last event is of 2026-11-22 08:00 UTC."
    )
    folder.clock.advance(days=2)
    folder.take("events", uses(["late"], "2026-11-22T09:00:00Z"), source="vault", account="acme")
    assert look(folder.app) == []

    folder.take("events", uses(["a"], "2026-11-27T07:00:00Z"), source="vault", account="acme")
    (notice,) = look(folder.app)
    assert notice.payload["state"] == "recovered"
    assert notice.payload["silent_from"] == "2026-11-22T08:00:00Z"
    assert look(folder.app) == []
    folder.clock.advance(days=4)
    assert [each.payload["state"] for each in look(folder.app)] == ["silent"]


def test_how_long_a_silence_is_can_be_set(folder: Folder) -> None:
    """With 24 hours a day is a silence; a source that told nothing ever is none."""
    change(folder.app, SILENT, settings={"hours": 24})
    folder.take("events", b"", source="nothing")
    folder.take("events", uses(["a"], "2026-11-21T11:00:00Z"), source="vault")
    assert texts(look(folder.app)) == [
        "The source vault has been silent for 25 hours: its last event is of 2026-11-21 11:00 UTC."
    ]


def test_rejects_are_told_once_a_source_and_day(folder: Folder) -> None:
    """Lines that could not be read are told with their number and reasons, on the day they came."""
    only(folder.app, REJECTS)
    good = ndjson(event(1))
    folder.take("events", good, source="whole")
    assert look(folder.app) == []
    folder.take("events", b'nonsense\n{"id": "x"}\n' + good, source="vault", account="acme")
    (notice,) = look(folder.app)
    assert (notice.account, notice.payload["lines"]) == ("acme", 2)
    assert sum(notice.payload["reasons"].values()) == len(folder.rejects()) == 2
    assert set(notice.payload["reasons"]) == {each.reason for each in folder.rejects()}
    folder.take("events", b"more nonsense\n", source="vault", account="acme")
    assert look(folder.app) == []
    folder.clock.advance(days=1)
    assert look(folder.app) == []
    folder.take("events", b"again nonsense\n", source="vault", account="acme")
    assert [each.payload["lines"] for each in look(folder.app)] == [1]


def test_unused_items(folder: Folder) -> None:
    """So many items that nobody uses are told once a month, with the reports' own numbers."""
    only(folder.app, UNUSED)
    change(folder.app, UNUSED, settings={"count": 2})
    folder.take("events", busy(item="kv/new") + uses(["a"], "2026-06-01T08:00:00Z", item="kv/old"))
    assert look(folder.app) == []
    folder.take("events", uses(["a"], "2026-06-02T08:00:00Z", item="kv/older"))
    (notice,) = look(folder.app)
    assert notice.text == "2 of 3 items have not been used for 90 days."
    assert (notice.payload["unused"], notice.payload["items"]) == (2, 3)
    assert look(folder.app) == []
    folder.clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert len(look(folder.app)) == 1
    change(folder.app, UNUSED, settings={"count": None, "share": 70})
    assert look(folder.app) == []
    change(folder.app, UNUSED, settings={"share": 66.6})
    assert len(look(folder.app)) == 1


def test_inactive_people_of_an_account(folder: Folder) -> None:
    """A share of the people of one account is told of it, as the report of adoption counts."""
    law, finance = busy(account="law"), busy(account="finance")
    gone = uses(["a"], "2026-07-01T08:00:00Z", account="law")
    folder.take("events", law, finance + uses(["c"], "2026-11-20T08:00:00Z", account="finance"))
    folder.take("events", gone, source="events")
    share = {"share": 50}
    rules.add(
        folder.app,
        OPERATOR,
        name="Law",
        type="inactive-people",
        settings=share,
        account="default/law",
    )
    rules.add(folder.app, OPERATOR, name="All", type="inactive-people", settings=share)
    only(folder.app, "Law", "All")
    (notice,) = look(folder.app)
    assert (notice.account, notice.text) == ("default/law", "1 of 2 people are inactive.")
    assert notice.payload["share"] == 50.0
    assert notice.payload["dormant"] == 1


def test_a_threshold_is_needed(folder: Folder) -> None:
    """Neither a count nor a share is no threshold, and more than 100 per cent is none."""
    for settings in ({}, {"share": 101}, {"count": 0}, {"share": "half"}, {"shaer": 5}):
        with pytest.raises(Invalid):
            rules.add(folder.app, OPERATOR, name="x", type="unused-items", settings=settings)


def test_schedules_raise_theirs_themselves(folder: Folder) -> None:
    """The rule for failed schedules switches them on and off; there is one."""
    rule = rule_named(folder.app, "A schedule fails")
    assert (rule["enabled"], rule["is_built_in"], rule["settings"]) == (True, True, {})
    assert rules.preview(folder.app, OPERATOR, id_=rule["id"])["rows"] == []
    with pytest.raises(Invalid, match="no type"):
        rules.preview(folder.app, OPERATOR, id_=rule["id"], type="nonsense")
    with pytest.raises(Invalid, match="raised by themselves"):
        rules.add(folder.app, OPERATOR, name="x", type="schedule-failed")
