"""`auth` prints a token for a key, wherever it is asked."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Ask
from tests.cli.test_roles import bearer, new, served

__all__ = ["new"]


def credentials(folder: Path) -> list[str]:
    """Spell the options of the key that may do everything."""
    access_id, _, key = bearer(folder).partition(":")
    return ["--access-id", access_id, "--access-key", key]


def test_it_prints_what_the_akeyless_command_prints(ask: Ask, new: Path) -> None:
    """Two lines, or with --json an object with the token."""
    answer = ask("--data", new, "auth", *credentials(new))
    told = json.loads(ask("--data", new, "auth", *credentials(new), "--json").out)
    first, second = answer.out.splitlines()
    assert first == "Authentication succeeded."
    assert second.startswith("Token: t-")
    assert told["token"].startswith("t-")
    assert (answer.code, answer.err) == (0, "")


def test_a_token_opens_the_server(ask: Ask, new: Path) -> None:
    """The token of a server, over its socket or the network, asks what the key may ask."""
    with served(new) as server:
        url = f"http://127.0.0.1:{server.port}"
        for where in (("--data", new), ("--url", url)):
            told = json.loads(ask(*where, "auth", *credentials(new), "--json").out)
            roles = ask("--url", url, "--key", told["token"], "list-roles", "--json")
            assert [role["name"] for role in json.loads(roles.out)] == ["admin", "reader"]


def test_the_key_may_be_in_the_environment(
    ask: Ask, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where others on the machine see command lines, the environment has the key."""
    monkeypatch.setenv("VAULTMETER_KEY", bearer(new))
    assert ask("--data", new, "auth").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--access-id", "p-x", "--access-key", "y"], 6, "No key has this access id"),
        (["--access-id", "p-x"], 2, "The access id or the access key is missing."),
        ([], 2, "The access id or the access key is missing."),
        (["--access-type", "saml"], 2, "--access-type 'saml' is not possible here."),
    ],
)
def test_what_is_wrong_is_said(ask: Ask, new: Path, words: list[str], code: int, said: str) -> None:
    """A wrong key is not allowed, a missing one is not understood; nothing is printed."""
    answer = ask("--data", new, "auth", *words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
