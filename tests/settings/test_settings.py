"""Settings: from options, the environment, a file and defaults, in this order of precedence."""

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from tests.conftest import run, run_json

from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.settings import Settings, origins


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give a file that sets a number, a text and the folder."""
    path = tmp_path / "vaultmeter.toml"
    path.write_text('threads = 3\nmemory_limit = "2GB"\ndata = "/srv/data"\nlock_wait = 1\n')
    return path


def test_what_wins(config: Path) -> None:
    """An option wins over the environment, that over the file, that over the default."""
    environment = {"VAULTMETER_THREADS": "4", "VAULTMETER_DATA": "/from/environment"}
    settings = Settings.read(environment, config, data=Path("/from/option"))
    assert settings.data == Path("/from/option")
    assert settings.threads == 4
    assert settings.memory_limit == "2GB"
    assert settings.lock_wait == 1.0
    assert settings.max_depth == Settings().max_depth


def test_the_file_may_be_named_by_the_environment(config: Path, tmp_path: Path) -> None:
    """The variable names it unless an option names another."""
    environment = {"VAULTMETER_CONFIG": str(config)}
    assert Settings.read(environment).threads == 3
    other = tmp_path / "other.toml"
    other.write_text("threads = 5\n")
    assert Settings.read(environment, other).threads == 5
    assert Settings.read({"VAULTMETER_CONFIG": ""}).threads == 0


def test_every_value_says_where_it_comes_from(config: Path) -> None:
    """The list names option, variable or file, and has each setting once."""
    listed = origins({"VAULTMETER_THREADS": "4"}, config, data=Path("/x"))
    assert [setting.name for setting in listed] == [setting.name for setting in fields(Settings)]
    found = {setting.name: setting for setting in listed}
    assert found["data"].origin == "option --data"
    assert found["threads"].origin == "environment VAULTMETER_THREADS"
    assert found["memory_limit"].origin == f"file {config}"
    assert found["max_depth"].origin == "default"
    assert (found["threads"].type, found["threads"].default, found["threads"].value) == (
        "integer",
        0,
        4,
    )


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("thread = 3", "sets 'thread', which is no setting", "Did you mean 'threads'?"),
        ("threads = ", "cannot be understood", "Write TOML"),
        ('threads = "many"', "is 'many', not a number", "mend it"),
        ("threads = -1", "the least is 0", "Raise or unset"),
        ("[threads]\na = 1", "is no text, number or list", "name = value"),
        ("threads = 2026-11-22", "is no text, number or list", "name = value"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, said: str, hint: str) -> None:
    """It says which setting of which file, and what to do."""
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(Invalid, match=said) as refused:
        Settings.read({}, path)
    assert "wrong.toml" in refused.value.message
    assert hint in refused.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A file that was named and is missing is an error: the defaults were not meant."""
    with pytest.raises(NotFound, match=r"no file .*none\.toml"):
        Settings.read({}, tmp_path / "none.toml")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    """Whatever bytes the file has, the error is a sentence."""
    path = tmp_path / "wrong.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match="cannot be understood"):
        Settings.read({}, path)


def test_every_type_has_a_word() -> None:
    """What may be left out is of the type it has when it is there."""
    types = {setting.name: setting.type for setting in origins({})}
    for name, word in {
        "data": "path",
        "tls_key": "path",
        "trusted_proxies": "list",
        "metrics_open": "boolean",
        "threads": "integer",
        "lock_wait": "number",
        "memory_limit": "text",
    }.items():
        assert types[name] == word


def test_lists_and_booleans_of_a_file(tmp_path: Path) -> None:
    """TOML writes them its own way; the environment has commas and words."""
    path = tmp_path / "vaultmeter.toml"
    path.write_text('trusted_proxies = ["10.0.0.7", "10.1.0.0/16"]\nmetrics_open = true\n')
    settings = Settings.read({}, path)
    assert settings.trusted_proxies == ("10.0.0.7", "10.1.0.0/16")
    assert settings.metrics_open is True
    written = {"VAULTMETER_TRUSTED_PROXIES": "10.0.0.7, 10.1.0.0/16"}
    assert Settings.read(written).trusted_proxies == settings.trusted_proxies


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    """Of a secret only the origin is told, in words, as JSON, and when it is wrong."""
    secret = {"VAULTMETER_METRICS_KEY": "canary-7"}
    for words in (("settings",), ("settings", "--json")):
        done = run(*words, env=secret)
        assert b"environment VAULTMETER_METRICS_KEY" in done.stdout
        assert b"canary" not in done.stdout + done.stderr
    path = tmp_path / "vaultmeter.toml"
    path.write_text('metrics_key = {a = "canary-7"}\n')
    done = run("settings", "--config", path)
    assert done.returncode == 2
    assert b"canary" not in done.stdout + done.stderr


def test_the_command_lists_what_holds(config: Path, tmp_path: Path) -> None:
    """`settings` shows values with their origins; --config may stand anywhere, as --data may."""
    words = ("settings", "--config", config, "--data", tmp_path, "--json")
    listed = run_json(*words, env={"VAULTMETER_THREADS": "4"})
    found = {setting["name"]: setting for setting in listed}
    assert found["data"] == {
        "name": "data",
        "type": "path",
        "default": str(Settings().data),
        "value": str(tmp_path),
        "origin": "option --data",
    }
    assert (found["threads"]["value"], found["threads"]["default"]) == (4, 0)
    assert found["memory_limit"]["origin"] == f"file {config}"
    text = run("settings", f"--config={config}").stdout.decode()
    assert [line.split()[0] for line in text.splitlines()[1:]] == [each["name"] for each in listed]
    assert run("settings", "--config").returncode == 2
    wrong = run("reports", "--json", "--config", tmp_path / "none.toml")
    assert json.loads(wrong.stdout), "a command that needs no settings reads none"


def test_without_a_file_nothing_reads_one() -> None:
    """The reader of such files is loaded when there is one: every start would pay for it."""
    script = "import sys; from vaultmeter.settings import Settings; Settings.read();"
    script += "raise SystemExit('tomllib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=False)  # noqa: S603  ours
    assert done.returncode == 0
