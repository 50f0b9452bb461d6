"""Limits, accounts, rejects, records and rebuilds over HTTP: within one's accounts, and no more."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest
from tests.conftest import event, ndjson, run, run_json
from tests.server.serving import Serving, end_with_process, until

ROLES = {
    "finance": "--manages limits,records,sources --accounts acme/finance",
    "keeper": "--manages retention,definitions,limits,records,sources",
}


@dataclass
class Place:
    """A running server, with a key for each role."""

    serving: Serving
    keys: dict[str, str]

    def ask(
        self, role: str, method: str, path: str, given: object = None, body: bytes | None = None
    ) -> tuple[int, Any]:
        """Ask with the key of a role; answers status and JSON."""
        headers = {"Authorization": f"Bearer {self.keys[role]}"}
        if given is not None:
            body, headers["Content-Type"] = json.dumps(given).encode(), "application/json"
        connection = HTTPConnection("127.0.0.1", self.serving.port, timeout=60)
        try:
            connection.request(method, f"/api/v1/{path}", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def rows(self, role: str, path: str) -> list[dict[str, Any]]:
        """All rows of a list."""
        status, told = self.ask(role, "GET", path)
        assert status == 200, told
        found: list[dict[str, Any]] = told["rows"]
        while told["next"]:
            mark = "&" if "?" in path else "?"
            _, told = self.ask(role, "GET", f"{path}{mark}cursor={told['next']}")
            found += told["rows"]
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a server with records of two accounts."""
    folder = tmp_path_factory.mktemp("decided")
    data = folder / "data"
    for number, account in enumerate(("acme/finance", "acme/law")):
        log = folder / f"{number}.log"
        log.write_bytes(ndjson(event(number)) + b"no record of " + account.encode() + b"\n" * 2)
        to = ("--source", f"of-{number}", "--account", account)
        assert run("--data", data, "ingest", "events", log, *to).returncode == 0
    keys = {}
    for role, options in ROLES.items():
        made = run("--data", data, "create-role", "--name", role, *options.split())
        assert made.returncode == 0, made.stderr
        words = ("keys", "create", "--name", role, "--role", role, "--json")
        key = run_json("--data", data, *words)
        keys[role] = f"{key['access_id']}:{key['access_key']}"
    serving = Serving(data)
    try:
        serving.start()
        until(serving.is_ready, "the store is open")
        yield Place(serving, keys)
    finally:
        if not serving.has_ended:
            serving.stop()
        end_with_process(serving)


def test_limits_are_those_of_the_accounts_one_manages(place: Place) -> None:
    """The organisation's limit, and those of others, are not seen, set or forgotten."""
    own = {"product": "sm", "clients": 5, "account": "acme/finance/eu"}
    for account in (None, "acme", "acme/law", "acme/finances"):
        wanted = {"product": "sm", "clients": 9, "account": account}
        assert place.ask("finance", "PUT", "limits", wanted)[0] == 403
        assert place.ask("keeper", "PUT", "limits", wanted)[0] == 200
    assert place.ask("finance", "PUT", "limits", own)[0] == 200
    assert [row["account"] for row in place.rows("finance", "limits")] == ["acme/finance/eu"]
    assert len(place.rows("keeper", "limits")) == 5
    assert place.ask("finance", "DELETE", "limits?product=sm")[0] == 403
    assert place.ask("finance", "DELETE", "limits?product=sm&account=acme/law")[0] == 403
    removed = place.ask("finance", "DELETE", "limits?product=sm&account=acme/finance/eu")
    assert (removed[0], removed[1]["removed"]) == (200, 1)


