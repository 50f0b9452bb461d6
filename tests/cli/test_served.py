"""Questions while a server has the folder: every answer is what it is without one."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, Ask
from tests.cli.serving import serving
from tests.conftest import event, ndjson

ALL = ("--range", "all")
SPRING = ("--from", "2026-03-01", "--to", "2026-03-31", "--tz", "Europe/Paris")
QUESTIONS = (
    ("report", "users", *ALL),
    ("report", "users", *ALL, "--format", "json"),
    ("report", "items", *SPRING, "--format", "csv", "--limit", "5", "--sort", "-reads"),
    ("report", "activity", *SPRING, "--per", "day", "--format", "json"),
    ("report", "sessions", *SPRING, "--user", "*", "--format", "json"),
    ("report", "overview", *ALL, "--by", "account"),
    ("report", "clients", *ALL, "--account", "acme/*", "--format", "json"),
    ("report", "coverage", *ALL, "--format", "json"),
    ("report", "users", *SPRING, "--sql"),
    ("report", "password-manager", *SPRING, "--layout", "akeyless"),
    ("get-analytics-data", *SPRING),
    ("get-analytics-data", *SPRING, "--jq-expression", ".usage_reports | keys"),
    ("ledger",),
    ("ledger", "--json"),
    ("rejects",),
    ("rejects", "--json", "--source", "small"),
    ("rejects", "--raw", "--reason", "not_json"),
    ("sources", "list", "--json"),
    ("report", "nothing"),
    ("report", "users", "--range", "last-weak"),
    ("report", "users", "--sort", "nothing"),
    ("report", "users", "--account", "@nobody"),
    ("report", "user", *ALL),
    ("get-analytics-data", "--tz", "Berlin"),
    ("rejects", "--source", "nobody"),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, simulated: Path) -> Path:
    """Give a copy of the invented organisation, which a server may have."""
    copy = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(simulated, copy)
    return copy


def test_every_answer_is_the_same(ask: Ask, data: Path, tmp_path: Path) -> None:
    """Code, words and numbers to the byte, and errors with their hints, come from a server too."""
    log = tmp_path / "small.log"
    log.write_bytes(ndjson(event(1)) + b"nonsense\n\xff\xfe\n")
    assert ask("--data", data, "ingest", "events", log, "--source", "small").code == 0
    alone = [ask("--data", data, *words) for words in QUESTIONS]
    with serving(data):
        served = [ask("--data", data, *words) for words in QUESTIONS]
    for words, expected, answer in zip(QUESTIONS, alone, served, strict=True):
        assert untimed(answer) == untimed(expected), words
    assert sum(answer.code == 0 for answer in alone) == 18


def untimed(answer: Answer) -> Answer:
    """Leave out when a document was computed."""
    told = r'"(time|date_updated)": ("[\d-]+T[\d:]+Z"|\d{10,13})'
    return replace(answer, out=re.sub(told, r'"\1": now', answer.out))


def test_what_a_server_is_not_asked_says_who_has_the_folder(ask: Ask, data: Path) -> None:
    """A command that needs the folder to itself names the process, and what to do."""
    with serving(data) as process:
        answer = ask("--data", data, "simulate", "--events", "10")
    assert answer.code == 4
    assert f"Process {process.pid} is using {data}." in answer.err
