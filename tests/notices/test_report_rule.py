"""A rule on a column of a report: every report can have one, and each tells a crossing once."""

from typing import Any

import pytest
from tests.conftest import Folder, Row
from tests.notices.looked import OPERATOR, holder, key_with, look, only, rule_named, texts, uses

from vaultmeter.access import key_acts
from vaultmeter.access.roles import members, remove_member
from vaultmeter.asked import ReportAsked, When, report_answer
from vaultmeter.model.access import Permission, Role
from vaultmeter.model.errors import Forbidden, Invalid, NotFound
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.notices import rules
from vaultmeter.notices.evaluating import evaluate
from vaultmeter.reports.head import report_named, report_names

NUMBERS = ("integer", "number")


def add(folder: Folder, name: str = "Ours", **settings: Any) -> Row:  # noqa: ANN401  as JSON has it
    """Make a rule on a report, the only one that is on."""
    made = rules.add(folder.app, OPERATOR, name=name, type="rule", settings=settings)
    only(folder.app, name)
    return made


def test_every_report_can_have_a_rule(folder: Folder) -> None:
    """Each report, on each of its columns of numbers, finds what the report itself says."""
    folder.take("events", uses("abc", kind="password_accessed", product="pm"), uses("ab"))
    checked = 0
    for name in report_names():
        report = report_named(name)
        filters = {need: ["*"] for need in report.needs}
        asked = ReportAsked(name, When("all"), filters, limit=1_000_000)
        table = report_answer(folder.app, Viewer.operator(), asked)
        assert isinstance(table, Table)
        columns = [column for column in report.columns if column.type in NUMBERS]
        wanted: list[dict[str, Any]] = [{"aggregate": "count"}]
        wanted += [{"column": column.name, "aggregate": "max"} for column in columns[:2]]
        for settings in wanted:
            place = (
                [column.name for column in table.columns].index(settings.get("column", ""))
                if "column" in settings
                else None
            )
            cells = (
                [row[place] for row in table.rows if row[place] is not None]
                if place is not None
                else []
            )
            expected = max(cells, default=None) if place is not None else len(table.rows)
            told = rules.preview(
                folder.app,
                OPERATOR,
                type="rule",
                settings={
                    "report": name,
                    "range": "all",
                    "operator": ">=",
                    "value": -1e12,
                    "filters": filters,
                    **settings,
                },
            )["rows"]
            found = [row["payload"]["value"] for row in told]
            assert found == ([] if expected is None else [expected]), (name, settings)
            checked += 1
    assert checked > 2 * len(report_names())


def test_rows_that_are_beyond_are_told(folder: Folder) -> None:
    """A rule on rows tells how many are beyond, and the first ten of them."""
    twice = range(12)
    hours = (uses(twice, f"2026-11-02T{hour}:00:00Z") for hour in ("08", "09"))
    folder.take("events", b"".join(hours) + uses(["once"]))
    add(folder, report="users", column="requests", value=2)
    (notice,) = look(folder.app)
    assert notice.text == "Ours: 12 rows of Users with Requests >= 2."
    assert (notice.payload["count"], len(notice.payload["rows"])) == (12, 10)
    assert all(row["requests"] == 2 for row in notice.payload["rows"])
    assert (notice.type, notice.payload["rule"], notice.payload["report"]) == (
        "rule",
        "Ours",
        "users",
    )


def test_a_crossing_is_told_once(folder: Folder) -> None:
    """What stays beyond is told no more, unless the rule is changed: then it begins anew."""
    folder.take("events", uses("abc"))
    made = add(folder, report="users", aggregate="count", value=3)
    assert texts(look(folder.app)) == ["Ours: Users: count rows >= 3, it is 3."]
    folder.take("events", uses("d"))
    assert look(folder.app) == []
    assert rule_named(folder.app, "Ours")["is_beyond"]
    rules.change(folder.app, OPERATOR, made["id"], settings={"value": 4})
    assert not rule_named(folder.app, "Ours")["is_beyond"]
    assert [notice.payload["value"] for notice in look(folder.app)] == [4]


def test_falling_back_arms_it_again(folder: Folder) -> None:
    """A number that falls below and rises again is a new crossing."""
    add(
        folder,
        report="requests-by-kind",
        column="requests",
        aggregate="sum",
        value=2,
        range="today",
        per="day",
    )
    for day in (22, 24):
        folder.take("events", uses("ab", f"2026-11-{day}T00:00:00Z"))
    found = []
    for _ in range(3):
        found.append(len(look(folder.app)))
        assert look(folder.app) == []
        folder.clock.advance(days=1)
    assert found == [1, 0, 1]


@pytest.mark.parametrize(("once", "days"), [("day", [1, 1, 1, 1]), ("month", [1, 0, 0, 1])])
def test_once_a_period(folder: Folder, once: str, days: list[int]) -> None:
    """By choice, what lasts is told once a day or once a month."""
    folder.clock.advance(days=6)
    folder.take("events", uses("ab"))
    add(folder, report="users", aggregate="count", value=2, once=once, range="all")
    found = []
    for _ in days:
        found.append(len(look(folder.app)))
        assert look(folder.app) == []
        folder.clock.advance(days=1)
    assert found == days


