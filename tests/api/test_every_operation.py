"""What holds for every operation of the API, found by going through all of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from tests.api.served import NOTHING, ROLES, Served, permissions_of, served

from vaultmeter.api.kept import Kept
from vaultmeter.api.v1.app import PREFIX, api
from vaultmeter.api.v1.operations import resource
from vaultmeter.app import App
from vaultmeter.model.access import Permission
from vaultmeter.settings import Settings
from vaultmeter.sources import sources_in

Operation = tuple[str, str, dict[str, Any]]
_NOT_ALLOWED, _FORBIDDEN, _UNKNOWN = 401, 403, "no-such-thing"
_OWN = ("me", "sign-out")
"""Begins the addresses of what one does about oneself."""
_LEAKS = re.compile(
    rb"Traceback|File \"|site-packages|/src/|\.py\b|\.duckdb|state\.sqlite|\bselect \w+ from\b"
    rb"|sqlalchemy|duckdb|pydantic",
    re.IGNORECASE,
)
"""What no answer to a refused request may tell: stacks, paths and words of databases."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that lets everybody ask as fast as they like."""
    with served(tmp_path_factory.mktemp("every"), api_rate="0") as there:
        yield there


@pytest.fixture(scope="module")
def operations(place: Served) -> list[Operation]:
    """Give method, path and description of every operation."""
    paths = place.ask("GET", "openapi.json").json()["paths"]
    return [
        (method.upper(), path.removeprefix(f"{PREFIX}/"), told)
        for path, methods in paths.items()
        for method, told in methods.items()
    ]


def address(path: str) -> str:
    """The address of an operation, about something that is not there."""
    return re.sub(r"\{\w+\}", _UNKNOWN, path)


def given_to(told: dict[str, Any]) -> dict[str, Any] | None:
    """An empty body, for those that take one."""
    return {} if "requestBody" in told else None


def test_who_may_call_what(place: Served, operations: list[Operation]) -> None:
    """Each operation answers 401, 403 or something else to each key as it declares."""
    wrong = []
    for method, path, told in operations:
        if not told["security"]:
            # Some of them refuse the password, not whoever asks.
            continue
        needed = frozenset(map(Permission, told["x-permissions"]))
        for key in (None, *ROLES, NOTHING):
            status = place.ask(method, address(path), key, given_to(told)).status
            if key is None:
                is_right = status == _NOT_ALLOWED
            elif needed and not needed & permissions_of(key):
                is_right = status == _FORBIDDEN
            else:
                # A key of one account may be refused what is about all of them.
                narrowed = key in {"scoped", "keeper"} or path.startswith(_OWN)
                is_right = status != _NOT_ALLOWED and (narrowed or status != _FORBIDDEN)
            if not is_right:
                wrong.append(f"{key}: {method} {path}: {status}")
    assert wrong == []


def test_open_operations_are_few(operations: list[Operation]) -> None:
    """What needs nobody to be signed in is what signing in takes, and nothing else."""
    found = {path for _, path, told in operations if not told["security"]}
    assert found == {
        "auth",
        "sign-in",
        "sign-in/providers",
        "sign-in/{provider}",
        "sign-in/{provider}/callback",
    }


def test_an_operation_that_declares_nothing_does_not_start(tmp_path: Path) -> None:
    """The API is not made with an operation that anybody could have forgotten to protect."""

    def forgotten(_: App) -> APIRouter:
        router = resource("Forgotten")

        @router.get("/forgotten")
        def operation() -> dict[str, str]:
            return {}

        return router

    def bare(_: App) -> APIRouter:
        router = APIRouter()

        @router.get("/bare")
        def operation() -> dict[str, str]:
            return {}

        return router

    with App(Settings(data=tmp_path), say=lambda _: None) as app:
        kept = Kept(app, 0)
        for routes in (forgotten, bare):
            with pytest.raises(TypeError, match=r"declare once|no operation"):
                api(app, sources_in(app), kept, [routes])
        kept.close()


