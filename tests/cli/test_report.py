"""One question, one answer: the same figures in every format, on standard output or in a file."""

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pypdf
import pytest
from tests.cli.conftest import Ask

from vaultmeter.reports.head import report_named, report_names

SPRING = ("--from", "2026-02-01", "--to", "2026-06-30", "--tz", "Asia/Kathmandu")
KEYS = [
    "report",
    "title",
    "period",
    "filters",
    "definitions",
    "columns",
    "rows",
    "total",
    "complete_to",
    "as_of",
    "notes",
]


def names_within(folder: Path) -> list[str]:
    """The names of what lies in a folder."""
    return [path.name for path in folder.iterdir()]


def words_for(name: str, *more: str) -> tuple[str, ...]:
    """The words that ask a report about everybody."""
    report = report_named(name)
    needed = ("--user", "*") if report.needs else ()
    who = ("--who", "everyone") if "who" in report.parameters else ()
    return ("report", name, *SPRING, *who, *needed, *more)


@pytest.mark.parametrize("name", report_names())
def test_the_same_figures_in_json_csv_and_the_table(ask: Ask, simulated: Path, name: str) -> None:
    """Whatever the format, a question has one answer."""
    answers = {
        format_: ask("--data", simulated, *words_for(name, "--format", format_))
        for format_ in ("json", "csv", "table")
    }
    assert {(answer.code, answer.err) for answer in answers.values()} == {(0, "")}
    document = json.loads(answers["json"].out)
    rows = [list(row.values()) for row in document["rows"]]
    # The organisation is invented without a silence.
    assert rows or name == "coverage-gaps"
    header, *read = csv.reader(io.StringIO(answers["csv"].out, newline=""))
    assert header == [column["name"] for column in document["columns"]]
    assert read == [[as_csv(cell) for cell in row] for row in rows]
    shown = answers["table"].out.splitlines()
    types = [column["type"] for column in document["columns"]]
    for row in rows:
        figures = [
            f"{cell:,}" for cell, kind in zip(row, types, strict=True) if kind == "integer" and cell
        ]
        assert any(all(figure in line for figure in figures) for line in shown)


