"""Checks that nothing is fetched at run time: everything works with the network cut off."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.conftest import Folder, command, environment, sample

_CUT_OFF = ("unshare", "--net")


def cut_off(*words: Path | str) -> bytes:
    """Run a command that must succeed where there is no network at all; answers its output."""
    program = shutil.which(_CUT_OFF[0])
    assert program is not None
    assert os.geteuid() == 0, "Cutting the network off needs root: run make test as root."
    done = subprocess.run(  # noqa: S603  our own program
        [program, *_CUT_OFF[1:], *command(*words)],
        env=environment({}),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Give the real log."""
    path = tmp_path / "audit.log"
    path.write_bytes(sample())
    return path


def test_everything_works_without_a_network(folder: Folder, log: Path) -> None:
    """Ingest, reports, evidence, settings and the check answer as they do with a network."""
    cut_off("--data", folder.path, "ingest", "openbao", log, "--account", "acme")

    words = ("report", "users", "--range", "all", "--format", "json")
    told = json.loads(cut_off("--data", folder.path, *words))
    cut_off(
        "--data", folder.path, "explain", "overview", "--cell", "secrets_read", "--range", "all"
    )
    cut_off("--data", folder.path, "settings")
    cut_off("--data", folder.path, "get-analytics-data", "--jq-expression", ".usage_reports | keys")
    cut_off("--data", folder.path, "check")

    people = {row["user"]: row["secrets_read"] for row in folder.report("users", who="people")}
    assert {row["user"]: row["secrets_read"] for row in told["rows"]} == people
    assert sum(people.values()) > 300
