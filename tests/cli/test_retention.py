"""`vaultmeter retention` as people and programs use it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Ask
from tests.conftest import event, ndjson


@pytest.fixture
def data(ask: Ask, tmp_path: Path) -> Path:
    """Give a folder with an event of three years ago and one of today."""
    now = datetime.now(UTC)
    log = tmp_path / "audit.log"
    log.write_bytes(
        ndjson(
            event(1, time=(now - timedelta(days=1_100)).isoformat()),
            event(2, time=now.isoformat()),
        )
    )
    assert ask("--data", tmp_path / "data", "ingest", "events", log).code == 0
    return tmp_path / "data"


def test_show_set_apply(ask: Ask, data: Path) -> None:
    """What was set is shown with what applying deletes; applying deletes it and is recorded."""
    assert ask("--data", data, "retention", "set", "pm", "forever").code == 0
    shown = json.loads(ask("--data", data, "retention", "show", "--json").out)
    dry = ask("--data", data, "retention", "apply", "--dry-run")
    done = ask("--data", data, "retention", "apply")
    after = ask("--data", data, "retention", "show")

    assert [(row["product"], row["months"], row["events"]) for row in shown["products"]] == [
        ("sm", 12, 1),
        ("pm", None, 0),
        ("sra", 12, 0),
    ]
    assert shown["runs"] == []
    assert dry.code == 0
    assert "pm        forever" in dry.out
    assert done.code == 0, done.err
    assert "1 events of sm from before" in done.out
    assert done.out in after.out
    assert ask("--data", data, "retention", "apply").out == "Nothing is older than was decided.\n"


def test_apply_as_json(ask: Ask, data: Path) -> None:
    """Programs get the runs with instants in UTC, and how many lines are deleted."""
    answer = json.loads(ask("--data", data, "retention", "apply", "--json").out)

    assert answer["lines"] == 1
    assert [(run["product"], run["events"]) for run in answer["runs"]] == [("sm", 1)]
    assert answer["runs"][0]["before"].endswith("-01T00:00:00Z")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sn", "12"), "There is no product 'sn'"),
        (("sm", "0"), "'0' is no number of months"),
        (("sm", "1201"), "'1201' is no number of months"),
        (("sm", "always"), "'always' is no number of months"),
    ],
)
def test_what_cannot_be_set(ask: Ask, data: Path, words: tuple[str, str], message: str) -> None:
    """An unknown product or a number that makes no sense is refused in a sentence."""
    refused = ask("--data", data, "retention", "set", *words)

    assert refused.code == 2
    assert message in refused.err
