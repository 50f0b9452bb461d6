"""The people of product usage: why they have their status, and what nobody can know of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from tests.connectors.vault_records import VAULT_1_13, Act, Token, log

from vaultmeter.app import App
from vaultmeter.console.answers import Answers
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.product_usage.people import people
from vaultmeter.console.words import Words
from vaultmeter.intake import take_stream
from vaultmeter.model.access import Principal
from vaultmeter.settings import Settings
from vaultmeter.sources import Sources
from vaultmeter.views.view import View

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VERA = Token("userpass-vera", {"username": "vera"}, "entity-vera")
EVENTS = [
    ("ann", "secret_read", 0),
    ("bob", "password_autofilled", 1),
    ("bob", "login", 40),
    ("cleo", "login", 3),
    ("dan", "heartbeat", 2),
    ("eve", "secret_read", 45),
    ("fay", "secret_read", 118),
    *(("hal", "secret_read", day) for day in range(119, 0, -1)),
]
"""Who did what, so many days ago."""


def lines() -> bytes:
    """The events of a source that shows whatever it is sent."""
    rows = [
        {
            "id": f"{name}-{kind}-{days}",
            "time": (NOW - timedelta(days=days, hours=1)).isoformat(),
            "identity": name,
            "kind": kind,
            "item": "kv/db",
        }
        for name, kind, days in EVENTS
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, object]]]:
    """The rows of the table by name: of a vault's log, and of a source of any kind."""
    data = tmp_path_factory.mktemp("people") / "data"
    with App(Settings(data=data, reserve_bytes=0), lambda: NOW, lambda _: None) as app:
        take_stream(app, "events", "any", "acme", [lines()])
        read = Act("read", "kv/data/db", "kv/", "kv", VERA, answer={"data": {"a": "hmac"}})
        take_stream(app, "openbao", "vault", "acme", [log(VAULT_1_13, read)])
        words = Words(ZoneInfo("UTC"), NOW, Locale("en", "GB"))
        asking = Asking(
            app,
            Sources(app.inbox, app.access, lambda: app.store),
            Answers(app),
            Principal.operator(),
            View("/product-usage"),
            words,
        )
        yield {str(row["user"]): dict(row) for row in people(asking)["table"].rows}


@pytest.mark.parametrize(
    ("name", "status", "why"),
    [
        ("ann", "active", "new, 1 day"),
        ("bob", "active", "used yesterday"),
        ("cleo", "passive", "signed in, used nothing"),
        ("dan", "passive", "synced only"),
        ("eve", "inactive", "lapsed, 45 days"),
        ("fay", "inactive", "dormant, 118 days"),
    ],
)
def test_a_status_has_its_reason(
    rows: dict[str, dict[str, object]], name: str, status: str, why: str
) -> None:
    """A few words say why somebody is active, passive or inactive."""
    assert (rows[name]["status"], rows[name]["why"]) == (status, why)


def test_what_no_source_can_show_is_no_zero(rows: dict[str, dict[str, object]]) -> None:
    """A zero of a vault that sees no auto-fills is nothing known; another source's is a zero."""
    assert rows["vera"]["passwords_autofilled"] is None
    assert rows["vera"]["remote_connections"] is None
    assert rows["vera"]["accounts_added"] == 0
    assert rows["ann"]["passwords_autofilled"] == 0
    assert rows["bob"]["passwords_autofilled"] == 1
