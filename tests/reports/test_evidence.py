"""Every number of every report can be counted again from the events that are shown for it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from tests.reports.conftest import ROOTS, Organisation
from tests.reports.questions import EVERYBODY, span

from vaultmeter.app import App
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.filters import Filters
from vaultmeter.model.terms import ALWAYS, Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.cells import Cell, Row
from vaultmeter.reports.declared import WAYS, Counting, declared
from vaultmeter.reports.evidence import Evidence, Sought
from vaultmeter.reports.explain import counting_of, explain, explain_cell, recount_of
from vaultmeter.reports.head import Report, report_named, report_names
from vaultmeter.reports.run import Ask, answer

OPERATOR = Viewer.operator()
YEAR = span("2025-07-01", "2026-07-01")
SPRING = span("2026-02-10T04:00", "2026-05-20T09:00", "America/St_Johns")
NUMBERS = ("integer", "number", "instant", "date")
LIMITS = Terms(limits=(Limit("sm", "acme", ALWAYS, 20), Limit("sm", "*", ALWAYS, 30)))


def filtered(**patterns: tuple[str, ...]) -> Filters:
    """Filters on these patterns."""
    return Filters.of(patterns)


QUESTIONS: dict[str, Ask] = {
    "a year": Ask(OPERATOR, YEAR, who="everyone", terms=LIMITS),
    "parts of days": Ask(OPERATOR, SPRING, terms=LIMITS),
    "a day of 25 hours, machines": Ask(
        OPERATOR, span("2025-10-26", "2025-10-27", "Europe/Berlin"), who="machines"
    ),
    "half an hour back, per hour": Ask(
        OPERATOR, span("2026-04-04", "2026-04-06", "Australia/Lord_Howe"), who="everyone"
    ),
    "weeks of a zone whose days begin at one": Ask(
        OPERATOR, span("2026-04-10", "2026-05-10", "Africa/Cairo"), per="week", compare="previous"
    ),
    "some accounts and a product": Ask(
        OPERATOR,
        SPRING,
        filtered(account=("globex", "acme/*"), product=("sm", "pm")),
        who="everyone",
        terms=LIMITS,
    ),
    "heartbeats too": Ask(OPERATOR, YEAR, filtered(kind=("*",)), who="everyone", compare="year"),
    "some kinds": Ask(OPERATOR, SPRING, filtered(kind=("login*", "item_*")), who="everyone"),
    "an item and an outcome": Ask(
        OPERATOR, SPRING, filtered(item=("kv/*", "pw/one"), outcome=("ok", "denied"))
    ),
    "a source, a person and a method": Ask(
        OPERATOR, YEAR, filtered(source=("edges", "twin"), user=("*e*",), auth_method=("*",))
    ),
    "a viewer of one account": Ask(Viewer.of_accounts("viewer", ("globex",)), YEAR, who="everyone"),
    "a viewer of two, with a filter": Ask(
        Viewer.of_accounts("viewer", ("acme/finance", "globex/lab")),
        SPRING,
        filtered(kind=("secret_read",)),
    ),
}


def about(report: Report, ask: Ask) -> Ask:
    """The question, about everybody where the report is about one user."""
    if report.needs and "user" not in ask.filters.patterns:
        return replace(ask, filters=Filters.of({**ask.filters.patterns, **EVERYBODY}))
    return ask


def keys_of(report: Report) -> list[str]:
    """The columns that name a row."""
    return [*report.evidence.rows, *([report.evidence.by] if report.evidence.by else [])]


def cells(app: App, report: Report, ask: Ask, turn: int, rows: int = 2) -> Iterator[Cell]:
    """All numbers of some rows of a report, of other ones each turn."""
    table = answer(app.store, report, replace(ask, limit=10**6))
    by_name: dict[tuple[object, ...], list[Row]] = {}
    for row in table.dicts():
        by_name.setdefault(tuple(row[key] for key in keys_of(report)), []).append(row)
    groups = list(by_name.values())
    places = {(5 * turn + nth * len(groups) // rows) % len(groups) for nth in range(rows) if groups}
    if report.evidence.by:
        places = set(range(len(groups)))
    for place in sorted(places):
        for column in table.columns:
            if column.type in NUMBERS and (
                column.name not in report.evidence.rows or declares(report, column.name)
            ):
                yield Cell(table, column, groups[place][0], tuple(groups[place]))


def declares(report: Report, column: str) -> bool:
    """Whether a column that names the row is a number of its own, too."""
    return column in report.evidence.cells


@pytest.mark.parametrize("name", report_names())
def test_every_number_declares_its_evidence(organisation: Organisation, name: str) -> None:
    """The head of each report says of each number how it follows from events, and in words."""
    report, app = report_named(name), organisation.app
    missing = []
    for cell in cells(app, report, about(report, QUESTIONS["a year"]), 0):
        counting = report.evidence.counting(cell.column.name, cell.row)
        if counting is None:
            missing.append(cell.column.name)
            continue
        assert counting.rule().endswith("."), cell.column.name
        assert counting.derived or counting.words or counting.measures, cell.column.name
        assert counting.where == "true" or counting.words or counting.derived, cell.column.name
    assert not set(missing), (
        f"{name}.sql does not say how {sorted(set(missing))} follow from events. Add them to "
        "[evidence.cells] in its head: the name of a measure of store/measures.py, a condition "
        'with words, or "none: From what it is worked out." (see reports/declared.py).'
    )


ASKED = [
    pytest.param(name, question, id=f"{name}, {question}")
    for place, name in enumerate(report_names())
    for turn, question in enumerate(QUESTIONS)
    if (place + turn) % 2 == 0
]
"""Every report with half of the questions, and every question with half of the reports."""


@pytest.mark.parametrize(("name", "question"), ASKED)
def test_the_events_give_the_number(organisation: Organisation, name: str, question: str) -> None:
    """Whatever is asked, counting the evidence of a cell gives the cell."""
    app, report = organisation.app, report_named(name)
    ask = about(report, QUESTIONS[question])
    for cell in cells(app, report, ask, list(QUESTIONS).index(question)):
        values = [row[cell.column.name] for row in cell.twins]
        counting = counting_of(report, cell)
        if counting.derived:
            continue
        recount = recount_of(app.store, app.inbox, report, ask, cell)
        counted = None if recount is None else recount.sums().counted
        if len(values) == 1:
            assert counted == values[0] or not (counted or values[0]), (cell.row, cell.column.name)
        else:
            told = explain_cell(app.store, app.inbox, report, ask, cell, Sought("", {}))
            assert told.counted == told.value, (cell.row, cell.column.name)


def told(organisation: Organisation, name: str, ask: Ask, sought: Sought) -> Evidence:
    """The evidence of a cell."""
    app = organisation.app
    return explain(app.store, app.inbox, report_named(name), ask, sought)


@pytest.mark.parametrize(
    ("name", "column", "row"),
    [
        ("overview", "total_requests", {}),
        ("overview", "compared", {"measure": "key_operations"}),
        ("users", "passwords_accessed", {"user": "peter", "account": "globex"}),
        ("users", "last_active", {"user": "peter", "account": "globex"}),
        ("accounts", "clients", {"account": "globex"}),
    ],
)
def test_its_pages_make_the_whole(
    organisation: Organisation, name: str, column: str, row: dict[str, str]
) -> None:
    """Pages hold each event once, newest first, and what they add up to is the number."""
    ask = Ask(OPERATOR, SPRING)
    whole = told(organisation, name, ask, Sought(column, row, size=10_000))
    size = max(1, whole.total // 3)
    pages = [
        told(organisation, name, ask, Sought(column, row, page, size)).events
        for page in range(1, -(-whole.total // size) + 2)
    ]
    events = [event for page in pages for event in page]
    assert events == list(whole.events)
    assert len({event.event for event in events}) == len(events) == whole.total
    assert [event.time for event in events] == sorted((e.time for e in events), reverse=True)
    counted = {
        "requests": len(events),
        "glances": len(events),
        "weight": sum(event.weight for event in events),
        "identities": len({(event.user, event.account) for event in events}),
        "latest": max((event.time for event in events), default=None),
    }
    assert whole.counted == whole.value == counted[whole.counts]
    assert whole.value


def test_an_event_names_its_record(organisation: Organisation) -> None:
    """File and line of an event are those of the record that it was made of."""
    row = {"user": "peter", "account": "globex"}
    found = told(organisation, "users", Ask(OPERATOR, YEAR), Sought("requests", row))
    assert found.events
    for event in found.events:
        assert event.file is not None
        assert event.line is not None
        lines = Path(event.file).read_text("utf-8").splitlines()
        record = lines[event.line - 1]
        assert '"identity": "peter"' in record
        assert f'"kind": "{event.kind}"' in record
        assert f"{event.time:%Y-%m-%dT%H:%M:%S}" in record


def test_distinct_things_stand_once_each(organisation: Organisation) -> None:
    """A distinct count shows whom it counts, with their first and last event and how many."""
    found = told(
        organisation, "overview", Ask(OPERATOR, YEAR), Sought("unique_users", {}, size=500)
    )
    assert found.distinct == found.value == len(found.things)
    assert sum(thing.events or 0 for thing in found.things) == found.total
    assert {thing.kind for thing in found.things} == {"person"}
    assert all(thing.first <= thing.last for thing in found.things if thing.first and thing.last)


def test_what_exists_is_shown_thing_by_thing(organisation: Organisation) -> None:
    """The items that an account has now are listed, with when each was first seen."""
    found = told(
        organisation, "accounts", Ask(OPERATOR, YEAR), Sought("items", {"account": "globex"})
    )
    names = {thing.name for thing in found.things}
    assert found.value == len(names) == found.distinct
    assert "kv/gone" not in names
    assert all(thing.account == "globex" for thing in found.things)


@pytest.mark.parametrize("status", ["active", "inactive", "never_used", "new", "low_usage"])
def test_who_is_counted_by_status_is_listed(organisation: Organisation, status: str) -> None:
    """Behind a number of adoption stand those whom users names, each with the last sign of them."""
    ask = Ask(OPERATOR, SPRING, who="everyone")
    found = told(organisation, "adoption", ask, Sought(status, {"account": "*"}, size=500))
    users = answer(
        organisation.app.store, report_named("users"), replace(ask, status=status, limit=500)
    )
    assert found.counted == found.value == found.distinct == users.total
    assert Counter((thing.name, thing.account) for thing in found.things) == Counter(
        (row["user"], row["account"]) for row in users.dicts()
    )
    last = {(event.user, event.time) for event in found.events}
    assert last <= {(thing.name, thing.last) for thing in found.things}
    assert bool(last) == any(thing.last for thing in found.things)


@pytest.mark.parametrize("status", ["used", "unused", "never_used", "no_evidence", "deleted"])
def test_items_that_are_counted_by_status_are_listed(
    organisation: Organisation, status: str
) -> None:
    """Behind the number of items of a status stand those that item-list names with it."""
    ask = Ask(OPERATOR, SPRING)
    found = told(organisation, "item-totals", ask, Sought(status, {}, size=1_000))
    listed = answer(
        organisation.app.store, report_named("item-list"), replace(ask, status=status, limit=1_000)
    )
    assert found.counted == found.value == listed.total
    assert {(thing.name, thing.account) for thing in found.things} == {
        (row["item"], row["account"]) for row in listed.dicts()
    }


def test_parts_and_sources_add_up(organisation: Organisation) -> None:
    """The events are told apart by kind and outcome, and by source, and none is in two parts."""
    found = told(organisation, "overview", Ask(OPERATOR, YEAR), Sought("total_requests", {}))
    assert sum(part.events for part in found.parts) == found.total == found.value
    assert sum(part.counted for part in found.parts if isinstance(part.counted, int)) == found.value
    assert sum(share.events for share in found.sources) == found.total
    assert {share.source for share in found.sources} == set(ROOTS)
    assert abs(sum(share.percent for share in found.sources) - 100) < 0.5


def test_its_statement_runs_by_hand(organisation: Organisation, tmp_path: Path) -> None:
    """The statement, pasted into a plain DuckDB shell, lists as many events as there are."""
    app = organisation.app
    found = told(organisation, "sessions", Ask(OPERATOR, YEAR, filtered(user=("sam",))), SESSION)
    assert found.statement is not None
    app.store.checkpoint()
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes((app.settings.data / "store.duckdb").read_bytes())
    used = set(re.findall(r"\$(\w+)", found.statement.sql))
    values = {name: value for name, value in found.statement.values.items() if name in used}
    with duckdb.connect(str(copy), read_only=True) as shell:
        rows = shell.execute(found.statement.sql, values).fetchall()
    assert len(rows) == found.total == found.value


SESSION = Sought("requests", {"started": "2026-05-05T06:", "source": "edges"})


@pytest.mark.parametrize("accounts", [("acme/finance",), ("globex/lab",), ()], ids=str)
def test_evidence_shows_a_viewer_no_more_than_reports_do(
    organisation: Organisation, accounts: tuple[str, ...]
) -> None:
    """Nobody sees an event, or counts a source, of an account that is not theirs."""
    ask = Ask(Viewer.of_accounts("viewer", accounts), YEAR)
    found = told(organisation, "overview", ask, Sought("total_requests", {}, size=10_000))
    assert found.agrees
    assert {event.account for event in found.events} <= set(accounts)
    assert bool(found.events) == bool(accounts)
    assert len(found.sources) == bool(accounts)


def test_a_number_that_is_wrong_is_found_out(organisation: Organisation) -> None:
    """When the report's number is not what its events give, the evidence does not agree."""
    app, report, ask = organisation.app, report_named("overview"), Ask(OPERATOR, YEAR)
    cell = next(cells(app, report, ask, 0))
    wrong = {**cell.row, cell.column.name: cell.row[cell.column.name] + 1}
    forged = replace(cell, row=wrong, twins=(wrong,))
    found = explain_cell(app.store, app.inbox, report, ask, forged, Sought("", {}))
    assert not found.agrees
    assert found.counted == found.value - 1


