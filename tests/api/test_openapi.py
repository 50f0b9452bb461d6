"""The description of the API, and what a machine that has read it finds out."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.api.browser import place_of
from tests.api.examples import examples as examples_of
from tests.api.examples import shape
from tests.api.served import Served, make, served

from vaultmeter.api.v1.examples import examples

_SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
_SETTINGS = """
[phases.coverage]
# TRACE is refused before any address is looked at.
unexpected-methods = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]

[checks.not_a_server_error]
# What lies elsewhere, such as a provider, may give no answer.
expected-statuses = ["2xx", "3xx", "4xx", "503"]

[checks.negative_data_rejection]
expected-statuses = ["4xx"]
"""
_LEFT_OUT = "positive_data_acceptance"
"""What a schema cannot say, such as that a report exists, is refused though it fits the schema."""
_EXAMPLES = "3"
"""Random requests to each operation, besides the hundred or so that its schema leads to."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that lets everybody ask as fast as they like."""
    with served(tmp_path_factory.mktemp("openapi"), api_rate="0") as there:
        yield there


@pytest.fixture(scope="module")
def described(place: Served) -> dict[str, Any]:
    """Give the description as the server tells it."""
    found: dict[str, Any] = place.ask("GET", "openapi.json", "reader").json()
    return found


def test_the_description_is_for_who_is_known(place: Served) -> None:
    """Nobody learns from it what there is, and what it needs, without being signed in."""
    assert place.ask("GET", "openapi.json", None).status == 401


def test_the_description_is_one(described: dict[str, Any]) -> None:
    """It is OpenAPI 3.1; every reference leads somewhere, and every id stands once."""
    assert described["openapi"].startswith("3.1.")
    text = json.dumps(described)
    schemas = described["components"]["schemas"]
    for found in text.split('"#/components/schemas/')[1:]:
        assert found.partition('"')[0] in schemas
    for schema in schemas.values():
        whole = schema | {"components": described["components"]}
        jsonschema_rs.validator_for(whole)
    ids = [
        operation["operationId"]
        for methods in described["paths"].values()
        for operation in methods.values()
    ]
    assert len(ids) == len(set(ids))


def test_every_operation_is_explained(described: dict[str, Any]) -> None:
    """Each says what it does, who may call it, and how its errors look, with an example of each."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["description"].endswith((".", ":")), where
            assert "x-permissions" in operation, where
            assert operation["tags"], where
            problems = operation["responses"]["422"]["content"]
            assert list(problems) == ["application/problem+json"], where
            good = next(code for code in operation["responses"] if code.startswith(("2", "3")))
            for content in operation["responses"][good].get("content", {}).values():
                assert "example" in content or "examples" in content, where


def test_examples_fit_what_they_are_examples_of(described: dict[str, Any]) -> None:
    """What the description shows as an answer is one."""
    checked = 0
    for methods in described["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                for kind, content in answer.get("content", {}).items():
                    if "example" not in content or not kind.endswith("json"):
                        continue
                    schema = content["schema"] | {"components": described["components"]}
                    jsonschema_rs.validator_for(schema).validate(content["example"])
                    checked += 1
    assert checked > len(described["paths"])


def test_examples_are_what_a_server_answers(tmp_path: Path) -> None:
    """Each operation still answers with the fields that its example has."""
    make(tmp_path / "data")
    with place_of(tmp_path) as there:
        found = examples_of(there)
    assert {name: shape(told["answer"]) for name, told in found.items()} == {
        name: shape(told["answer"]) for name, told in examples().items()
    }, "write them anew: python -m tests.api.examples"


def test_schemathesis_finds_nothing(
    place: Served, described: dict[str, Any], tmp_path: Path
) -> None:
    """Some thousand requests, right and wrong, are answered as the description says.

    No server error, no status or body that is not described, no wrong data accepted, no operation
    that answers without a key.
    """
    (tmp_path / "schemathesis.toml").write_text(_SETTINGS)
    words = [
        *(str(_SCHEMATHESIS), "run", f"http://127.0.0.1:{place.serving.port}/api/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {place.brought['admin']}"),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", _EXAMPLES, "--seed", "1"),
        *("--exclude-checks", _LEFT_OUT, "--continue-on-failure", "--no-color"),
        *("--request-timeout", "60"),
    ]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603  the tool of the project
    assert done.returncode == 0, done.stdout[-20_000:]
    operations = sum(map(len, described["paths"].values()))
    assert f"Tested: {operations}\n" in done.stdout, done.stdout[-3_000:]
