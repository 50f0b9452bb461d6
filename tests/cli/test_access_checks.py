"""`vaultmeter check` of who may come in: each trouble is named, with what mends it."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Ask

SECRET_KEY = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ="  # noqa: S105  of a test's folder


@pytest.fixture
def data(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder, and a home without profiles."""
    monkeypatch.setenv("VAULTMETER_RESERVE_BYTES", "0")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    path = tmp_path / "data"
    assert ask("--data", path, "users", "list").code == 0
    return path


def state(ask: Ask, data: Path, name: str, *words: Path | str) -> tuple[str | None, str]:
    """Check; answers the state of a finding and its words, with what to do."""
    answer = ask("--data", data, "check", "--json", *words)
    found: dict[str, Any] = {each["name"]: each for each in json.loads(answer.out)["findings"]}
    if name not in found:
        return None, ""
    if found[name]["state"] == "wrong":
        assert answer.code == 1
        assert found[name]["hint"]
    return found[name]["state"], f"{found[name]['words']} {found[name]['hint']}"


@pytest.mark.parametrize(
    ("listen", "proxies", "expected"),
    [
        ("127.0.0.1:8080", "", "ok"),
        ("[::1]:8080", "", "ok"),
        ("localhost:8080", "", "ok"),
        ("0.0.0.0:8080", "", "wrong"),
        (":8080", "", "wrong"),
        ("10.1.2.3:8080", "", "wrong"),
        ("0.0.0.0:8080", "10.0.0.7", "ok"),
        ("nonsense", "", "wrong"),
    ],
)
def test_a_listener_for_others_speaks_https(
    ask: Ask, data: Path, monkeypatch: pytest.MonkeyPatch, listen: str, proxies: str, expected: str
) -> None:
    """Where other machines connect without TLS, and behind no proxy, that is wrong."""
    monkeypatch.setenv("VAULTMETER_LISTEN", listen)
    monkeypatch.setenv("VAULTMETER_TRUSTED_PROXIES", proxies)
    assert state(ask, data, "listener")[0] == expected


def test_nobody_who_can_sign_in_is_worth_a_look(ask: Ask, data: Path) -> None:
    """A folder without users, or with disabled ones alone, lets nobody in."""
    assert state(ask, data, "users")[0] == "look"
    for name in ("ada", "bob"):
        ask("--data", data, "users", "add", name, "--role", "reader")
    assert state(ask, data, "users") == ("ok", "2 can sign in. ")
    for name in ("ada", "bob"):
        ask("--data", data, "users", "disable", name)
    assert state(ask, data, "users")[0] == "look"


def test_keys_that_others_read(
    ask: Ask, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The secret key and the files of profiles are for their own user alone."""
    key = tmp_path / "the.key"
    key.write_text(SECRET_KEY)
    monkeypatch.setenv("VAULTMETER_SECRET_KEY_FILE", str(key))
    profile = tmp_path / "home" / "vaultmeter" / "profiles" / "prod.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text('url = "https://usage.acme.com"\n')
    for path in (key, profile):
        for mode, expected in ((0o600, "ok"), (0o640, "wrong"), (0o604, "wrong")):
            path.chmod(mode)
            found, words = state(ask, data, f"secret {path}")
            assert found == expected
            assert (f"chmod go= {path}" in words) == (expected == "wrong")
    key.unlink()
    assert state(ask, data, f"secret {key}")[0] == "wrong"


def test_the_key_in_the_folder(ask: Ask, data: Path) -> None:
    """The key that was made in the folder is found like everything else that others may read."""
    ask("--data", data, "users", "add", "ada")
    assert state(ask, data, "permissions")[0] == "ok"
    (data / "secret.key").chmod(0o644)
    found, words = state(ask, data, "permissions")
    assert found == "wrong"
    assert "secret.key" in words


def test_providers_that_nobody_comes_back_from(
    ask: Ask, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Providers need the address where people reach the server, and TLS or leave to go without."""
    add = ("--data", data, "providers", "add")
    assert state(ask, data, "public_url")[0] is None
    ask(*add, "near", "--issuer", "http://10.1.2.3:8200/v1", "--client-id", "c")
    ask(*add, "okta", "--issuer", "https://acme.okta.com", "--client-id", "c")
    for url, expected in (
        ("", "wrong"),
        ("http://usage.acme.com", "wrong"),
        ("https://usage.acme.com", "ok"),
    ):
        monkeypatch.setenv("VAULTMETER_PUBLIC_URL", url)
        assert state(ask, data, "public_url")[0] == expected
    assert state(ask, data, "provider okta")[0] == "ok"
    found, words = state(ask, data, "provider near")
    assert (found, "egress_allow: 10.1.2.3:8200" in words) == ("wrong", True)
    monkeypatch.setenv("VAULTMETER_EGRESS_ALLOW", "10.1.2.3:8200")
    assert state(ask, data, "provider near")[0] == "look"
    assert state(ask, data, "egress_allow")[0] == "ok"
    monkeypatch.setenv("VAULTMETER_EGRESS_ALLOW", "10.1.2.3:8200,*")
    assert state(ask, data, "egress_allow")[0] == "wrong"


def test_a_trail_that_was_changed(ask: Ask, data: Path) -> None:
    """A trail that is not as it was written is told."""
    assert state(ask, data, "trail") == ("ok", "Nothing was written into it so far. ")
    ask("--data", data, "users", "add", "ada")
    assert state(ask, data, "trail")[0] == "ok"
    connection = sqlite3.connect(data / "state.sqlite")
    connection.execute("update trail set who = 'somebody else' where seq = 1")
    connection.commit()
    connection.close()
    assert state(ask, data, "trail")[0] == "wrong"
