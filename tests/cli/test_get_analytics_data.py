"""`get-analytics-data` prints what the product page promises, to the real jq program."""

import json
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from tests.conftest import run, run_json

from vaultmeter.demo.sample import audit_log, truth
from vaultmeter.model.errors import NotFound

PAGE = {
    "large types": ".usage_reports.sm.secrets_by_types | to_entries[] | select(.value > 100)",
    "totals": ".usage_reports.sm | {total_clients, total_secrets}",
    "methods": ".usage_reports.sm.clients_by_auth_method_types",
    "top types": ".usage_reports.sm.secrets_by_types | to_entries | sort_by(-.value) | .[:5]",
    "exceeded": ".clients_usage_reports.sm.clients[] | select(.exceeded_clients > 0)",
    "agents": ".usage_reports.sm.ai_clients",
}
"""The jq lines of the product page."""
JQ = which("jq") or "jq is missing: apt-get install jq"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder that holds the real sample."""
    folder = tmp_path_factory.mktemp("analytics") / "data"
    run_json("--data", folder, "ingest", "openbao", audit_log(), "--account", "acme", "--json")
    return folder


@pytest.fixture(scope="module")
def document(data: Path) -> dict[str, Any]:
    """Give the document, as the bare command prints it."""
    answer: dict[str, Any] = run_json("--data", data, "get-analytics-data", "--range", "all")
    return answer


@pytest.mark.parametrize(
    "flags", [[], ["--json"], ["--json=true"], ["--json", "true"], ["--json", "false"]]
)
def test_it_is_json_however_it_is_asked(data: Path, flags: list[str]) -> None:
    """The document is printed with and without --json, and with what people write behind it."""
    answer = run_json("--data", data, "get-analytics-data", *flags)

    assert set(answer) == {
        "analytics_data",
        "certificates_expiry_data",
        "clients_usage_reports",
        "date_updated",
        "usage_reports",
    }


def test_totals_are_the_truth(document: dict[str, Any]) -> None:
    """Clients are the actors that succeeded, secrets what the workload made, each type counted."""
    succeeded = [
        actor
        for actor, deeds in truth()["by_actor"].items()
        if set(deeds) - {"login_failed", "denied", "secret_missing"}
    ]

    summary = document["usage_reports"]["sm"]

    assert summary["total_clients"] == len(succeeded)
    assert summary["secrets_by_types"] == {"classic_key": 3 * 4, "static_secret": 3 * (60 + 20)}


def test_parts_add_up_to_totals(document: dict[str, Any]) -> None:
    """Clients by method and secrets by type add up, for every product, and rows match totals."""
    for product, summary in document["usage_reports"].items():
        assert sum(summary["clients_by_auth_method_types"].values()) == summary["total_clients"]
        assert sum(summary["secrets_by_types"].values()) == summary["total_secrets"]
        assert document["clients_usage_reports"][product]["total_clients"] == len(
            document["clients_usage_reports"][product]["clients"]
        )


def test_types_are_those_the_sdk_parses(document: dict[str, Any]) -> None:
    """Integers are integers, table cells are strings, and the two times have their two types."""
    assert isinstance(document["date_updated"], int)
    assert isinstance(document["usage_reports"]["sm"]["time"], int)
    assert document["clients_usage_reports"]["sm"]["time"].endswith("Z")
    assert all(
        isinstance(cell, str)
        for table in document["analytics_data"].values()
        for row in table
        for cell in row
    )


def test_an_empty_folder_has_every_key_the_jq_lines_need(tmp_path: Path) -> None:
    """Without data the documented paths exist and are empty, so that no jq line fails."""
    answer = run_json("--data", tmp_path, "get-analytics-data")

    assert answer["usage_reports"]["sm"]["total_clients"] == 0
    assert answer["clients_usage_reports"]["sm"]["clients"] == []


@pytest.mark.parametrize("name", PAGE)
def test_the_jq_lines_of_the_page_run(data: Path, document: dict[str, Any], name: str) -> None:
    """The real jq program makes of our output what the option --jq-expression makes of it."""
    printed = run("--data", data, "get-analytics-data", "--json", "--range", "all")

    by_jq = subprocess.run(  # noqa: S603  a line of the page
        [JQ, PAGE[name]], input=printed.stdout, capture_output=True, check=True
    )
    by_option = run(
        "--data", data, "get-analytics-data", "--range", "all", "--jq-expression", PAGE[name]
    )

    assert _values(by_jq.stdout) == _values(by_option.stdout)
    assert document["usage_reports"]["sm"]["total_clients"] == 144


def test_large_types_are_selected(data: Path) -> None:
    """The first line of the page selects the one type with more than 100 items."""
    line = PAGE["large types"]

    done = run("--data", data, "get-analytics-data", "--range", "all", "--jq-expression", line)

    assert _values(done.stdout) == [{"key": "static_secret", "value": 240}]


def test_an_account_that_nobody_knows_is_refused(data: Path) -> None:
    """The document has no place for notes: a mistyped account is an error with the nearest one."""
    done = run("--data", data, "get-analytics-data", "--range", "all", "--account", "acm")

    assert done.stdout == b""
    assert done.stderr == b"vaultmeter: No account matches 'acm'.\nDid you mean 'acme'?\n"
    assert done.returncode == NotFound.exit_code


def test_a_wrong_jq_expression_is_refused(data: Path) -> None:
    """An expression that does not compile ends with exit code 2 and a sentence."""
    done = run("--data", data, "get-analytics-data", "--jq-expression", ".[")

    assert done.returncode == 2
    assert b"jq expression failed" in done.stderr
    assert done.stdout == b""


def _values(printed: bytes) -> list[Any]:
    decoder, text, values = json.JSONDecoder(), printed.decode().strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:].lstrip()
    return values
