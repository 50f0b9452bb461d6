"""Explaining a number on the command line: its rule, SQL and events, as text and as JSON."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Answer, Ask

from vaultmeter.app import App
from vaultmeter.settings import Settings

SPRING = ("--from", "2026-02-01", "--to", "2026-06-30", "--tz", "Asia/Kathmandu")


def explained(ask: Ask, data: Path, *words: str) -> dict[str, Any]:
    """The object that explaining answers."""
    answer = ask("--data", data, "explain", *words, *SPRING, "--json")
    assert (answer.code, answer.err) == (0, "")
    document: dict[str, Any] = json.loads(answer.out)
    return document


def shown(ask: Ask, data: Path, *words: str) -> Answer:
    """What explaining prints."""
    return ask("--data", data, "explain", *words, *SPRING)


def test_the_number_is_that_of_the_report(ask: Ask, simulated: Path) -> None:
    """Number, row and range are those of the report, and the events counted give the number."""
    report = ask("--data", simulated, "report", "users", *SPRING, "--format", "json")
    row = json.loads(report.out)["rows"][0]
    names = ("--row", f"user={row['user']}", "--row", f"account={row['account']}")
    found = explained(ask, simulated, "users", "--cell", "requests", *names, "--size", "7")
    assert found["value"] == found["counted"] == found["total"] == row["requests"]
    assert found["agrees"] is True
    assert found["row"] == {"user": row["user"], "account": row["account"]}
    assert found["column"]["name"] == "requests"
    assert found["period"]["time_zone"] == "Asia/Kathmandu"
    assert len(found["events"]) == 7
    assert {event["user"] for event in found["events"]} == {row["user"]}
    assert {event["file"] for event in found["events"]} == {"simulated"}
    assert all(event["line"] > 0 and event["time"].endswith("Z") for event in found["events"])
    assert sum(source["events"] for source in found["sources"]) == found["total"]


def test_the_text_says_rule_number_sql_and_events(ask: Ask, simulated: Path) -> None:
    """People read the number, the rule, the second count, the SQL, and the newest events."""
    found = explained(ask, simulated, "overview", "--cell", "unique_users", "--size", "3")
    text = shown(ask, simulated, "overview", "--cell", "unique_users", "--size", "3")
    assert (text.code, text.err) == (0, "")
    lines = text.out.splitlines()
    assert lines[0] == f"unique_users: {found['value']:,}"
    assert f"Counted again: {found['value']:,} (equal)" in lines
    assert f"  {found['rule']}" in lines
    assert all(f"  {line}".rstrip() in lines for line in found["query"].splitlines())
    assert f"1 to 3 of {found['total']:,} events, newest first" in lines
    assert f"1 to 3 of {found['value']:,} counted once each" in lines
    assert "More: --page 2" in lines
    for event in found["events"]:
        assert any(f"{event['file']}:{event['line']}" in line for line in lines)


def test_pages_follow_each_other(ask: Ask, simulated: Path) -> None:
    """The second page goes on where the first one ends; behind the last one is nothing."""
    words = ("overview", "--cell", "failed_logins")
    whole = explained(ask, simulated, *words, "--size", "1000")
    pages = [explained(ask, simulated, *words, "--size", "2", "--page", n) for n in ("1", "2")]
    assert whole["events"][:4] == pages[0]["events"] + pages[1]["events"]
    beyond = shown(ask, simulated, *words, "--page", "1000")
    assert f"None of {whole['total']:,} events, newest first" in beyond.out


def test_the_sql_stands_alone(ask: Ask, simulated: Path) -> None:
    """--sql prints the whole statement, with its values above it, and nothing else."""
    words = ("overview", "--cell", "denied")
    text = shown(ask, simulated, *words, "--sql").out
    assert text == explained(ask, simulated, *words)["statement"]
    assert text.startswith("-- $")
    assert "-- $period_start = 2026-01-31 18:15:00" in text
    assert "from event" in text


def test_what_is_worked_out_has_a_sentence(ask: Ask, simulated: Path) -> None:
    """A number that no events are counted for says from what it is worked out."""
    words = ("overview", "--cell", "change", "--row", "measure=denied")
    text = shown(ask, simulated, *words)
    assert text.code == 0
    assert "The value less the value compared with." in text.out
    assert "Counted again" not in text.out
    assert explained(ask, simulated, *words)["statement"] is None


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("users", "--cell", "requests"), 2, "rows match"),
        (("users", "--cell", "requests", "--row", "ann"), 2, "--row 'ann' is no pair"),
        (("users", "--cell", "requests", "--row", "=ann"), 2, "--row '=ann' is no pair"),
        (("users", "--cell", "requests", "--row", "user=ann"), 3, "no row with user 'ann'"),
        (("users", "--cell", "request"), 3, "Did you mean 'requests'?"),
        (("user", "--cell", "requests"), 2, "is about one user"),
        (("nothing", "--cell", "requests"), 3, "There is no report 'nothing'"),
        (("overview", "--cell", "denied", "--size", "0"), 2, "no page 1 of 0 events"),
    ],
)
def test_a_wrong_question_says_what_to_write(
    ask: Ask, simulated: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    """What cannot be found ends with an error and a hint, and prints no answer."""
    answer = shown(ask, simulated, *words)
    assert answer.code == code
    assert message in answer.err
    assert not answer.out


def test_a_number_without_its_events_is_an_error(ask: Ask, simulated: Path, tmp_path: Path) -> None:
    """When a rollup has more than its events, the command says so loudly and ends with 1."""
    data = tmp_path / "data"
    shutil.copytree(simulated, data)
    with App(Settings(data=data)) as app:
        app.store.run("update usage_month set denied = denied + 1")
    whole = ("--from", "2026-02-01", "--to", "2026-06-30", "--tz", "UTC")
    answer = ask("--data", data, "explain", "overview", "--cell", "denied", *whole)
    assert answer.code == 1
    assert "THE EVIDENCE DOES NOT GIVE THE NUMBER" in answer.err
    assert "NOT EQUAL" in answer.out


def test_events_that_retention_deleted_are_missed_in_a_note(
    ask: Ask, simulated: Path, tmp_path: Path
) -> None:
    """Where totals outlived their events, the statement still comes, and a note says why."""
    data = tmp_path / "data"
    shutil.copytree(simulated, data)
    with App(Settings(data=data)) as app:
        app.store.run("delete from event where time < timestamp '2026-04-01'")
        app.store.run("insert into cut_off values ('sm', timestamp '2026-04-01')")
    whole = ("--from", "2026-02-01", "--to", "2026-06-30", "--tz", "UTC")
    words = ("--data", data, "explain", "overview", "--cell", "denied", *whole)
    answer = ask(*words)
    assert (answer.code, answer.err) == (0, "")
    assert "Note: Events before 2026-04-01 were deleted by retention" in answer.out
    assert "not all of its events are there" in answer.out
    found = json.loads(ask(*words, "--json").out)
    assert found["counted"] < found["value"]
    assert found["statement"]
