"""Any report broken down by account or group is the report filtered to each of them."""

from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import NewFolder, event, ndjson
from tests.reports.conftest import Organisation
from tests.reports.questions import span

from vaultmeter.app import App
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period
from vaultmeter.model.table import Table
from vaultmeter.model.terms import Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.breakdown import WHOLE, answer_by
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import Ask, answer

Row = tuple[Any, ...]

SPRING = span("2026-02-10T04:00", "2026-05-20T09:00", "America/St_Johns")
GROUPS = {
    "eu": ("acme/europe", "globex"),
    "one": ("acme/finance",),
    "overlapping": ("acme/finance", "acme/a*"),
    "empty": ("nowhere",),
}
TERMS = Terms(limits=(Limit("sm", "acme", span("2026-01-01", "2026-02-01").start.date(), 3),))


def asked(name: str, account: tuple[str, ...] = (), period: Period = SPRING) -> Ask:
    """A question that every report can answer."""
    report = report_named(name)
    given = {"account": account, "user": ("*",) if report.needs else ()}
    terms = replace(TERMS, groups=GROUPS)
    # Lists that end after a thousand rows unless more are asked for are compared in full.
    limit = 1_000_000 if "limit" in report.parameters else None
    return Ask(Viewer.operator(), period, Filters.of(given), "everyone", limit=limit, terms=terms)


def rows_by(table: Table) -> dict[str | None, list[Row]]:
    """The rows of each part, without the column in front."""
    parts: dict[str | None, list[Row]] = {}
    for name, *row in table.rows:
        parts.setdefault(name, []).append(tuple(row))
    return parts


def accounts_of(app: App) -> list[str]:
    """The names of all accounts, in order."""
    return [name for (name,) in app.store.query("select name from account order by name")]


@pytest.mark.parametrize("name", report_names())
def test_by_account_each_part_is_the_filtered_report(organisation: Organisation, name: str) -> None:
    """The rows of an account are those of the report filtered to it, in the same order."""
    app, report = organisation.app, report_named(name)
    ask = asked(name)

    table = answer_by(app.store, report, ask, "account")

    parts, accounts = rows_by(table), accounts_of(app)
    # Of each report every other account, of the next report the others.
    chosen = accounts[report_names().index(name) % 2 :: 2]
    expected = {
        account: list(answer(app.store, report, asked(name, (account,))).rows) for account in chosen
    }
    whole = {WHOLE: list(answer(app.store, report, ask).rows)} if report.whole else {}
    compared = {part: rows for part, rows in parts.items() if part in {*chosen, *whole}}
    assert compared == {part: rows for part, rows in {**whole, **expected}.items() if rows}
    assert set(parts) <= {*accounts, *whole}
    assert list(parts) == sorted(parts, key=str)
    assert table.total == len(table.rows)
    assert [column.name for column in table.columns] == [
        "by_account",
        *(column.name for column in report.columns),
    ]
    assert len(table.dicts()) == len(table.rows)


@pytest.mark.parametrize("name", report_names())
def test_by_group_each_part_is_the_filtered_report(organisation: Organisation, name: str) -> None:
    """The rows of a group are those of `--account @group`; accounts in none come last."""
    app, report = organisation.app, report_named(name)
    ask = asked(name)

    table = answer_by(app.store, report, ask, "group")

    in_none = ("acme", "acme/labs", "acme/platform", "globexx", "globexx/north")
    filters: dict[str | None, tuple[str, ...]] = {
        **({WHOLE: ()} if report.whole else {}),
        **{group: (f"@{group}",) for group in ("eu", "one", "overlapping")},
        None: in_none,
    }
    expected = {
        part: list(answer(app.store, report, asked(name, accounts)).rows)
        for part, accounts in filters.items()
    }
    assert rows_by(table) == {part: rows for part, rows in expected.items() if rows}
    assert any("several groups" in note for note in table.notes)


def test_the_accounts_in_no_group_are_those_of_the_test(organisation: Organisation) -> None:
    """The groups leave accounts out, cover some below theirs, and one covers none."""
    named = accounts_of(organisation.app)
    covered = answer(organisation.app.store, report_named("accounts"), asked("accounts", ("@eu",)))
    assert {"globex", "globex/lab", "acme/europe"} <= {row[0] for row in covered.rows}
    assert {"acme", "acme/labs", "acme/platform", "globexx", "globexx/north"} <= set(named)


