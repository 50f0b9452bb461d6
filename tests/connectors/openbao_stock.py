"""A live server in which things were made, used, deleted and disabled, with inventories of it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.connectors.openbao_deeds import ROOT, Deeds
from tests.connectors.openbao_server import PATIENCE, ROOT_TOKEN, Server, running
from tests.connectors.openbao_setting import PASSWORD, Setting, set_up
from tests.connectors.openbao_work_with_keys import work_with_keys
from tests.connectors.openbao_work_with_secrets import work_with_secrets
from tests.connectors.openbao_work_with_tokens import work_with_tokens
from tests.connectors.postgresql_server import postgresql

from vaultmeter.connectors._openbao_inventory import policy, take
from vaultmeter.model.inventory import Access, Snapshot

LACKING = """
path "kv/*" { capabilities = ["deny"] }
path "eng/sys/mounts" { capabilities = ["deny"] }
path "sys/auth" { capabilities = ["deny"] }
path "identity/entity/id/+" { capabilities = ["deny"] }
path "identity/entity/id" { capabilities = ["deny"] }
"""
BLIND = """
path "sys/auth" { capabilities = ["deny"] }
"""
PLAIN = """
path "kv/detailed-metadata/*" { capabilities = ["deny"] }
path "kv/metadata/*" { capabilities = ["list", "read"] }
"""


@dataclass(frozen=True)
class Stocked:
    """The server, still running, and what was seen of it in the order of time.

    `log` ends before `changes`, which no log tells of; `first` was taken between both.
    """

    server: Server
    deeds: Deeds
    log: Path
    token: str
    first: Snapshot
    second: Snapshot
    lacking: Snapshot
    last: Snapshot

    def access(self, token: str | None = None) -> Access:
        """Tell how to reach it, with the token of least privilege unless another is given."""
        return Access(f"http://127.0.0.1:{self.server.port}", token or self.token)

    def requests_of_inventories(self) -> list[tuple[str, str]]:
        """List operation and path of all that tokens of inventories asked for."""
        entries = [json.loads(line) for line in self.server.log.read_text().splitlines()]
        return [
            (entry["request"]["operation"], entry["request"]["path"])
            for entry in entries
            if entry.get("auth", {}).get("display_name") == "token-inventory"
        ]


@contextmanager
def stocked(folder: Path) -> Iterator[Stocked]:
    """Give a server with a history within a block."""
    with postgresql() as port, running(folder) as server:
        deeds = Deeds(server.client)
        setting = set_up(deeds, port)
        _make_unused(deeds)
        for work in (work_with_secrets, work_with_keys, work_with_tokens):
            work(setting)
        log = folder / "before.log"
        log.write_bytes(server.log.read_bytes())
        token = token_of(server, policy())
        access = Access(f"http://127.0.0.1:{server.port}", token)
        first = take(access, datetime.now(UTC))
        _change(setting)
        second = take(access, datetime.now(UTC))
        _root(server, "DELETE", "kv/metadata/null")
        lacking = take(
            Access(access.address, token_of(server, policy() + LACKING)), datetime.now(UTC)
        )
        last = take(access, datetime.now(UTC))
        yield Stocked(server, deeds, log, token, first, second, lacking, last)


def token_of(server: Server, text: str) -> str:
    """Make a token of just one policy."""
    name = f"inventory-{time.monotonic_ns()}"
    _root(server, "PUT", f"sys/policies/acl/{name}", {"policy": text})
    body = {"policies": [name], "no_default_policy": True, "display_name": "inventory"}
    answer = _root(server, "POST", "auth/token/create-orphan", body)
    token: str = answer["auth"]["client_token"]
    return token


def _make_unused(deeds: Deeds) -> None:
    """Make what nobody will use."""
    role = {"db_name": "main", "creation_statements": ["x"]}
    deeds.set_up("POST db/roles/unused", role)
    deeds.set_up("POST pki/roles/unused", {"allow_any_name": True})
    deeds.set_up("POST auth/approle/role/idle", {})
    deeds.set_up("POST auth/userpass/users/unused", {"password": PASSWORD})
    key = {"generate": True, "issuer": "example", "account_name": "x"}
    deeds.act(ROOT, "POST totp/keys/unused", "item_added", "totp/unused", key)


def _change(setting: Setting) -> None:
    """Change what no log will tell of."""
    call = setting.deeds.client.call
    root = {"X-Vault-Token": ROOT_TOKEN}
    entities = call("LIST", "identity/entity/id", None, root)[1]["data"]["key_info"]
    by_user = {
        alias["name"]: entity
        for entity, known in entities.items()
        for alias in known["aliases"]
        if alias["mount_type"] == "userpass"
    }
    changes: list[tuple[str, str, Any, str]] = [
        ("DELETE", "kv/metadata/app/first", None, ""),
        ("DELETE", "kv/data/names", None, ""),
        ("DELETE", "old/names", None, ""),
        ("DELETE", "transit/keys/k", None, ""),
        ("DELETE", "pki/roles/web", None, ""),
        ("DELETE", "db/roles/reader", None, ""),
        ("DELETE", "totp/keys/unused", None, ""),
        ("DELETE", "sys/mounts/ssh", None, ""),
        ("DELETE", "sys/auth/people", None, ""),
        ("DELETE", "auth/userpass/users/bob", None, ""),
        ("DELETE", f"identity/entity/id/{by_user['bob']}", None, ""),
        ("DELETE", "auth/userpass/users/mia", None, ""),
        ("POST", f"identity/entity/id/{by_user['eve']}", {"disabled": True}, ""),
        ("POST", f"identity/entity/id/{by_user['ada']}", {"name": "Ada Lovelace"}, ""),
        ("DELETE", "sys/namespaces/web", None, "eng"),
    ]
    for method, path, body, namespace in changes:
        status, answer = call(method, path, body, root | {"X-Vault-Namespace": namespace})
        assert status < 300, (path, answer)
    deadline = time.monotonic() + PATIENCE
    while call("LIST", "sys/namespaces", None, root | {"X-Vault-Namespace": "eng"})[0] != 404:
        assert time.monotonic() < deadline, "The namespace is still there."
        time.sleep(0.05)


def _root(server: Server, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401
    status, answer = server.client.call(method, path, body, {"X-Vault-Token": ROOT_TOKEN})
    assert status < 300, (path, answer)
    return answer