def test_accounts_and_groups_are_those_one_has_to_do_with(place: Place) -> None:
    """A group shows what one may see of it; making one needs all accounts."""
    members = {"members": ["acme/finance", "acme/law"]}
    assert place.ask("finance", "PUT", "account-groups/both", members)[0] == 403
    assert place.ask("keeper", "PUT", "account-groups/both", members)[0] == 200
    assert place.ask("keeper", "PUT", "account-groups/law", {"members": ["acme/law"]})[0] == 200
    assert [row["name"] for row in place.rows("finance", "accounts")] == ["acme/finance"]
    assert [row["name"] for row in place.rows("keeper", "accounts?limit=1")] == [
        "acme/finance",
        "acme/law",
    ]
    assert place.rows("finance", "account-groups") == [
        {"name": "both", "members": ["acme/finance"], "accounts": ["acme/finance"]}
    ]
    assert place.ask("finance", "GET", "account-groups/law")[0] == 404
    assert place.ask("finance", "DELETE", "account-groups/both")[0] == 403
    assert place.ask("keeper", "DELETE", "account-groups/both")[0] == 200
    assert place.ask("keeper", "DELETE", "account-groups/law")[0] == 200


def test_rejects_are_those_of_the_accounts_whose_records_one_may_read(place: Place) -> None:
    """Pages put together are the whole list; reading is in the trail, and other sources are not."""
    assert [row["body"] for row in place.rows("finance", "rejects")] == [
        "no record of acme/finance"
    ]
    assert len(place.rows("keeper", "rejects?limit=1")) == 2
    assert place.ask("finance", "GET", "rejects?source=of-1")[0] == 404
    assert place.ask("finance", "GET", "rejects?cursor=WzEsMl0x")[0] == 422
    status, told = place.ask("finance", "POST", "rejects/replay", {})
    assert (status, told["records"], told["rejected"]) == (200, 1, 1)
    assert place.ask("finance", "POST", "rejects/replay", {"source": "of-1"})[0] == 404
    trail = run_json("--data", place.serving.data, "trail", "list", "--json")
    acts = json.dumps(trail)
    assert "records.read" in acts
    assert "records.replay" in acts


def test_records_are_taken_into_accounts_one_manages(place: Place) -> None:
    """What was sent is in the answer's numbers; sent again, grown or packed it is known again."""
    into = "sources/of-sent/records?connector=events&account=acme/finance&file=a.log"
    first, more = ndjson(event(10), event(11)), ndjson(event(12))
    status, told = place.ask("finance", "POST", into, body=first)
    assert (status, told["events"]) == (200, 2), told
    assert place.ask("finance", "POST", into, body=first)[1]["records"] == 0
    assert place.ask("finance", "POST", into, body=first + more)[1]["events"] == 1
    packed = place.ask("finance", "POST", into, body=gzip.compress(first + more))[1]
    assert (packed["records"], packed["waiting"]) == (0, 0)
    half = place.ask("finance", "POST", into, body=first + more + b'{"id"')[1]
    assert (half["records"], half["waiting"]) == (0, 5)
    for refused, status in (
        ("sources/of-1/records?connector=events", 403),
        ("sources/new/records?connector=events&account=acme/law", 403),
        ("sources/new/records?connector=events", 403),
        ("sources/of-sent/records?connector=nothing", 404),
        ("sources/Not%20good/records?connector=events&account=acme/finance", 422),
        ("sources/of-sent/records", 422),
    ):
        assert place.ask("finance", "POST", refused, body=first)[0] == status, refused
    books = run_json("--data", place.serving.data, "ledger", "--json")
    assert books["balanced"]


def test_records_are_taken_beside_a_rebuild(place: Place) -> None:
    """Several senders and a rebuild beside them lose no line, and none is counted twice."""
    said: list[tuple[int, Any]] = []

    def send(number: int) -> None:
        into = f"sources/many-{number}/records?connector=events&account=acme/many"
        content = ndjson(*(event(1000 + number * 50 + each) for each in range(50)))
        for _ in range(100):
            answer = place.ask("keeper", "POST", into, body=content)
            if answer[0] != 503:
                break
        said.append(answer)

    senders = [Thread(target=send, args=(number,)) for number in range(4)]
    for sender in senders:
        sender.start()
    rebuilt = place.ask("keeper", "POST", "rebuild")
    for sender in senders:
        sender.join()
    assert rebuilt[0] in {200, 503}, rebuilt
    assert [status for status, _ in said] == [200] * 4, said
    until(lambda: place.serving.waiting() == 0, "everything is in the store")
    told = place.ask("keeper", "POST", "rebuild")
    assert told[0] == 200
    assert told[1]["rejected"] == 2
    books = run_json("--data", place.serving.data, "ledger", "--json")
    assert books["balanced"]
    many = [day for day in books["days"] if day["source"].startswith("many-")]
    assert sum(day["stored"] for day in many) == 200


