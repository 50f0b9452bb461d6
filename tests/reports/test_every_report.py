"""Walks the folder of reports: what holds for each of them, also for one added tomorrow."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest
from tests.reports.conftest import ROOTS, Organisation
from tests.reports.questions import span

from vaultmeter.app import App
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.filters import FILTERS, Filters
from vaultmeter.model.period import BUCKETS, Period, period_of, zone_named
from vaultmeter.model.table import ColumnType, Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.definitions import DEFINITIONS
from vaultmeter.reports.head import (
    Report,
    all_reports,
    parse_report,
    part_named,
    report_named,
    report_names,
)
from vaultmeter.reports.run import Ask, answer, statement_of
from vaultmeter.store.schema import TABLES
from vaultmeter.store.syntax import tables_of

Row = tuple[Any, ...]

PARTS = ("_clients_by_product", "_exceeded_clients", "_items_by_type", "_passwords_by_type")
EVERYBODY = Filters.of({"user": ("*",)})
SPRING = span("2026-02-10T04:00", "2026-05-20T09:00", "America/St_Johns")
PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "integer": int,
    "number": float,
    "instant": datetime,
    "date": date,
    "boolean": bool,
}
HEAD = '/*\ntitle = "T"\nanswers = "A?"\ncolumns = [["n", "N", "integer"]]\n*/\n'


def asked(app: App, name: str, period: Period = SPRING) -> Table:
    """The answer of a report, about everybody."""
    return answer(app.store, report_named(name), ask_for(report_named(name), period))


def ask_for(report: Report, period: Period) -> Ask:
    """A question that every report can answer."""
    filters = EVERYBODY if report.needs else Filters()
    return Ask(Viewer.operator(), period, filters, who="everyone", compare="none")


@pytest.mark.parametrize("name", [*report_names(), *PARTS])
def test_its_head_is_complete(name: str) -> None:
    """A report says what it is called, what it answers, and what its columns hold."""
    report = part_named(name)
    assert report.title
    assert report.title[0].isupper()
    assert report.answers.endswith((".", "?"))
    assert report.columns
    for column in report.columns:
        assert column.name == column.name.lower()
        assert column.name.isidentifier()
        assert column.title
        assert column.type in get_args(ColumnType)
    names = [column.name for column in report.columns]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", report_names())
def test_what_its_head_names_exists(name: str) -> None:
    """Definitions, parameters, needed filters, buckets and series are ones that exist."""
    report = report_named(name)
    assert set(report.definitions) <= set(DEFINITIONS)
    assert all(text.endswith(".") for text in report.definitions.values())
    assert set(report.parameters) <= {"who", "per", "compare", "limit", "days", "status"}
    assert set(report.needs) <= set(FILTERS)
    assert all(note.endswith(".") for note in report.notes)
    assert report.bucket in (None, *BUCKETS)
    assert report.series in (None, report.columns[0].name)


def test_all_are_listed_once_in_their_order() -> None:
    """The list of reports holds each file that does not start with an underscore, in order."""
    listed = [report.name for report in all_reports()]
    assert sorted(listed) == report_names()
    assert not any(name.startswith("_") for name in listed)
    assert [report.order for report in all_reports()] == sorted(r.order for r in all_reports())


@pytest.mark.parametrize("name", PARTS)
def test_parts_are_no_reports(name: str) -> None:
    """A part of another answer cannot be asked for by itself."""
    with pytest.raises(NotFound):
        report_named(name)


@pytest.mark.parametrize("name", [*report_names(), *PARTS])
def test_it_reads_logical_tables_alone(organisation: Organisation, name: str) -> None:
    """A report reads at least one logical table and nothing else."""
    read = tables_of(part_named(name).sql, organisation.app.store.parse)
    assert read
    assert read <= set(TABLES)


@pytest.mark.parametrize("name", [*report_names(), *PARTS])
def test_its_columns_are_those_of_its_sql(empty: App, tmp_path: Path, name: str) -> None:
    """The head declares the columns that the SQL answers, in the same order."""
    report = part_named(name)
    names, _ = by_hand(empty, ask_for(report, SPRING), report, tmp_path)
    total = ["total"] if report.sort else []
    assert names == [column.name for column in report.columns] + total


def by_hand(app: App, ask: Ask, report: Report, folder: Path) -> tuple[list[str], list[Row]]:
    """What a plain DuckDB answers to a report's statement, in a copy: its columns and rows."""
    statement = statement_of(app.store, report, ask)
    app.store.checkpoint()
    copy = folder / "copy.duckdb"
    copy.write_bytes((app.settings.data / "store.duckdb").read_bytes())
    used = set(re.findall(r"\$(\w+)", statement.sql))
    values = {name: value for name, value in statement.values.items() if name in used}
    with duckdb.connect(str(copy), read_only=True) as shell:
        answered = shell.execute(statement.sql, values)
        return [column[0] for column in answered.description or []], answered.fetchall()