def test_refused_requests_tell_nothing_of_the_inside(
    place: Served, operations: list[Operation]
) -> None:
    """No stack, no path of the machine and no SQL is in the answer to a request that is wrong."""
    for method, path, told in operations:
        for given in (given_to(told), {"\u0000": [[]], "name": "x' or 1=1 --"}):
            sent = given if "requestBody" in told else None
            reply = place.ask(method, f"{address(path)}?cursor=%00'\"--", given=sent)
            assert reply.status < 500, (method, path, reply.body)
            if reply.status >= 400:
                assert not _LEAKS.search(reply.body), (method, path, reply.body)
                assert reply.headers["content-type"] == "application/problem+json"
                assert reply.json()["instance"].endswith(reply.headers["x-request-id"])


def test_unknown_fields_are_refused(place: Served, operations: list[Operation]) -> None:
    """Nobody becomes an administrator by a field that no operation has."""
    checked = 0
    for method, path, told in operations:
        content = told.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        for extra in ({"role": "admin"}, {"account_id": 1}, {"is_admin": True}):
            reply = place.ask(method, address(path), given=extra)
            assert reply.status == 422, (method, path, extra, reply.body)
            if not takes(content, extra):
                named = {each["field"] for each in reply.json().get("fields", [])}
                assert set(extra) <= named, (method, path, reply.body)
            checked += 1
    assert checked > 30


def takes(content: dict[str, Any], extra: dict[str, Any]) -> bool:
    """Whether an operation is about that very field."""
    return any(f'"{name}"' in json.dumps(content) for name in extra)


def test_unknown_parameters_are_refused(place: Served, operations: list[Operation]) -> None:
    """A mistyped parameter is told, with the nearest one, and not left out silently."""
    for method, path, told in operations:
        if path.endswith("/callback"):
            # What a provider sends along is not ours to refuse.
            continue
        reply = place.ask(method, f"{address(path)}?limti=5", given=given_to(told))
        assert reply.status == 422, (method, path, reply.body)
        assert "'limti'" in reply.json()["detail"]
    hint = place.ask("GET", "sources?limti=5").json()["hint"]
    assert hint == "Did you mean 'limit'?"


def test_keys_in_an_address_are_refused(place: Served) -> None:
    """A key that stands where logs keep it is refused, and no answer repeats it."""
    text = place.brought["admin"]
    for query in (f"token={text}", f"cursor={text}", "access_key=abc", "Authorization=abc"):
        reply = place.ask("GET", f"sources?{query}", None)
        assert (reply.status, text.encode() in reply.body) == (400, False)


def test_headers_of_every_answer(place: Served, operations: list[Operation]) -> None:
    """Every answer tells browsers to be careful with it, also errors and other routes."""
    addresses = [("GET", f"/{path}") for path in ("healthz", "readyz", "nothing", "metrics")]
    addresses += [("POST", "/ingest/none"), ("POST", "/auth"), ("GET", f"{PREFIX}/none")]
    asked = [(method, f"{PREFIX}/{address(path)}") for method, path, _ in operations]
    for method, path in [*addresses, *asked]:
        headers = place.ask(method, path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert headers["cache-control"] in {"no-store", "private, no-cache"}
        assert "access-control-allow-origin" not in headers
        assert "strict-transport-security" not in headers


def test_refusals_are_in_the_trail(place: Served) -> None:
    """Who was refused what, and from where, can be read afterwards."""
    assert place.ask("GET", "keys", "reader").status == _FORBIDDEN
    newest = place.trail("access.refused")[0]
    assert (newest["who"], newest["object"]) == ("reader", f"GET {PREFIX}/keys")
    assert newest["address"] == "127.0.0.1"
    assert newest["result"] == "refused"


def test_methods_of_an_address_are_told(place: Served) -> None:
    """A method that an address lacks is told with those it has, of all its operations."""
    reply = place.ask("PUT", "sources/a%2Fb")
    assert (reply.status, reply.headers["allow"]) == (405, "DELETE, GET")


def test_a_name_may_have_slashes(place: Served) -> None:
    """A slash within a name is sent as %2F, and is no border between parts of the address."""
    made = place.ask("POST", "groups", given={"name": "eu/finance"})
    assert made.status < 300, made.body
    assert place.ask("DELETE", "groups/eu/finance").status == 404
    assert place.ask("DELETE", "groups/eu%2Ffinance").status < 300
