"""`vaultmeter users` and `groups`: who signs in, with what, made and changed on a folder."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, Ask
from tests.conftest import command, environment

PASSWORD = "seven lazy otters"  # noqa: S105  nobody's


def piped(*words: str | Path, text: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command that reads a text."""
    return subprocess.run(  # noqa: S603  our own program
        command(*words), input=text.encode(), capture_output=True, env=environment({}), check=False
    )


def test_a_user_is_added_with_a_random_password(ask: Ask, tmp_path: Path) -> None:
    """The password alone is on standard output, once; the list tells everything but it."""
    data = tmp_path / "data"
    added = ask(
        "--data", data, "users", "add", "ada", "--email", "ada@example.org", "--role", "admin"
    )
    assert added.code == 0
    password = added.out.strip()
    assert len(password) >= 25
    assert password not in added.err
    told = json.loads(ask("--data", data, "users", "add", "bob", "--json").out)
    assert told["password"] != password
    listed = json.loads(ask("--data", data, "users", "list", "--json").out)
    assert [(user["name"], user["roles"]) for user in listed] == [("ada", ["admin"]), ("bob", [])]
    assert "password" not in str(listed).replace("has_password", "")
    text = ask("--data", data, "users", "list").out
    assert "ada <ada@example.org>: admin" in text
    assert "bob: no role" in text


def test_nobody_is_told_to_be_nobody(ask: Ask, tmp_path: Path) -> None:
    """An empty folder says how the first user is made."""
    assert "users add" in ask("--data", tmp_path / "d", "users", "list").out
    assert "groups create" in ask("--data", tmp_path / "d", "groups", "list").out


def test_a_password_is_read_from_standard_input(tmp_path: Path) -> None:
    """A password of one's own is read as one line, checked, and printed nowhere."""
    data = tmp_path / "data"
    words = ("--data", data, "users", "add", "ada", "--role", "reader", "--password-stdin")
    done = piped(*words, text=PASSWORD + "\n")
    assert (done.returncode, done.stdout) == (0, b"")
    assert PASSWORD.encode() not in done.stderr
    for text, code in (("short\n", 2), ("password1234\n", 2), ("", 2), ("vaultmeter-2026\n", 2)):
        changed = piped("--data", data, "users", "password", "ada", "--password-stdin", text=text)
        assert changed.returncode == code, text
    changed = piped("--data", data, "users", "password", "ada", "--password-stdin", text=PASSWORD)
    assert changed.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("add", "ADA"), 2, "another name"),
        (("add", "eve", "--role", "raeder"), 3, "reader"),
        (("add", "eve", "--email", "nowhere"), 2, "NAME@HOST"),
        (("disable", "aad"), 3, "ada"),
        (("enable", "nobody"), 3, "ada"),
        (("password", "nobody"), 3, "ada"),
        (("disable", "ada"), 2, "somebody else"),
    ],
)
def test_what_is_wrong_says_what_to_do(
    ask: Ask, tmp_path: Path, words: tuple[str, ...], code: int, hint: str
) -> None:
    """A name that is taken or unknown, and the last administrator, are told with a hint."""
    ask("--data", tmp_path / "d", "users", "add", "ada", "--role", "admin")
    answer = ask("--data", tmp_path / "d", "users", *words)
    assert answer.code == code
    assert answer.out == ""
    assert hint in answer.err


def test_a_user_is_disabled_and_enabled(ask: Ask, tmp_path: Path) -> None:
    """A disabled user stays in the list, and is enabled with what it had."""
    data = tmp_path / "data"
    for name in ("ada", "bob"):
        ask("--data", data, "users", "add", name, "--role", "admin")
    assert "disabled" in ask("--data", data, "users", "disable", "ada").out
    assert "ada: admin; disabled" in ask("--data", data, "users", "list").out
    told = json.loads(ask("--data", data, "users", "enable", "ada", "--json").out)
    assert (told["is_disabled"], told["roles"]) == (False, ["admin"])


def test_groups_are_filled_and_emptied(ask: Ask, tmp_path: Path) -> None:
    """A group is made, filled, listed, emptied and deleted."""
    data = tmp_path / "data"
    ask("--data", data, "users", "add", "ada")

    def groups(*words: str) -> Answer:
        return ask("--data", data, "groups", *words)

    assert groups("create", "auditors").out == "auditors: no role; nobody\n"
    assert groups("add", "auditors", "ada").out == "auditors: no role; ada\n"
    assert json.loads(groups("list", "--json").out)[0]["members"] == ["ada"]
    assert "in auditors" in ask("--data", data, "users", "list").out
    assert groups("add", "auditors", "ada").code == 2
    assert groups("add", "auditors", "nobody").code == 3
    assert groups("remove", "auditors", "ada").out == "auditors: no role; nobody\n"
    assert groups("remove", "auditors", "ada").code == 3
    assert groups("delete", "auditors").code == 0
    assert groups("delete", "auditors").code == 3


def test_files_of_the_folder_are_for_its_owner(ask: Ask, tmp_path: Path) -> None:
    """The secret key that the first act makes cannot be read by others."""
    ask("--data", tmp_path / "d", "users", "add", "ada")
    assert os.stat(tmp_path / "d" / "secret.key").st_mode & 0o077 == 0  # noqa: PTH116  its mode
