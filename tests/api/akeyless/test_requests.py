"""Requests as clients send them, and as nobody should: each gets an answer that can be read."""

import json
import sqlite3
from http.client import HTTPConnection
from typing import Any

import pytest
from tests.api.akeyless.sdk import Served

AUTH_AS_SENT = {
    "access-type": "access_key",
    "azure-cloud": "AzureCloud",
    "gcp-audience": "akeyless.io",
    "json": False,
    "oci-auth-type": "apikey",
}
"""What the SDK sends with every sign-in, whether or not it was set."""


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    """Give a token that may do everything."""
    return served.token()


def signed_in_from(served: Served) -> list[Any]:
    """Read from where sessions were begun, the latest first."""
    with sqlite3.connect(f"file:{served.serving.data}/state.sqlite?mode=ro", uri=True) as state:
        rows = state.execute("select address from session order by created desc").fetchall()
    state.close()
    return [address for (address,) in rows]


@pytest.mark.parametrize("forged", ["", "10.9.8.7", "10.9.8.7, 1.2.3.4"])
def test_the_address_a_client_claims_is_not_believed(served: Served, forged: str) -> None:
    """The SDK makes up X-Forwarded-For, or leaves it empty: the session is of the real address."""
    key = {"access-id": served.admin["access_id"], "access-key": served.admin["access_key"]}
    status, told = served.ask("auth", AUTH_AS_SENT | key, X_Forwarded_For=forged)
    assert (status, told["token"][:2]) == (200, "t-")
    assert signed_in_from(served)[0] == "127.0.0.1"


def test_unknown_keys_are_ignored(served: Served, token: str) -> None:
    """Keys that nobody asks for, of whatever type, change nothing."""
    bare = served.ask("get-analytics-data", {"token": token})
    added = {"token": token, "json": False, "debug": True, "gateway-url": None, "x": [{}]}
    assert served.ask("get-analytics-data", added) == bare


def test_a_uid_token_is_a_token(served: Served, token: str) -> None:
    """The token is found under either of its two names."""
    assert served.ask("list-roles", {"uid-token": token})[0] == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_the_type_of_a_body_does_not_matter(served: Served, token: str, kind: str) -> None:
    """A JSON object is read as one whatever it is called."""
    body = json.dumps({"token": token}).encode()
    status, told = served.ask("get-analytics-data", body, Content_Type=kind)
    assert (status, "usage_reports" in told) == (200, True)


@pytest.mark.parametrize(
    "body", [b"token=t-x", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 5000, b"NaN"]
)
def test_a_body_that_is_no_object_is_a_400(served: Served, body: bytes) -> None:
    """What is no JSON object is told to be none."""
    status, told = served.ask("get-analytics-data", body)
    assert (status, list(told)) == (400, ["error"])


@pytest.mark.parametrize(
    "fields",
    [
        {"name": 5},
        {"name": ""},
        {},
        {"name": "a\nb"},
        {"name": " x"},
        {"name": "x" * 257},
        {"name": "x", "description": ["a"]},
        {"name": "x", "delete_protection": "maybe"},
        {"name": "x", "audit-access": "bogus"},
        {"name": "x", "audit-access": 1},
        {"name": "x", "event-forwarders-name": [1]},
    ],
)
def test_wrong_types_and_values_are_a_400(served: Served, token: str, fields: Any) -> None:  # noqa: ANN401  that is it
    """A field of another type, without a value or with one that does not exist makes no role."""
    status, told = served.ask("create-role", fields | {"token": token})
    assert (status, list(told)) == (400, ["error"])


def test_without_a_token_nobody_is_known(served: Served) -> None:
    """No token, a wrong one, and one in a header alone are a 401."""
    for body in ({}, {"token": None}, {"token": "t-x"}, b""):
        assert served.ask("list-roles", body)[0] == 401, body
    bearer = {"Authorization": f"Bearer {served.token()}"}
    assert served.ask("list-roles", {}, **bearer)[0] == 401
    assert served.ask("list-roles", {"token": 5})[0] == 400


def test_a_token_in_the_address_is_refused(served: Served, token: str) -> None:
    """Addresses end up in logs: a token there is a 400, and is not used."""
    assert served.ask(f"list-roles?token={token}", {})[0] == 400