def test_what_is_worked_out_says_from_what(organisation: Organisation) -> None:
    """A derived number has a sentence in place of events; so has what is compared with nothing."""
    sought = Sought("change_percent", {"measure": "denied"})
    found = told(organisation, "overview", Ask(OPERATOR, YEAR), sought)
    assert found.statement is None
    assert found.agrees is None
    assert found.rule == "The change, as a share of the value compared with."
    alone = Sought("compared", {"measure": "denied"})
    found = told(organisation, "overview", Ask(OPERATOR, YEAR, compare="none"), alone)
    assert found.statement is None
    assert found.value is None


@pytest.mark.parametrize(
    ("name", "sought", "error", "message"),
    [
        ("users", Sought("secrets_red", {}), NotFound, "no column 'secrets_red'"),
        ("users", Sought("secrets_read", {"usr": "x"}), NotFound, "no column 'usr'"),
        ("users", Sought("secrets_read", {"user": "nobody"}), NotFound, "no row with user"),
        ("users", Sought("secrets_read", {}), Invalid, "rows match"),
        ("users", Sought("user", {"user": "peter", "account": "globex"}), Invalid, "names the row"),
        ("users", Sought("status", {"user": "peter", "account": "globex"}), Invalid, "no number"),
        ("overview", Sought("valeu", {}), NotFound, "overview has no 'valeu'"),
        ("overview", Sought("total_requests", {}, page=0), Invalid, "no page 0"),
        ("overview", Sought("total_requests", {}, size=0), Invalid, "of 0 events"),
        ("overview", Sought("total_requests", {}, size=10_001), Invalid, "of 10001 events"),
    ],
)
def test_a_cell_that_is_not_there(
    organisation: Organisation, name: str, sought: Sought, error: type[Exception], message: str
) -> None:
    """What cannot be found or means several is an error that says what to write."""
    with pytest.raises(error, match=message) as raised:
        told(organisation, name, Ask(OPERATOR, YEAR), sought)
    assert getattr(raised.value, "hint", "")


