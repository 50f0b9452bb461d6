"""`vaultmeter schedules`: added, shown with its next runs, changed, run and removed."""

import json
from pathlib import Path

from tests.cli.conftest import Ask

ADD = (
    *("schedules", "add", "Board", "--report", "users", "--range", "last-month"),
    *("--account", "acme/*", "--format", "csv", "--every", "monthly", "--on", "last"),
    *("--at", "18:00", "--tz", "Europe/Berlin", "--recipient", "ada@example.org"),
)


def test_add_change_and_remove(ask: Ask, tmp_path: Path) -> None:
    """What was said is told again in words, by number and by name, until it is removed."""
    data = tmp_path / "data"
    assert "There is no schedule" in ask("--data", data, "schedules", "list").out
    first, *following = ask("--data", data, *ADD).out.splitlines()
    assert first == (
        "1 Board: users as csv, to ada@example.org,"
        " monthly on last at 18:00 (Europe/Berlin), by operator."
    )
    assert len(following) == 5
    assert all(" 18:00 (" in each for each in following)
    asked = ("schedules", "change", "1", "--cron", "30 7 * * mon-fri", "--no-recipients")
    changed = json.loads(ask("--data", data, *asked, "--json").out)
    assert (changed["every"], changed["cron"]) == ("cron", "30 7 * * mon-fri")
    assert (changed["at"], changed["recipients"]) == ("", [])
    assert changed["report"] == {"report": "users", "range": "last-month", "account": ["acme/*"]}
    assert "Paused: By hand." in ask("--data", data, "schedules", "pause", "Board").out
    assert "Paused" not in ask("--data", data, "schedules", "resume", "Board").out
    assert ask("--data", data, "schedules", "remove", "Board").out == "Removed Board.\n"
    assert ask("--data", data, "schedules", "show", "Board").code == 3


def test_run_by_hand_waits_for_a_server(ask: Ask, tmp_path: Path) -> None:
    """Without a server a run waits, and is listed as it does."""
    data = tmp_path / "data"
    ask("--data", data, *ADD)
    assert "waits for the server" in ask("--data", data, "schedules", "run", "Board").out
    (run,) = json.loads(ask("--data", data, "schedules", "runs", "Board", "--json").out)
    assert (run["way"], run["state"], run["asked_by"]) == ("manual", "planned", "operator")
    assert " manual, " in ask("--data", data, "schedules", "runs", "Board").out


def test_what_is_not_said_is_asked_for(ask: Ask, tmp_path: Path) -> None:
    """Without a timing nothing is added, and the operator has no address for a test."""
    data = tmp_path / "data"
    answer = ask("--data", data, "schedules", "add", "Board", "--report", "users")
    assert answer.code == 2
    assert "Give --every or --cron." in answer.err
    ask("--data", data, *ADD)
    assert "no address" in ask("--data", data, "schedules", "test", "Board").err