def test_an_inventory_that_was_sent_is_taken_in(place: Place) -> None:
    """Items and identities that a vault lists are there; what the next one misses is gone."""
    source = {"name": "bao", "connector": "openbao", "account": "acme/bao"}
    assert place.ask("keeper", "POST", "sources", source)[0] == 201
    item = {"item": "secret/a", "type": "static_secret"}
    ann = {"keys": ["e-1"], "name": "ann", "kind": "person", "rank": 1}
    whole = {"of": "items", "part": "", "complete": True, "everywhere": True}
    sent = {
        "vault": "openbao",
        "taken": "2026-11-20T12:00:00Z",
        "cluster": "one",
        "items": [item, item | {"item": "secret/b"}],
        "identities": [ann],
        "listed": [whole],
    }
    status, stock = place.ask("keeper", "POST", "sources/bao/inventory", sent)
    assert (status, stock["items"], stock["new_items"]) == (200, {"static_secret": 2}, 2), stock
    assert stock["identities"] == {"person": 1}
    later = sent | {"taken": "2026-11-21T12:00:00Z", "items": [item]}
    gone = place.ask("keeper", "POST", "sources/bao/inventory", later)[1]["gone_items"]
    assert [each["item"] for each in gone] == ["secret/b"]
    assert place.ask("finance", "POST", "sources/bao/inventory", later)[0] in {403, 404}
    assert place.ask("keeper", "POST", "sources/of-0/inventory", later)[0] == 422


def test_what_is_about_everything_needs_everything(place: Place) -> None:
    """Retention, definitions and rebuilds are refused to who manages some accounts."""
    for method, path, given in (
        ("GET", "retention", None),
        ("PUT", "retention", {"product": "sm", "months": 3}),
        ("POST", "retention/apply", None),
        ("POST", "rebuild", None),
        ("PUT", "definitions", {"preset": "github"}),
        ("GET", "ledger", None),
    ):
        assert place.ask("finance", method, path, given)[0] == 403, path


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("PUT", "limits", {"product": "sm", "clients": 5, "role": "admin"}),
        ("PUT", "limits", {"product": "sm"}),
        ("PUT", "limits", {"product": "sm", "clients": "5"}),
        ("PUT", "limits", {"product": "sm", "clients": -1}),
        ("PUT", "definitions", {"window": "month"}),
        ("PUT", "definitions", {"intents": ["nothing"]}),
        ("PUT", "definitions", {"minimum": 10**30}),
        ("PUT", "retention", {"product": "sm", "months": 0}),
        ("PUT", "account-groups/%20", {"members": ["acme"]}),
        ("PUT", "account-groups/eu", {"members": []}),
        ("PUT", "account-groups/eu", {"members": ["a\u001b[2J"]}),
        ("GET", "limits?product=sm", None),
        ("POST", "sources/of-0/inventory", {"vault": "openbao", "taken": "2026-11-22T12:00:00"}),
        ("POST", "sources/of-0/inventory", {"vault": "openbao", "taken": "soon"}),
        ("POST", "rejects/replay", []),
    ],
)
def test_what_is_wrong_is_a_problem(place: Place, method: str, path: str, given: object) -> None:
    """Unknown fields, wrong types and words that mean nothing are refused as problems."""
    status, told = place.ask("keeper", method, path, given)
    assert (status, told["type"]) == (422, "urn:vaultmeter:error:invalid"), told
