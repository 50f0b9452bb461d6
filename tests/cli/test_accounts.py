"""Accounts and groups of them, from the command line: made, listed, filtered by, forgotten."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Ask
from tests.conftest import event, ndjson

ALL = ("--range", "all")


@pytest.fixture
def data(ask: Ask, tmp_path: Path) -> Path:
    """Give a folder with four accounts, each with one more event than the one before."""
    accounts = ("acme", "acme/europe", "acme/europe/lab", "globex")
    log = tmp_path / "events.log"
    numbers = [(number, account) for number, account in enumerate(accounts)]
    log.write_bytes(
        ndjson(
            *(
                event(10 * number + more, account=f"org/{account}")
                for number, account in numbers
                for more in range(number + 1)
            )
        )
    )
    folder = tmp_path / "data"
    assert ask("--data", folder, "ingest", "events", log, "--account", "org").code == 0
    assert ask("--data", folder, "accounts", "group", "eu", "org/acme/europe").code == 0
    return folder


def printed(ask: Ask, *words: Path | str) -> Any:  # noqa: ANN401  whatever JSON can hold
    """What a command that must succeed prints as JSON."""
    answer = ask(*words)
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


def test_a_group_covers_the_accounts_below_its_own(ask: Ask, data: Path) -> None:
    """Accounts are listed with their groups, groups with what they hold and cover."""
    held = printed(ask, "--data", data, "accounts", "list", "--json")
    covered = ["org/acme/europe", "org/acme/europe/lab"]
    assert held["groups"] == [{"name": "eu", "members": ["org/acme/europe"], "accounts": covered}]
    names = {account["name"]: account["groups"] for account in held["accounts"]}
    assert names == {
        "org": [],
        "org/acme": [],
        "org/acme/europe": ["eu"],
        "org/acme/europe/lab": ["eu"],
        "org/globex": [],
    }
    text = ask("--data", data, "accounts", "list").out
    assert "org/acme/europe      @eu" in text
    assert "@eu = org/acme/europe" in text


def test_a_group_filters_every_report_and_the_document(ask: Ask, data: Path) -> None:
    """--account @group shows the requests of its accounts, in reports and in the document."""
    words = ("--data", data, "report", "actions", *ALL, "--account", "@eu", "--format", "json")
    (row,) = printed(ask, *words)["rows"]
    assert row["requests"] == 2 + 3
    document = printed(ask, "--data", data, "get-analytics-data", *ALL, "--account", "@eu")
    assert document["usage_reports"]["sm"]["total_secrets"] == 2
    assert document["clients_usage_reports"]["sm"]["account_id"] == "org/acme/europe"
    whole = printed(ask, "--data", data, "get-analytics-data", *ALL)
    assert whole["usage_reports"]["sm"]["total_secrets"] == 4


@pytest.mark.parametrize("by", ["account", "group"])
def test_the_same_breakdown_in_json_csv_and_the_table(ask: Ask, data: Path, by: str) -> None:
    """A report broken down has its column in front in every format, and the same figures."""
    words = ("--data", data, "report", "actions", *ALL, "--by", by)
    rows = printed(ask, *words, "--format", "json")["rows"]
    expected: dict[str, dict[str | None, int]] = {
        "account": {
            "org/acme": 1,
            "org/acme/europe": 2,
            "org/acme/europe/lab": 3,
            "org/globex": 4,
        },
        "group": {"eu": 5, None: 5},
    }
    assert {row[f"by_{by}"]: row["requests"] for row in rows} == expected[by]
    assert all(next(iter(row)) == f"by_{by}" for row in rows)
    read = list(csv.reader(io.StringIO(ask(*words, "--format", "csv").out, newline="")))
    assert [row[0] for row in read] == [f"by_{by}", *(str(part or "") for part in expected[by])]
    table = ask(*words).out
    assert all(part in table for part in expected[by] if part)


def test_an_account_that_is_not_there_yet_is_said(ask: Ask, data: Path) -> None:
    """A group may name accounts to come; a likely slip is pointed out, and nothing is refused."""
    answer = ask("--data", data, "accounts", "group", "@later", "org/globx", "/org/globex/")
    assert (answer.code, answer.out) == (0, "@later covers org/globex.\n")
    assert "No account matches 'org/globx' so far. Did you mean 'org/globex'?" in answer.err
    made = ask("--data", data, "accounts", "group", "none", "elsewhere", "--json")
    assert json.loads(made.out) == {"name": "none", "members": ["elsewhere"], "accounts": []}


def test_a_group_is_replaced_and_forgotten(ask: Ask, data: Path) -> None:
    """The same name again takes the place of what it was; ungroup leaves the accounts alone."""
    assert ask("--data", data, "accounts", "group", "eu", "org/globex").code == 0
    words = ("--data", data, "report", "actions", *ALL, "--account", "@eu", "--format", "json")
    assert [row["requests"] for row in printed(ask, *words)["rows"]] == [4]
    gone = printed(ask, "--data", data, "accounts", "ungroup", "@eu", "--json")
    assert gone == {"name": "eu", "members": ["org/globex"]}
    assert printed(ask, "--data", data, "accounts", "list", "--json")["groups"] == []
    answer = ask(*words)
    assert (answer.code, answer.out) == (3, "")
    assert "vaultmeter accounts group NAME ACCOUNT" in answer.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("accounts ungroup euu", 3, "There is no group 'euu'. Did you mean 'eu'?"),
        ("accounts group a/b org", 2, "A group cannot be called 'a/b'."),
        ("accounts group eu @us", 2, "A group holds accounts, and '@us' is none."),
        ("accounts group eu", 2, "ACCOUNT"),
        ("report users --account @euu", 3, "There is no group 'euu'. Did you mean 'eu'?"),
        ("get-analytics-data --account @euu", 3, "There is no group 'euu'."),
        ("report users --by acount", 2, "Did you mean 'account'?"),
        ("report users --by account --sql", 2, "--sql, --by and --layout exclude each other."),
        ("report users --layout akeyless", 2, "It is one of password-manager."),
        ("report unused --days 0", 2, "0 days cannot be looked at."),
        ("report leaver", 2, "The report 'leaver' is about one user. Add --user NAME."),
    ],
)
def test_what_is_wrong_is_said(ask: Ask, data: Path, words: str, code: int, said: str) -> None:
    """A mistake ends with its exit code, one error on standard error, and a hint."""
    answer = ask("--data", data, *words.split())
    assert (answer.code, answer.out) == (code, "")
    assert said in " ".join(answer.err.split())


def test_the_file_of_the_password_manager(ask: Ask, data: Path, tmp_path: Path) -> None:
    """--layout akeyless writes the file that the original's console exports."""
    file = tmp_path / "PasswordManagerReport.json"
    words = ("report", "password-manager", *ALL, "--layout", "akeyless", "--output", file)
    answer = ask("--data", data, *words)
    assert (answer.code, answer.out) == (0, "")
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["clientsByMonth"].keys() == document["secretsByMonth"].keys()
    assert document["time"] > 10**12


def test_days_stand_in_the_answer(ask: Ask, data: Path) -> None:
    """--days says how far back a report looks, whatever the beginning of the range."""
    words = ("report", "leaver", "--user", "ada*", "--to", "2026-11-30", "--days", "40")
    document = printed(ask, "--data", data, *words, "--format", "json")
    assert document["period"]["from"].startswith("2026-10-22")
    assert {row["how"] for row in document["rows"]} == {"read"}
    assert "Looked at: the last 40 days of the range, by its end." in document["notes"]
