"""`vaultmeter trail` and `secrets`: what was done is read, verified, and survives a new key."""

import csv
import json
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from tests.cli.conftest import Ask


@pytest.fixture
def data(ask: Ask, tmp_path: Path) -> Path:
    """Give a folder in which some things were done."""
    folder = tmp_path / "data"
    for name in ("ada", "bob", "eve"):
        assert ask("--data", folder, "users", "add", name, "--role", "admin").code == 0
    assert ask("--data", folder, "users", "disable", "eve").code == 0
    return folder


def test_what_was_done_is_listed(ask: Ask, data: Path) -> None:
    """The trail is told as a table, as CSV and as JSON, the newest first."""
    table = ask("--data", data, "trail", "list").out
    assert [line.split()[0] for line in table.splitlines()[2:6]] == ["4", "3", "2", "1"]
    assert "user.disable" in table
    rows = list(
        csv.DictReader(StringIO(ask("--data", data, "trail", "list", "--format", "csv").out))
    )
    assert [(row["seq"], row["act"], row["object"]) for row in rows] == [
        ("4", "user.disable", "eve"),
        ("3", "user.add", "eve"),
        ("2", "user.add", "bob"),
        ("1", "user.add", "ada"),
    ]
    told = json.loads(ask("--data", data, "trail", "list", "--json").out)
    assert told == json.loads(ask("--data", data, "trail", "list", "--format", "json").out)
    assert [row["seq"] for row in told["rows"]] == [4, 3, 2, 1]
    assert told["rows"][0]["who"] == "operator"


def test_it_is_narrowed_and_comes_in_parts(ask: Ask, data: Path) -> None:
    """By act, by whom and since when; and what is older is told how to be asked for."""
    adds = ask("--data", data, "trail", "list", "--act", "*.add", "--limit", "2")
    assert "user.disable" not in adds.out
    assert "--before 2" in adds.err
    older = json.loads(ask("--data", data, "trail", "list", "--before", "2", "--json").out)
    assert ([row["seq"] for row in older["rows"]], older["next"]) == ([1], None)
    for words in (("--by", "ada"), ("--since", "2999-01-01"), ("--act", "role.*")):
        assert json.loads(ask("--data", data, "trail", "list", *words, "--json").out)["rows"] == []
    assert "Nothing" in ask("--data", data, "trail", "list", "--by", "ada").out
    assert ask("--data", data, "trail", "list", "--since", "yesterday").code == 2
    assert ask("--data", data, "trail", "list", "--format", "xslx").code == 2


def test_a_whole_trail_is_told_with_its_anchor(ask: Ask, data: Path) -> None:
    """Verifying ends with 0 where nothing was changed, also against an anchor of before."""
    anchor = json.loads(ask("--data", data, "trail", "verify", "--json").out)["anchor"]
    assert anchor.startswith("4:")
    ask("--data", data, "users", "enable", "eve")
    done = ask("--data", data, "trail", "verify", "--anchor", anchor)
    assert (done.code, done.out.startswith("The trail is whole: 5 entries.")) == (0, True)
    assert ask("--data", data, "trail", "verify", "--anchor", "nonsense").code == 2


def test_a_broken_trail_is_told_with_the_place(ask: Ask, data: Path) -> None:
    """Verifying ends with 1 and says where, when a row was changed or the end was cut off."""
    anchor = json.loads(ask("--data", data, "trail", "verify", "--json").out)["anchor"]
    with closing(sqlite3.connect(data / "state.sqlite")) as connection:
        connection.execute("update trail set who = 'mallory' where seq = 2")
        connection.commit()
        done = ask("--data", data, "trail", "verify")
        assert (done.code, "broken at 2" in done.out) == (1, True)
        told = ask("--data", data, "trail", "verify", "--json")
        assert (told.code, json.loads(told.out)["broken_at"]) == (1, 2)
        connection.execute("update trail set who = 'operator' where seq = 2")
        connection.execute("delete from trail where seq = 4")
        connection.commit()
    assert ask("--data", data, "trail", "verify").code == 0
    assert ask("--data", data, "trail", "verify", "--anchor", anchor).code == 1


def test_the_key_is_changed_and_the_trail_goes_on(ask: Ask, data: Path) -> None:
    """After a new key the old entries verify, and a lost key ends every act with what to do."""
    assert "is" in ask("--data", data, "secrets", "rotate").out
    told = json.loads(ask("--data", data, "secrets", "rotate", "--json").out)
    assert (len(told["older"]), told["sealed_again"]) == (2, 0)
    assert ask("--data", data, "trail", "verify").code == 0
    assert ask("--data", data, "secrets", "forget").out == "No secret is lost.\n"
    (data / "secret.key").unlink()
    for words in (("users", "disable", "eve"), ("trail", "verify"), ("secrets", "rotate")):
        done = ask("--data", data, *words)
        assert (done.code, "is lost" in done.err) == (2, True)
    assert ask("--data", data, "trail", "list").code == 0


def test_a_backup_says_that_the_key_is_kept_apart(ask: Ask, data: Path, tmp_path: Path) -> None:
    """The key is in no backup, which says so; a restored folder goes on once it is back."""
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    assert str(data / "secret.key") in ask("--data", data, "backup", backup).err
    key = (data / "secret.key").read_text()
    held = [path for path in backup.rglob("*") if path.is_file()]
    assert not any(key.strip().encode() in path.read_bytes() for path in held)
    assert str(restored / "secret.key") in ask("--data", restored, "restore", backup).err
    assert "is lost" in ask("--data", restored, "users", "disable", "bob").err
    (restored / "secret.key").write_text(key)
    (restored / "secret.key").chmod(0o600)
    assert ask("--data", restored, "users", "disable", "bob").code == 0
    assert ask("--data", restored, "trail", "verify").code == 0