def test_several_rows_are_listed(organisation: Organisation) -> None:
    """Where a name means several rows, the error lists what tells them apart."""
    with pytest.raises(Invalid) as raised:
        told(organisation, "users", Ask(OPERATOR, YEAR), Sought("requests", {"user": "peter"}))
    assert "--row 'account=globex'" in raised.value.hint
    assert "--row 'account=globexx'" in raised.value.hint
    assert "user=" not in raised.value.hint


def test_an_instant_names_a_row_as_far_as_it_is_written(organisation: Organisation) -> None:
    """A row of a time is found by its local day, by its minute, and by its instant."""
    ask = Ask(OPERATOR, span("2026-05-01", "2026-06-01", "Asia/Kathmandu"))
    for text in ("2026-05-04", "2026-05-04 00:00", "2026-05-03T18:15:00Z"):
        found = told(organisation, "activity", ask, Sought("requests", {"start": text}))
        assert found.row["start"] == datetime(2026, 5, 3, 18, 15, tzinfo=UTC)
        assert found.agrees


@pytest.mark.parametrize(
    "head",
    [
        {"cells": {"n": {"measure": "no_such"}}},
        {"cells": {"n": {"counts": "hands"}}},
        {"cells": {"n": {"no_such_key": "x"}}},
        {"no_such_key": "x"},
    ],
)
def test_a_head_that_declares_what_is_not_there_is_refused(head: dict[str, object]) -> None:
    """Evidence that names no measure, way of counting or setting does not load."""
    with pytest.raises((ValueError, TypeError)):
        declared(head)


def test_a_measure_of_its_own_name_needs_no_word() -> None:
    """A column that is called like a measure counts that; heartbeats only where it says so."""
    nothing = declared({})
    assert nothing.counting("uses", {}) == Counting(("uses",), counts="weight")
    assert nothing.counting("last_login", {}) == Counting(("last_login",), counts="latest")
    assert nothing.counting("no_measure", {}) is None
    signs = nothing.counting("present", {})
    assert signs is not None
    assert signs.patterns({}) == {"kind": ("*",)}
    assert all(text.endswith(".") for text in WAYS.values())