def as_csv(cell: Any) -> str:  # noqa: ANN401  a cell is of any type
    """A cell of JSON as CSV writes it."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return "" if cell is None else str(cell)


@pytest.mark.parametrize("name", report_names())
def test_the_json_document_has_one_shape(ask: Ask, simulated: Path, name: str) -> None:
    """Every report is one object of the same keys, its rows keyed by its columns."""
    document = json.loads(ask("--data", simulated, *words_for(name, "--format", "json")).out)
    assert list(document) == KEYS
    assert document["report"] == name
    assert document["title"] == report_named(name).title
    assert list(document["period"]) == ["from", "to", "time_zone"]
    assert document["period"]["time_zone"] == "Asia/Kathmandu"
    report = report_named(name)
    if not report.reach and "days" not in report.parameters:
        # Others look at a stretch of their own, and a note says which.
        assert document["period"]["from"] == "2026-02-01T00:00:00+05:45"
        assert document["period"]["to"] == "2026-07-01T00:00:00+05:45"
    assert document["definitions"] == report_named(name).definitions
    for column in document["columns"]:
        assert list(column) == ["name", "title", "type", "unit"]
    names = [column["name"] for column in document["columns"]]
    assert all(list(row) == names for row in document["rows"])
    assert document["complete_to"]["simulated"].endswith("Z")
    assert all(isinstance(note, str) for note in document["notes"])


def test_filters_are_part_of_the_answer(ask: Ask, simulated: Path) -> None:
    """What was filtered stands in the document, as it was given, each filter in its order."""
    options = ("--outcome", "ok", "--user", "*a*", "--user", "b*", "--kind", "secret_*")
    answer = ask("--data", simulated, "report", "actions", *SPRING, *options, "--format", "json")
    document = json.loads(answer.out)
    assert document["filters"] == {"user": ["*a*", "b*"], "kind": ["secret_*"], "outcome": ["ok"]}
    assert {row["kind"] for row in document["rows"]} == {"secret_read"}
    table = ask("--data", simulated, "report", "actions", *SPRING, *options).out
    assert "user: *a*, b*" in table


def test_one_number_is_the_same_in_every_report(ask: Ask, simulated: Path) -> None:
    """Requests and reads add up to the same total, by account, user, action, bucket or method."""

    def rows(name: str) -> list[dict[str, Any]]:
        answer = ask("--data", simulated, *words_for(name, "--format", "json"))
        found: list[dict[str, Any]] = json.loads(answer.out)["rows"]
        return found

    overview = {row["measure"]: row["value"] for row in rows("overview")}
    for name in ("accounts", "users", "user", "actions", "activity", "auth-methods"):
        assert sum(row["requests"] for row in rows(name)) == overview["total_requests"], name
    for name in ("accounts", "users", "activity"):
        for column in ("secrets_read", "passwords_accessed"):
            assert sum(row[column] for row in rows(name)) == overview[column], name
    assert sum(row["failed_logins"] for row in rows("auth-methods")) == overview["failed_logins"]
    assert sum(row["latest_logins"] for row in rows("activity")) <= overview["login_sessions"]


@pytest.mark.parametrize("format_", ["csv", "json", "table"])
def test_a_file_holds_what_would_be_printed(
    ask: Ask, simulated: Path, tmp_path: Path, format_: str
) -> None:
    """With --output the answer is in the file and not on standard output; a remark says where."""
    file = tmp_path / "answer"
    words = ("--data", simulated, *words_for("items", "--format", format_))
    printed = ask(*words).out
    answer = ask(*words, "--output", file)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == f"Wrote {file}.\n"
    content = file.read_bytes().decode()
    assert content.replace("\r\n", "\n") == printed.replace("\r\n", "\n")
    assert names_within(tmp_path) == ["answer"]


def test_a_file_says_who_made_it(ask: Ask, simulated: Path, tmp_path: Path) -> None:
    """With --heading a CSV file says what it is; a PDF always does, and opens with its password."""
    words = ("--data", simulated, *words_for("items", "--format"))
    told = ask(*words, "csv", "--heading").out
    assert told.startswith("\ufeff# ")
    assert " on this machine" in told
    password = tmp_path / "password"
    password.write_text("correct horse\n", encoding="utf-8")
    file = tmp_path / "items.pdf"
    assert ask(*words, "pdf", "--output", file, "--password-file", password).code == 0
    read = pypdf.PdfReader(file)
    assert read.decrypt("correct horse")
    assert read.metadata is not None
    assert str(read.metadata.author).endswith(" on this machine")


def test_a_password_that_cannot_be_used_is_refused(
    ask: Ask, simulated: Path, tmp_path: Path
) -> None:
    """Of a format without one, of a file that is not there, and of one that is empty."""
    words = ("--data", simulated, *words_for("items", "--format"))
    empty = tmp_path / "empty"
    empty.touch()
    for format_, file in (("csv", empty), ("xlsx", empty), ("xlsx", tmp_path / "none")):
        answer = ask(*words, format_, "--output", tmp_path / "x", "--password-file", file)
        assert answer.code in (2, 5)
    assert names_within(tmp_path) == ["empty"]


def test_a_file_appears_whole_or_not_at_all(ask: Ask, simulated: Path, tmp_path: Path) -> None:
    """An answer that fails leaves an older file as it was, and no unfinished one beside it."""
    file = tmp_path / "answer.csv"
    file.write_text("older", encoding="utf-8")
    words = ("--data", simulated, "report", "users", "--output", file)
    for wrong in (["--range", "never"], ["--format", "xlxs"], ["--kind", "none"]):
        assert ask(*words, *wrong).code in (2, 3)
    assert file.read_text(encoding="utf-8") == "older"
    assert ask(*words, *SPRING).code == 0
    assert file.read_text(encoding="utf-8") != "older"
    assert names_within(tmp_path) == ["answer.csv"]


def test_a_file_that_cannot_be_written_is_an_error(
    ask: Ask, simulated: Path, tmp_path: Path
) -> None:
    """A folder that is missing, or one in the place of the file, is said without a traceback."""
    for file in (tmp_path / "missing" / "answer.csv", tmp_path):
        answer = ask("--data", simulated, "report", "users", *SPRING, "--output", file)
        assert (answer.code, answer.out) == (5, "")
        assert f"{file} cannot be written" in answer.err
    assert not list(tmp_path.parent.glob("*.partial"))
    assert names_within(tmp_path) == []


def test_a_written_file_has_the_usual_permissions(
    ask: Ask, simulated: Path, tmp_path: Path
) -> None:
    """The file is as readable as any other that the user makes."""
    other = tmp_path / "other"
    other.touch()
    file = tmp_path / "answer.json"
    ask("--data", simulated, "report", "users", *SPRING, "--output", file)
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


@pytest.mark.parametrize("name", report_names())
def test_sql_is_shown_with_its_values(ask: Ask, simulated: Path, name: str) -> None:
    """With --sql the statement is printed and not run, each value it binds in a comment above."""
    word = "x\n; delete from event; --"
    answer = ask("--data", simulated, *words_for(name, "--sql", "--item", word, "--user", "ad%"))
    assert (answer.code, answer.err) == (0, "")
    comments = [line for line in answer.out.splitlines() if line.startswith("--")]
    statement = "\n".join(line for line in answer.out.splitlines() if not line.startswith("--"))
    if not name.startswith("coverage"):
        # Coverage is about sources: a filter on users or items narrows nothing there.
        assert "-- $user_1 = ad\\%" in comments or "-- $user_0 = ad\\%" in comments
        assert any("delete from event" in line for line in comments)
    assert "delete from" not in statement
    assert "select" in statement
    named = {line.split()[1].removeprefix("$") for line in comments}
    assert "period_start" in named or "period_start" not in statement


def test_sql_can_be_written_to_a_file(ask: Ask, simulated: Path, tmp_path: Path) -> None:
    """The statement goes where the answer would go."""
    file = tmp_path / "users.sql"
    printed = ask("--data", simulated, *words_for("users", "--sql")).out
    assert ask("--data", simulated, *words_for("users", "--sql", "--output", str(file))).out == ""
    assert file.read_text(encoding="utf-8") == printed


def test_a_table_says_what_it_rests_on(ask: Ask, simulated: Path) -> None:
    """Below the figures stands how far each source goes, and what the figures are compared with."""
    table = ask("--data", simulated, "report", "overview", *SPRING).out
    assert "Usage overview" in table
    assert "2026-02-01 to 2026-06-30 (Asia/Kathmandu)" in table
    assert "simulated: data complete to 2026-" in table
    assert "Compared with 2025-08-31 to 2026-01-27 (Asia/Kathmandu)." in table


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("overview", "--who", "people"), "overview does not take --who: left out.\n"),
        (
            ("users", "--compare", "year", "--days", "3", "--per", "day"),
            "users does not take --per, --compare, --days: left out.\n",
        ),
        (("items", "--status", "unused"), "items does not take --status: left out.\n"),
        (
            ("items", "--range", "all", "--from", "2026-02-01"),
            "--from and --to say when: --range is left out.\n",
        ),
        (("users", "--who", "everyone", "--status", "active"), ""),
        (("overview", "--compare", "weekdays"), ""),
        (("unused", "--days", "30", "--range", "all"), ""),
    ],
)
def test_options_that_do_nothing_are_named(
    ask: Ask, simulated: Path, words: tuple[str, ...], said: str
) -> None:
    """Whoever gives an option that a report does not take reads so, beside the whole answer."""
    answer = ask("--data", simulated, "report", *words, "--format", "json")

    assert (answer.code, answer.err) == (0, said)
    assert list(json.loads(answer.out)) == KEYS


@pytest.mark.parametrize(
    ("report", "hint"),
    [
        ("users", "Did you mean 'active'?"),
        ("item-list", "Choose one of: deleted, kept, never_used, no_evidence, unused, used."),
    ],
)
def test_a_status_is_one_of_its_report(ask: Ask, simulated: Path, report: str, hint: str) -> None:
    """A mistyped status is refused, with those that this very report knows."""
    answer = ask("--data", simulated, "report", report, "--status", "activ")

    assert answer.code == 2
    assert answer.err == f"vaultmeter: Unknown status 'activ'.\n{hint}\n"


def test_an_empty_folder_has_an_answer(ask: Ask, tmp_path: Path) -> None:
    """Before anything was received every report can be asked."""
    for name in report_names():
        answer = ask("--data", tmp_path / "data", *words_for(name))
        assert (answer.code, answer.err) == (0, "")
        assert answer.out
