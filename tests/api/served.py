"""A server process with a small organisation, and keys of several roles that ask it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.server.serving import Serving, end_with_process, until

from vaultmeter import forwarding, notices, outbox
from vaultmeter.access import keys
from vaultmeter.access.roles import add_member, create_role, role_named
from vaultmeter.app import App
from vaultmeter.demo.simulate import Scale, simulate
from vaultmeter.intake import take_stream
from vaultmeter.model.access import MANAGED, Permission, Principal, Role
from vaultmeter.model.message import Message
from vaultmeter.settings import Settings

OPERATOR = Principal.operator()
SCOPED = "acme/platform"
"""The one account that the key `scoped` sees, and the key `keeper` manages."""
ROLES = {
    "admin": None,
    "reader": None,
    "scoped": Role("scoped", usage_reports="all", accounts=(SCOPED,)),
    "keeper": Role("keeper", manages=frozenset(MANAGED), accounts=(SCOPED,)),
}
"""The role of each key by its name; `None` is one that is there from the start."""
NOTHING = "nothing"
"""The key that has no role."""


@dataclass
class Reply:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  whatever JSON can hold
        """Read the body."""
        return json.loads(self.body)


@dataclass
class Served:
    """A server, and what each key brings, by its name."""

    serving: Serving
    brought: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        key: str | None = "admin",
        given: Any = None,  # noqa: ANN401  whatever JSON can hold
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask with a key, over a connection of its own; `None` brings nothing."""
        sent = dict(headers or {})
        if key is not None:
            sent["Authorization"] = f"Bearer {self.brought[key]}"
        if given is not None:
            sent["Content-Type"] = "application/json"
        connection = HTTPConnection("127.0.0.1", self.serving.port, timeout=60)
        try:
            body = None if given is None else json.dumps(given)
            target = path if path.startswith("/") else f"/api/v1/{path}"
            connection.request(method, target, body, sent)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, told, answer.read())
        finally:
            connection.close()

    def trail(self, act: str) -> list[dict[str, Any]]:
        """What was done of a kind, the newest first."""
        rows: list[dict[str, Any]] = self.ask("GET", f"trail?act={act}").json()["rows"]
        return rows


def make(data: Path) -> dict[str, str]:
    """Make a folder with some months of two accounts, and a key for each role."""
    with App(Settings(data=data, reserve_bytes=0), say=lambda _: None) as app:
        today = app.clock().replace(hour=0, minute=0, second=0, microsecond=0)
        scale = Scale(2000, 30, 60, 4, 3, today)
        take_stream(app, "events", "simulated", "acme", simulate(scale))
        _forward(app)
        with app.access.noting(OPERATOR, "test") as connection:
            brought = {}
            for name in (*ROLES, NOTHING):
                key, text = keys.create_key(connection, name, app.clock())
                brought[name] = f"{key.access_id}:{text}"
                if name == NOTHING:
                    continue
                wanted = ROLES[name]
                role = (
                    role_named(connection, name)
                    if wanted is None
                    else create_role(connection, OPERATOR, wanted, app.clock())
                )
                add_member(connection, OPERATOR, role, "key", key.id)
    return brought


def _forward(app: App) -> None:
    """Have a notice, and something that waits for a forwarder that is off: nothing leaves."""
    notices.raise_once(
        app,
        type="source-silent",
        product="",
        account="acme",
        key="vault",
        text="Source vault has been silent since 1 November 2026, 08:00 UTC.",
        payload={"source": "vault", "state": "silent"},
        now=app.clock(),
    )
    url = {"url": "https://hooks.acme.example/"}
    forwarding.add(app, OPERATOR, "archive", "webhook", url, is_enabled=False)
    with app.state.changing() as connection:
        outbox.post(connection, Message("1", "Users", "The users of May."), 1, app.clock())


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """Run a server of such a folder within a block."""
    data = folder / "data"
    brought = make(data)
    set_ = {f"VAULTMETER_{name.upper()}": value for name, value in settings.items()}
    serving = Serving(data, set_)
    try:
        serving.start()
        until(serving.is_ready, "the store is open")
        yield Served(serving, brought)
        assert serving.stop() == 0, serving.log.read_text()
    finally:
        end_with_process(serving)


def permissions_of(name: str) -> frozenset[Permission]:
    """What a key may do somewhere."""
    if name == NOTHING:
        return frozenset()
    if name == "admin":
        return frozenset(Permission)
    if name == "reader":
        return frozenset({Permission.REPORTS, Permission.ANALYTICS})
    role = ROLES[name]
    assert role is not None
    return role.permissions
