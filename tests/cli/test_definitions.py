"""`vaultmeter definitions` as a process: versions, and a preview held against two real reports."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Ask
from tests.conftest import run, run_json

JUNE = ("--from", "2026-06-01", "--to", "2026-06-30", "--tz", "Europe/Berlin")


@pytest.fixture
def data(simulated: Path, tmp_path: Path) -> Path:
    """Give a copy of the small organisation, whose definitions may be changed."""
    return Path(shutil.copytree(simulated, tmp_path / "data"))


def statuses(data: Path, *options: str) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Status and reason of each user, by name and account, as the report of users has them."""
    rows = run_json("--data", data, "report", "users", *JUNE, *options, "--format", "json")["rows"]
    found = {(row["user"], row["account"]): (row["status"], row["reason"]) for row in rows}
    assert len(found) == len(rows) > 10
    return found


def test_versions_through_the_real_process(data: Path) -> None:
    """A change is the next version, the same again is none, and the history has all with dates."""
    shown = run_json("--data", data, "definitions", "show", "--json")["status"]
    assert (shown["version"], shown["preset"], shown["made"]) == (1, "vaultmeter", None)
    done = run("--data", data, "definitions", "set", "--preset", "lastpass")
    assert done.stdout.decode() == "Status: version 2 (lastpass).\n"
    again = run("--data", data, "definitions", "set", "--preset", "lastpass")
    assert again.stdout.decode() == "Status: version 2 (lastpass). Nothing changed.\n"
    set_ = run_json("--data", data, "definitions", "set", "--window", "60", "--json")
    assert (set_["status"]["version"], set_["status"]["preset"]) == (3, "custom")
    assert set_["is_new_version"] is True
    back = run_json("--data", data, "definitions", "set", "--window", "30", "--json")
    assert (back["status"]["version"], back["status"]["preset"]) == (4, "lastpass")
    history = run_json("--data", data, "definitions", "show", "--history", "--json")["status"]
    assert [each["version"] for each in history] == [1, 2, 3, 4]
    assert [each["window_days"] for each in history] == [None, 30, 60, 30]
    assert all(each["made"].endswith("Z") for each in history[1:])
    lines = run("--data", data, "definitions", "show", "--history").stdout.decode().splitlines()
    assert [re.search(r"Version (\d)", line)[1] for line in lines] == ["1", "2", "3", "4"]  # type: ignore[index]


@pytest.mark.parametrize(
    "options",
    [
        ("--preset", "lastpass"),
        ("--preset", "bitwarden-labs", "--minimum", "4"),
        ("--window", "7", "--minimum", "9", "--dormancy", "20"),
        ("--intent", "none", "--kind", "rotation", "--kind", "item_added"),
        ("--preset", "vaultmeter"),
    ],
)
@pytest.mark.parametrize("narrowed", [(), ("--account", "acme/*")], ids=["all", "account"])
def test_a_preview_is_the_difference_of_two_reports(
    data: Path, options: tuple[str, ...], narrowed: tuple[str, ...]
) -> None:
    """Who changes, from what to what, is what the report of users tells before and after."""
    words = ("--data", data, "definitions")
    seen = run_json(*words, "preview", *options, *JUNE, *narrowed, "--limit", "1000", "--json")
    before = statuses(data, *narrowed)
    set_ = run_json(*words, "set", *options, "--json")
    after = statuses(data, *narrowed)

    assert set_["status"]["text"] == seen["proposed"]["text"]
    assert before.keys() == after.keys()
    expected = {
        who: (*before[who], *after[who]) for who in before if before[who][0] != after[who][0]
    }
    assert {
        (row["user"], row["account"]): (
            row["old_status"],
            row["old_reason"],
            row["new_status"],
            row["new_reason"],
        )
        for row in seen["rows"]
    } == expected
    assert seen["total"] == len(seen["rows"]) == len(expected)
    assert seen["identities"] == len(before)
    for name, found in (("old", before), ("new", after)):
        told = [status for status, _ in found.values()]
        assert seen[name] == {status: told.count(status) for status in seen[name]}
        assert sum(seen[name].values()) == len(before)
    assert sum(move["identities"] for move in seen["changes"]) == len(expected)
    others = [who for who in before if before[who] != after[who] and who not in expected]
    assert seen["other_reasons"] == len(others)


def test_a_preview_is_paged_and_sets_nothing(data: Path, ask: Ask) -> None:
    """Pages put together are the whole list, and the definition stays what it was."""
    words = ["--data", data, "definitions", "preview", "--window", "3", *JUNE]
    whole = json.loads(ask(*words, "--limit", "500", "--json").out)
    pages: list[Any] = []
    for offset in range(0, whole["total"], 4):
        page = json.loads(ask(*words, "--limit", "4", "--offset", str(offset), "--json").out)
        assert (page["total"], len(page["rows"]) <= 4) == (whole["total"], True)
        pages += page["rows"]
    assert pages == whole["rows"]
    assert whole["total"] > 4
    text = ask(*words, "--limit", "2").out
    assert f"{whole['total']} would change status:" in text
    assert f"Shown: 1 to 2 of {whole['total']}" in text
    assert whole["rows"][0]["user"] in text
    assert (
        json.loads(ask("--data", data, "definitions", "show", "--json").out)["status"]["version"]
        == 1
    )


def test_reports_print_the_version_they_use(data: Path) -> None:
    """The table has the short form, JSON the whole text; a report without status has neither."""
    run("--data", data, "definitions", "set", "--preset", "github")
    table = run("--data", data, "report", "users", *JUNE).stdout.decode()
    assert "\nStatus: version 2 (github)\n" in table
    document = run_json("--data", data, "report", "users", *JUNE, "--format", "json")
    assert document["definitions"]["status"].startswith("Version 2 (github)")
    assert "Status: version" not in run("--data", data, "report", "items", *JUNE).stdout.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--preset lastpas", "Did you mean 'lastpass'?"),
        ("--window month", "--window 'month' is no number of days."),
        ("--window 0", "window_days is 0; the least is 1."),
        ("--minimum 0", "minimum is 0; the least is 1."),
        ("--intent heartbeat", "Heartbeats and system work make nobody active."),
        ("--intent usage", "Unknown intent 'usage'. Did you mean 'use'?"),
        ("--kind logn", "Unknown kind 'logn'. Did you mean 'login'?"),
        ("--intent none", "No action would make anybody active."),
    ],
)
def test_what_is_no_definition_is_said(ask: Ask, tmp_path: Path, words: str, said: str) -> None:
    """A wrong setting ends with exit code 2, a sentence and no new version."""
    for verb in ("set", "preview"):
        answer = ask("--data", tmp_path / "data", "definitions", verb, *words.split())
        assert (answer.code, answer.out) == (2, "")
        assert said in " ".join(answer.err.split())
    shown = json.loads(ask("--data", tmp_path / "data", "definitions", "show", "--json").out)
    assert shown["status"]["version"] == 1
