"""What the local socket makes of requests that no command of ours sends."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.cli.serving import serving

from vaultmeter.server.local import local_socket

ADDED: dict[str, Any] = {"name": "bao", "connector": "openbao"}
POLL = {"address": "https://bao:8200", "token_file": "/t", "every": 3600}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Give a client of a running server."""
    data = tmp_path_factory.mktemp("local") / "data"
    with serving(data):
        transport = httpx.HTTPTransport(uds=str(local_socket(data)))
        with httpx.Client(transport=transport, base_url="http://vaultmeter/local") as made:
            yield made


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("sources", ADDED | {"role": "admin"}, "no field 'role'"),
        ("sources", ADDED | {"id": 1}, "no field 'id'"),
        ("sources", ADDED | {"files": "/var/log/a"}, "'files' is no list"),
        ("sources", ADDED | {"files": [1]}, "no list of paths"),
        ("sources", ADDED | {"files": ["a.log"]}, "no absolute path"),
        ("sources", ADDED | {"poll": POLL | {"token": "s.abc"}}, "no field 'token'"),
        ("sources", ADDED | {"poll": {"address": "https://bao"}}, "needs address"),
        ("sources", ADDED | {"poll": POLL | {"every": "often"}}, "needs address"),
        ("sources", {"connector": "events"}, "cannot be called ''"),
        ("sources", [], "no JSON object"),
        ("sources", "text", "no JSON object"),
        ("report", {"report": "users", "viewer": "root"}, "no field 'viewer'"),
        ("report", {"report": "users", "when": {"from": "x"}}, "'when' is no range"),
        ("report", {"report": "users", "filters": {"acount": ["a"]}}, "Did you mean 'account'"),
        ("report", [], "no JSON object"),
        ("analytics", {"who": "all"}, "no field 'who'"),
    ],
)
def test_what_is_wrong_is_a_problem_with_words(
    client: httpx.Client, path: str, body: object, said: str
) -> None:
    """Unknown fields and wrong types are refused, with what and where, and change nothing."""
    answer = client.post(path, json=body)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:vaultmeter:error:invalid")
    assert said in f"{problem['detail']} {problem.get('hint', '')}"
    assert client.get("sources").json() == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"name": '])
def test_what_is_no_json(client: httpx.Client, content: bytes) -> None:
    """A body that cannot be read is the sender's mistake."""
    for path in ("sources", "report", "analytics"):
        answer = client.post(path, content=content)
        assert answer.status_code == 422
        assert "no JSON" in answer.json()["detail"]


def test_what_is_not_there(client: httpx.Client) -> None:
    """Other addresses and methods are refused as problems too."""
    assert client.get("nothing").status_code == 404
    assert client.put("sources", json=ADDED).status_code == 405
    assert client.get("sources/bao").json()["type"] == "urn:vaultmeter:error:not_found"