@pytest.mark.parametrize("base", ["", "/v2", "/api/v2"])
def test_calls_that_are_not_there_are_a_404(served: Served, base: str) -> None:
    """An unknown call is told to be one, as JSON that clients can read."""
    status, told = served.ask("list-items", {}, base)
    assert (status, list(told)) == (404, ["error"])
    assert "list-items" in told["error"]


@pytest.mark.parametrize("path", ["/get-analytics-data", "/v2/auth", "/api/v2/list-roles"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_a_405(served: Served, path: str, method: str) -> None:
    """Calls are made with POST alone."""
    status, body = served.serving.request(method, path)
    assert (status, list(json.loads(body))) == (405, ["error"])


def test_a_large_body_is_a_413(served: Served, token: str) -> None:
    """A body beyond the ceiling is refused; one below it is read."""
    below = {"token": token, "padding": "x" * 250_000}
    above = {"token": token, "padding": "x" * 300_000}
    assert served.ask("list-roles", below)[0] == 200
    assert served.ask("list-roles", above)[0] == 413


def test_every_answer_is_json_by_its_type(served: Served, token: str) -> None:
    """Success and each kind of error are `application/json`, which the strict SDK insists on."""
    asked: list[tuple[str, str, bytes]] = [
        ("POST", "/get-analytics-data", json.dumps({"token": token}).encode()),
        ("POST", "/get-analytics-data", b"{"),
        ("POST", "/get-role", b"{}"),
        ("POST", "/v2/nothing", b"{}"),
        ("GET", "/auth", b""),
        ("POST", "/auth", b"x" * 300_000),
    ]
    connection = HTTPConnection("127.0.0.1", served.serving.port, timeout=20)
    for method, path, body in asked:
        connection.request(method, path, body)
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "application/json", (method, path)
        assert isinstance(json.loads(answer.read()), dict)
        connection.close()


def test_filters_that_official_clients_never_send(served: Served, token: str) -> None:
    """Range, time zone and filters narrow the document as those of the command line do."""
    asked = {"token": token, "range": "all", "tz": "Europe/Paris"}
    _, whole = served.ask("get-analytics-data", asked)
    _, part = served.ask("get-analytics-data", asked | {"account": "acme/finance"})
    _, both = served.ask("get-analytics-data", asked | {"account": ["acme", "acme/finance"]})
    clients = [each["usage_reports"]["sm"]["total_clients"] for each in (part, both, whole)]
    assert 0 < clients[0] < clients[1] <= clients[2]
    for wrong in ({"range": "last-weak"}, {"tz": "Berlin"}, {"account": [1]}, {"from": "soon"}):
        assert served.ask("get-analytics-data", asked | wrong)[0] == 400, wrong
    assert served.ask("get-analytics-data", asked | {"account": "@nobody"})[0] == 404


def test_an_unchanged_document_is_not_computed_again(served: Served, token: str) -> None:
    """Nothing has changed: the document is the very one of before, with its time."""
    first, second = (served.ask("get-analytics-data", {"token": token})[1] for _ in range(2))
    assert first == second


def test_sign_ins_and_refusals_are_in_the_trail(served: Served, token: str) -> None:
    """A sign-in, a refused one, and a call that was not allowed are each written down."""
    key = {"access-id": served.admin["access_id"], "access-key": served.admin["access_key"]}
    served.ask("auth", key)
    served.ask("auth", {"access-id": "p-somebody", "access-key": "wrong"})
    _, made = served.ask("auth-method-create-api-key", {"token": token, "name": "curious"})
    own = {"access-id": made["access_id"], "access-key": made["access_key"]}
    _, told = served.ask("auth", own)
    assert served.ask("list-roles", {"token": told["token"]})[0] == 403
    with sqlite3.connect(f"file:{served.serving.data}/state.sqlite?mode=ro", uri=True) as state:
        rows = set(state.execute("select act, who, object, result, address from trail"))
    state.close()
    here = "127.0.0.1"
    assert ("sign_in", "admin", "admin", "ok", here) in rows
    assert ("sign_in", "nobody", "p-somebody", "refused", here) in rows
    assert ("key.create", "admin", "curious", "ok", here) in rows
    assert ("access.refused", "curious", "list-roles", "refused", here) in rows