@pytest.mark.parametrize(
    ("column", "operator", "value", "rows"),
    [
        ("user", "==", "a@acme", 1),
        ("user", "!=", "a@acme", 2),
        ("is_disabled", "==", False, 3),
        ("last_active", "<", "2026-11-02T08:00:01Z", 3),
        ("last_active", ">", "2026-11-03", 0),
        ("requests", "==", 1, 3),
    ],
)
def test_columns_of_every_type(
    folder: Folder, column: str, operator: str, value: object, rows: int
) -> None:
    """Texts, flags and instants are compared as what they are."""
    folder.take("events", uses("abc"))
    settings = {"report": "users", "column": column, "operator": operator, "value": value}
    told = rules.preview(folder.app, OPERATOR, type="rule", settings=settings)["rows"]
    assert [row["payload"]["count"] for row in told] == ([rows] if rows else [])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"report": "usres", "column": "requests", "value": 1}, "usres"),
        ({"report": "users", "column": "reqests", "value": 1}, "no column 'reqests'"),
        ({"report": "users", "value": 1}, "no column"),
        ({"report": "users", "column": "requests"}, "needs 'value'"),
        ({"report": "users", "column": "requests", "value": "many"}, "no number"),
        ({"report": "users", "column": "user", "value": "a"}, "no order"),
        ({"report": "users", "column": "user", "aggregate": "sum", "value": 1}, "no sum"),
        ({"report": "users", "column": "requests", "value": 1, "operator": "=>"}, "operator"),
        ({"report": "users", "column": "requests", "value": 1, "zone": "Mars"}, "time zone"),
        ({"report": "users", "column": "requests", "value": 1, "range": "ever"}, "range"),
        ({"report": "users", "column": "requests", "value": 1, "filters": {"x": ["y"]}}, "filter"),
        ({"report": "users", "column": "requests", "value": 1, "filters": {"user": 5}}, "list"),
        ({"report": "user", "column": "requests", "value": 1}, "about one user"),
        ({"report": "users", "column": "last_active", "value": "soon"}, "no instant"),
        ({"report": "users", "column": "requests", "value": float("nan")}, "value is nan"),
        ({"report": "users", "column": "requests", "value": 10**30}, "value is"),
        ({"report": "users", "column": "\ud800", "value": 1}, "no text"),
        ({"report": "users", "column": "x" * 2000, "value": 1}, "longer than"),
    ],
)
def test_rules_that_mean_nothing_are_refused(
    folder: Folder, settings: dict[str, Any], words: str
) -> None:
    """A rule that could never be evaluated is not made, and what is wrong is said."""
    folder.take("events", uses("a"))
    with pytest.raises(Invalid, match=words):
        rules.add(folder.app, OPERATOR, name="x", type="rule", settings=settings)


def test_rights_of_the_owner(folder: Folder) -> None:
    """A rule sees what its owner sees when it is evaluated, and without rights nothing."""
    folder.take("events", uses("ab"), account="acme", source="one")
    folder.take("events", uses("cde"), account="globex", source="two")
    may = frozenset({Permission.NOTICES})
    role = Role("acme", usage_reports="all", accounts=("acme",), manages=may)
    who = key_with(folder.app, role)
    settings = {"report": "users", "aggregate": "count", "value": 1, "once": "day"}
    with pytest.raises(Forbidden):
        rules.add(folder.app, who, name="All", type="rule", settings=settings)
    made = rules.add(folder.app, who, name="Acme", type="rule", settings=settings, account="acme")
    rules.add(folder.app, OPERATOR, name="All", type="rule", settings=settings)
    only(folder.app, "Acme", "All")
    assert {(each.account, each.payload["value"]) for each in look(folder.app)} == {
        ("acme", 2),
        ("", 5),
    }
    assert [row["name"] for row in rules.listed(folder.app, who)["rows"]] == ["Acme"]
    with pytest.raises(NotFound):
        rules.show(folder.app, who, rule_named(folder.app, "All")["id"])

    with folder.app.access.noting(OPERATOR, "test") as connection:
        (held,) = [each for each in members(connection) if each.member == who.id]
        remove_member(connection, OPERATOR, held.id)
    folder.clock.advance(days=1)
    assert [each.account for each in evaluate(folder.app)] == [""]
    told = rules.show(folder.app, OPERATOR, made["id"])
    assert told["error"].startswith(f"{who.name} may not do this")
    assert holder(folder.app, who.id).permissions == frozenset()
    taken = rules.change(folder.app, OPERATOR, made["id"], settings={"value": 2})
    assert (taken["owner"], taken["error"]) == ("operator", "")


def test_a_number_that_is_used_again_is_nobody_else(folder: Folder) -> None:
    """A key that bears the number of a rule's owner who is gone lends it no rights."""
    folder.take("events", uses("ab"))
    role = Role("all", usage_reports="all", manages=frozenset({Permission.NOTICES}))
    who = key_with(folder.app, role)
    settings = {"report": "users", "aggregate": "count", "value": 1}
    made = rules.add(folder.app, who, name="Ours", type="rule", settings=settings)
    only(folder.app, "Ours")
    key_acts.drop_key(folder.app, OPERATOR, who.name)
    assert evaluate(folder.app) == []
    again = key_with(folder.app, Role("other", usage_reports="all"))
    assert again.id == who.id
    assert evaluate(folder.app) == []
    told = rules.show(folder.app, OPERATOR, made["id"])
    assert told["error"].startswith(f"The key {who.name!r}, whose rule it is, is gone")