@pytest.mark.parametrize("accounts", [None, ("globex",), ("acme/finance", "acme/asia"), ()])
@pytest.mark.parametrize("filtered", [(), ("*/l*",), ("@overlapping",)])
def test_parts_are_those_that_viewer_and_filter_allow(
    organisation: Organisation, accounts: tuple[str, ...] | None, filtered: tuple[str, ...]
) -> None:
    """A breakdown has a part for each account that a list of accounts shows, and no other."""
    app, viewer = organisation.app, Viewer.of_accounts("viewer", accounts)
    ask = replace(asked("accounts", filtered), viewer=viewer)
    if accounts in (("globex",), ()) and filtered == ("@overlapping",):
        # A group in which a viewer sees nothing is not there for it.
        with pytest.raises(NotFound, match="no group 'overlapping'"):
            answer(app.store, report_named("accounts"), ask)
        return
    listed = [row[0] for row in answer(app.store, report_named("accounts"), ask).rows]

    table = answer_by(app.store, report_named("overview"), ask, "account")

    assert list(dict.fromkeys(row[0] for row in table.rows)) == [WHOLE, *listed]
    # Who sees nothing knows of no group.
    for by in ("account", "group") if accounts != () else ("account",):
        held = {row[1] for row in answer_by(app.store, report_named("accounts"), ask, by).rows}
        assert held == set(listed)


def test_requests_add_up_and_people_need_not(organisation: Organisation) -> None:
    """What counts requests adds up to the whole; who is in two accounts is once in the whole."""
    table = answer_by(
        organisation.app.store, report_named("overview"), asked("overview"), "account"
    )
    values = {(row[0], row[1]): row[2] for row in table.rows}
    measures = {measure for _, measure in values}
    for measure in measures:
        parts = sum(
            value for (part, name), value in values.items() if name == measure and part != WHOLE
        )
        if measure in ("unique_users", "active_clients"):
            assert parts > values[WHOLE, measure]
        else:
            assert parts == values[WHOLE, measure], measure
    assert any("counts once" in note for note in table.notes)


def test_limits_hold_for_each_part(organisation: Organisation) -> None:
    """A limit shows the first rows of every account, and says of which there are more."""
    app, ask = organisation.app, replace(asked("items"), limit=2)
    table = answer_by(app.store, report_named("items"), ask, "account")
    parts = rows_by(table)
    assert len(parts) > 4
    for account, rows in parts.items():
        assert account is not None
        whole = answer(app.store, report_named("items"), asked("items", (account,)))
        assert rows == list(whole.rows)[:2]
    assert table.total > len(table.rows)
    assert "There are more rows of acme, acme/asia" in table.notes[0]


def test_names_are_taken_to_the_letter(new_folder: NewFolder) -> None:
    """An account called like a pattern, a group or another in capitals is a part of its own."""
    folder = new_folder("odd")
    names = ["@eu", "a*", "A*", "ab", "a%", "*"]
    folder.take(
        "events",
        ndjson(*(event(number, account=name) for number, name in enumerate(names))),
        account="root",
    )
    app = folder.app
    ask = Ask(Viewer.operator(), span("2026-11-01", "2026-12-01"))

    table = answer_by(app.store, report_named("actions"), ask, "account")

    requests = {row[0]: row[3] for row in table.rows}
    assert requests == {f"root/{name}": 1 for name in names}


def test_a_group_that_does_not_exist_is_an_error(organisation: Organisation) -> None:
    """A mistyped group names the nearest one, everywhere accounts are filtered."""
    for name in ("overview", "accounts", "clients", "unused"):
        with pytest.raises(NotFound, match="There is no group 'oen'") as raised:
            answer(organisation.app.store, report_named(name), asked(name, ("@oen",)))
        assert raised.value.hint == "Did you mean 'one'?"


@pytest.mark.parametrize(
    ("by", "terms", "message"),
    [
        ("acount", Terms(), "Nothing is broken down by 'acount'"),
        ("group", Terms(), "There are no groups of accounts"),
    ],
)
def test_what_cannot_be_broken_down(
    organisation: Organisation, by: str, terms: Terms, message: str
) -> None:
    """A mistyped word and a breakdown by groups that nobody made are errors with a hint."""
    ask = replace(asked("users"), terms=terms)
    with pytest.raises(Invalid, match=message) as raised:
        answer_by(organisation.app.store, report_named("users"), ask, by)
    assert raised.value.hint


def test_a_group_is_shown_as_it_was_asked(organisation: Organisation) -> None:
    """The answer says which group was asked for, and covers the accounts below its own."""
    store, ask = organisation.app.store, asked("actions", ("@eu", "globexx"))
    table = answer(store, report_named("actions"), ask)
    spelt = asked("actions", ("acme/europe", "acme/europe/*", "globex", "globex/*", "globexx"))
    assert table.filters == {"account": ["@eu", "globexx"]}
    assert table.rows == answer(store, report_named("actions"), spelt).rows
    assert table.rows