@pytest.mark.parametrize("name", report_names())
def test_its_cells_have_the_types_its_head_says(organisation: Organisation, name: str) -> None:
    """Every cell is of its column's type; instants are aware and in UTC."""
    table = asked(organisation.app, name)
    assert table.rows
    for row in table.rows:
        assert len(row) == len(table.columns)
        for cell, column in zip(row, table.columns, strict=True):
            if cell is None:
                continue
            assert isinstance(cell, PYTHON_TYPES[column.type]), (column.name, cell)
            assert column.type == "boolean" or not isinstance(cell, bool)
            if isinstance(cell, datetime):
                assert cell.tzinfo is UTC
            if column.type == "date":
                assert not isinstance(cell, datetime)


@pytest.mark.parametrize("name", report_names())
def test_it_answers_an_empty_store(empty: App, name: str) -> None:
    """Where nothing was received, lists are empty and counts are zero."""
    zone = zone_named("Asia/Kathmandu")
    for range_ in ("last-30-days", "today", "all"):
        table = asked(empty, name, period_of(range_, zone, empty.clock()))
        if name == "overview":
            assert [row[1] for row in table.rows] == [0] * 13
        elif report_named(name).series:
            assert table.rows
            assert not any(any(row[1:]) for row in table.rows)
        elif name == "item-totals":
            assert [row[1] for row in table.rows] == [0] * 8
        elif name == "password-manager":
            assert {row[1:] for row in table.rows} == {("*", *[0] * 8)}
        else:
            assert table.rows == []
        assert table.complete_to == {}


@pytest.mark.parametrize("name", report_names())
def test_it_says_what_its_answer_rests_on(organisation: Organisation, name: str) -> None:
    """An answer carries its period, filters, definitions, how far each source goes, and notes."""
    table = asked(organisation.app, name)
    assert table.report == name
    assert table.period.zone == SPRING.zone
    report = report_named(name)
    days = "days" in report.parameters
    assert table.period.start <= (SPRING.last_days(90).start if days else SPRING.start)
    assert table.period.end >= SPRING.end
    assert (table.period == SPRING) == (not days and report.bucket is None)
    assert set(report.notes) <= set(table.notes)
    assert set(table.complete_to) == set(ROOTS)
    assert any("lines were rejected" in note for note in table.notes)
    assert table.definitions == report_named(name).definitions


@pytest.mark.parametrize("name", report_names())
def test_its_sql_runs_by_hand(organisation: Organisation, tmp_path: Path, name: str) -> None:
    """The statement, run in a plain DuckDB shell with its values bound, gives the same rows."""
    app, report = organisation.app, report_named(name)
    _, rows = by_hand(app, ask_for(report, SPRING), report, tmp_path)
    answered = list(asked(app, name).rows)
    if report.sort:
        rows = [row[:-1] for row in rows]
    if report.series:
        rows = [row[1:] for row in rows]
        answered = [row[1:] for row in answered if any(row[1:])]
    assert [list(map(naive, row)) for row in rows] == [list(map(naive, row)) for row in answered]


def naive(cell: Any) -> Any:  # noqa: ANN401  a cell is of any type
    """A cell as the engine gives it: instants without a zone, a month as a day or its midnight."""
    if isinstance(cell, datetime):
        plain = cell.replace(tzinfo=None)
        return plain.date() if plain == datetime(plain.year, plain.month, 1) else plain  # noqa: DTZ001
    return cell


@pytest.mark.parametrize(
    "text",
    [
        "select 1",
        "/* no toml */ select 1",
        '/* title = "T" */ select 1',
        HEAD.replace('"integer"', '"integer", "%", "more"') + "select 1 as n",
        HEAD.replace("answers", "unknown_field") + "select 1 as n",
        HEAD.replace("columns", 'definitions = ["no_such_word"]\ncolumns') + "select 1 as n",
    ],
)
def test_a_head_that_is_wrong_is_refused(text: str) -> None:
    """A report without a head, or with one that is not complete, does not load."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        parse_report("wrong", text)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"who": "nobody"}, "Unknown choice 'nobody' of --who"),
        ({"per": "year"}, "Unknown bucket 'year'"),
        ({"compare": "weekday"}, "Unknown comparison 'weekday'"),
        ({"limit": 0}, "A limit of 0 rows shows nothing"),
        ({"limit": -3}, "A limit of -3 rows shows nothing"),
    ],
)
@pytest.mark.parametrize("name", ["overview", "items", "activity"])
def test_an_option_that_means_nothing_is_refused(
    organisation: Organisation, name: str, changed: dict[str, Any], message: str
) -> None:
    """A wrong option is an error with a hint, also on reports that do not use it."""
    ask = Ask(Viewer.operator(), SPRING, **changed)
    with pytest.raises(Invalid, match=message) as raised:
        answer(organisation.app.store, report_named(name), ask)
    assert raised.value.hint


@pytest.mark.parametrize("name", [name for name in report_names() if report_named(name).needs])
def test_a_needed_filter_is_asked_for(organisation: Organisation, name: str) -> None:
    """A report about one user says which option it wants when it is not given."""
    with pytest.raises(Invalid, match="is about one user") as raised:
        answer(organisation.app.store, report_named(name), Ask(Viewer.operator(), SPRING))
    assert raised.value.hint == "Add --user NAME."
