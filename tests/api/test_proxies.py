"""Who asks, from where: what a request says of that counts only when a trusted proxy says it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from tests.conftest import run_json
from tests.server.serving import Serving, end_with_process

TRIES = 22
"""Wrong sign-ins of an address, more than it may try without a wait."""
SAID = {
    "X-Forwarded-For": "198.51.100.{number}",
    "X-Real-IP": "198.51.100.{number}",
    "Forwarded": "for=198.51.100.{number};proto=https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Client-IP": "198.51.100.{number}",
}


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Serving]:
    """Run a server within a block."""
    serving = Serving(folder / "data", settings)
    try:
        serving.start()
        yield serving
        serving.stop()
    finally:
        end_with_process(serving)


def sign_in(serving: Serving, name: str, password: str, headers: dict[str, str]) -> tuple[int, str]:
    """Try to sign in; answers the status and the cookie that was set."""
    connection = HTTPConnection("127.0.0.1", serving.port, timeout=60)
    body = json.dumps({"name": name, "password": password})
    connection.request(
        "POST", "/api/v1/sign-in", body, {"Content-Type": "application/json", **headers}
    )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("set-cookie", "")


def tried(serving: Serving, headers: dict[str, str]) -> list[int]:
    """Be wrong often, each time with another name and another address in the headers."""
    return [
        sign_in(
            serving,
            f"nobody-{number}",
            "wrong",
            {name: value.format(number=number) for name, value in headers.items()},
        )[0]
        for number in range(TRIES)
    ]


def addresses(serving: Serving) -> set[str]:
    """Where those were who tried to sign in, as the trail has it."""
    told = run_json("--data", serving.data, "trail", "list", "--json")
    rows = told["rows"] if isinstance(told, dict) else told
    return {row["address"] for row in rows if row["act"] == "sign_in"}


def test_a_stranger_does_not_say_where_it_is(tmp_path: Path) -> None:
    """Headers of a peer that is no trusted proxy change neither trail, nor limits, nor cookies."""
    with served(tmp_path) as serving:
        made = run_json("--data", serving.data, "users", "add", "ada", "--role", "reader", "--json")
        headers = {name: value.format(number=1) for name, value in SAID.items()}
        status, cookie = sign_in(serving, "ada", made["password"], headers)
        assert status == 200
        assert cookie.startswith("vaultmeter=")
        assert 429 in tried(serving, SAID)
        assert addresses(serving) == {"127.0.0.1"}


def test_a_trusted_proxy_does(tmp_path: Path) -> None:
    """Its header counts, from the last address that is no proxy's; everything before is hearsay."""
    proxies = {"VAULTMETER_TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8"}
    with served(tmp_path, **proxies) as serving:
        made = run_json("--data", serving.data, "users", "add", "ada", "--role", "reader", "--json")
        said = {
            "X-Forwarded-For": "192.0.2.99, 198.51.100.7, 10.1.2.3",
            "X-Forwarded-Proto": "https",
        }
        status, cookie = sign_in(serving, "ada", made["password"], said)
        assert status == 200
        assert cookie.startswith("__Host-vaultmeter=")
        assert "secure" in cookie.lower()
        assert addresses(serving) == {"198.51.100.7"}
        assert set(tried(serving, {"X-Forwarded-For": "203.0.113.{number}"})) == {401}
        hearsay = {"X-Forwarded-For": "203.0.113.{number}, 198.51.100.8"}
        assert 429 in tried(serving, hearsay)
        assert "198.51.100.8" in addresses(serving)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK"])
def test_requests_are_not_sent_back(tmp_path: Path, method: str) -> None:
    """No method answers with what was sent, cookies among it."""
    with served(tmp_path) as serving:
        for path in ("/", "/api/v1/me", "/healthz"):
            status, body = serving.request(method, path, headers={"X-Canary": "canary"})
            assert status in {400, 404, 405, 501}
            assert b"canary" not in body


def test_descriptions_are_for_those_who_are_known(tmp_path: Path) -> None:
    """What the API is made of is told to nobody who did not sign in."""
    with served(tmp_path) as serving:
        assert serving.status("/api/v1/openapi.json") == 401
        for path in ("/docs", "/redoc", "/openapi.json", "/api/v1/docs", "/api/v1/redoc"):
            assert serving.status(path) == 404
