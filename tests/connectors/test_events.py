"""The fields of the open format: each is kept, has its default, or rejects the line by name."""

from datetime import datetime
from typing import Any

import pytest
from tests.conftest import Folder, ndjson
from tests.connectors.open_format import FULL, LEAST, Record, stored

from vaultmeter.connectors.events import FIELDS
from vaultmeter.model.kinds import INTENT_OF_KIND, Kind

WRONG: list[tuple[Record, str]] = [
    ({"time": None}, "time: required"),
    ({"time": "yesterday"}, "time: RFC 3339 with an offset"),
    ({"time": "2026-11-01"}, "time: RFC 3339 with an offset"),
    ({"time": "2026-11-01T08:00:00"}, "time: RFC 3339 with an offset"),
    ({"time": "2026-02-30T08:00:00Z"}, "time: RFC 3339 with an offset"),
    ({"time": 1793520000}, "time: RFC 3339 with an offset"),
    ({"time": "2026-11-01T08:00:00+25:00"}, "time: RFC 3339 with an offset"),
    ({"time": "2026-11-01T08:00:00+09:60"}, "time: RFC 3339 with an offset"),
    ({"time": "2026-11-01T24:00:00Z"}, "time: RFC 3339 with an offset"),
    ({"time": "2026-11-01T08:00Z"}, "time: RFC 3339 with an offset"),
    ({"specversion": "0.3", "source": "/v"}, "specversion: 1.0"),
    ({"time": "1999-12-31T23:59:59Z"}, "time: an instant from 2000-01-01 to 2100-01-01"),
    ({"time": "2100-01-01T00:00:00Z"}, "time: an instant from 2000-01-01 to 2100-01-01"),
    ({"kind": None}, "kind: required, one of login, "),
    ({"kind": "made_up"}, "kind: one of login, "),
    ({"kind": "LOGIN"}, "kind: one of login, "),
    ({"kind": ""}, "kind: one of login, "),
    ({"identity": None}, "identity: required text"),
    ({"identity": ""}, "identity: required text"),
    ({"identity_kind": "robot"}, "identity_kind: one of person, machine, agent, system"),
    ({"identity_kind": "unknown"}, "identity_kind: one of person, machine, agent, system"),
    ({"intent": "fun"}, "intent: one of use, manage, presence, heartbeat, system"),
    ({"outcome": "fine"}, "outcome: one of ok, denied, not_found, error"),
    ({"kind": "login_failed", "outcome": "ok"}, "outcome: of a login_failed denied, "),
    ({"product": "secrets"}, "product: one of sm, pm, sra"),
    ({"evidence": "hearsay"}, "evidence: one of server, client, inferred"),
    ({"weight": 0}, "weight: a whole number from 1"),
    ({"weight": -1}, "weight: a whole number from 1"),
    ({"weight": 1.5}, "weight: a whole number from 1"),
    ({"weight": "many"}, "weight: a whole number from 1"),
    ({"weight": 10**10}, "weight: a whole number from 1"),
    ({"weight": True}, "weight: a whole number from 1"),
]
TIMES = [
    ("2026-11-01T08:00:00Z", "2026-11-01T08:00:00"),
    ("2026-11-01t08:00:00z", "2026-11-01T08:00:00"),
    ("2026-11-01 08:00:00+00:00", "2026-11-01T08:00:00"),
    ("2026-11-01T08:00:00.5-02:30", "2026-11-01T10:30:00.500000"),
    ("2026-11-01T08:00:00.123456789Z", "2026-11-01T08:00:00.123456"),
    ("2026-11-01T00:00:00+14:00", "2026-10-31T10:00:00"),
    ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00"),
    ("2099-12-31T23:59:59.999999Z", "2099-12-31T23:59:59.999999"),
    ("2028-02-29T12:00:00Z", "2028-02-29T12:00:00"),
]
ACCOUNTS = [
    ("acme", "acme"),
    ("acme/finance", "acme/finance"),
    ("finance", "acme/finance"),
    ("/finance/", "acme/finance"),
    ("acme/acme", "acme/acme"),
    ("acmefinance", "acme/acmefinance"),
    ("finance/emea", "acme/finance/emea"),
    ("", "acme"),
]


def each(folder: Folder, *changes: Record) -> list[Record]:
    """The events that the least record comes to, each with some fields changed."""
    records = [{"id": f"r-{number}"} | LEAST | changed for number, changed in enumerate(changes)]
    folder.take("events", ndjson(*records), account="acme")
    assert folder.rejects() == []
    return stored(folder)


def rejected(folder: Folder, *changes: Record) -> list[tuple[str, str]]:
    """Why the least record is rejected with some fields changed, and what was expected."""
    records = [
        {name: value for name, value in (LEAST | changed).items() if value is not None}
        for changed in changes
    ]
    taken = folder.take("events", ndjson(*records), account="acme")
    assert taken.outcome.stored == 0
    found = folder.rejects()
    assert [reject.body for reject in found] == ndjson(*records).splitlines()
    return [(reject.reason, reject.expected or "") for reject in found]


def test_every_field_is_kept(folder: Folder) -> None:
    """A record with every field of the format becomes an event with every one of them."""
    assert set(FULL) == set(FIELDS)
    folder.take("events", ndjson(FULL), account="acme")
    assert stored(folder) == [
        {
            "time": datetime(2026, 11, 1, 4, 0, 0, 123456),  # noqa: DTZ001  as stored, in UTC
            "account": "acme/finance",
            "identity_name": "Ada Lovelace",
            "identity_kind": "agent",
            "identity_method": "oidc",
            "item": "transit/orders, new",
            "item_type": "classic_key",
            "detail": "encrypt",
            "kind": "key_operation",
            "intent": "manage",
            "outcome": "error",
            "weight": 20,
            "product": "pm",
            "auth_method": "oidc",
            "ip": "203.0.113.7",
            "agent": 'sdk "go"/2.3',
            "source_event": "vendor:17",
            "evidence": "inferred",
            "has_session": True,
        }
    ]


def test_three_fields_are_enough(folder: Folder) -> None:
    """Time, kind and identity make an event; all else has the default that the format documents."""
    assert each(folder, {}) == [
        {
            "time": datetime(2026, 11, 1, 8),  # noqa: DTZ001  as stored, in UTC
            "account": "acme",
            "identity_name": "ada",
            "identity_kind": "person",
            "identity_method": None,
            "item": None,
            "item_type": None,
            "detail": None,
            "kind": "secret_read",
            "intent": "use",
            "outcome": "ok",
            "weight": 1,
            "product": "sm",
            "auth_method": None,
            "ip": None,
            "agent": None,
            "source_event": "secret_read",
            "evidence": "server",
            "has_session": False,
        }
    ]


def test_null_is_the_same_as_left_out(folder: Folder) -> None:
    """A field that is null has its default."""
    plain, *others = each(folder, {}, *({name: None} for name in FIELDS if name not in LEAST))
    assert others == [plain] * len(others)


def test_every_kind_has_its_intent_outcome_and_product(folder: Folder) -> None:
    """What a record does not say follows from its kind; a failed sign-in is not a success."""
    products = {"password_accessed": "pm", "password_autofilled": "pm", "remote_connection": "sra"}
    events = each(folder, *({"kind": str(kind)} for kind in Kind))
    for kind, event in zip(Kind, events, strict=True):
        assert (event["kind"], event["intent"]) == (kind, INTENT_OF_KIND[kind])
        assert event["outcome"] == ("denied" if kind == "login_failed" else "ok")
        assert event["product"] == products.get(kind, "sm")


def test_a_wrong_field_is_named_with_what_was_expected(folder: Folder) -> None:
    """A field that is there and wrong rejects the line: nothing is guessed."""
    refused = rejected(folder, *(changed for changed, _ in WRONG))
    for (changed, said), (reason, wanted) in zip(WRONG, refused, strict=True):
        assert reason == ("impossible_time" if changed.get("time") else "unknown_shape"), changed
        assert wanted.startswith(said), changed


@pytest.mark.parametrize("value", [{"a": 1}, ["a"], {}, []])
def test_a_structure_is_no_text(folder: Folder, value: Any) -> None:  # noqa: ANN401  any JSON
    """An object or a list in the place of a field is named, whichever field it is."""
    refused = rejected(folder, *({name: value} for name in FIELDS))
    for name, (_, wanted) in zip(FIELDS, refused, strict=True):
        assert wanted.startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["item", "identity", "detail", "session", "agent"])
def test_a_text_may_begin_like_a_structure(folder: Folder, name: str) -> None:
    """Brackets in a title are part of it."""
    texts = ["[Prod] db", "{x", "[]]", "[", "{", "[x, y]"]
    events = each(folder, *({name: text} for text in texts))
    if name != "session":
        shown = "identity_name" if name == "identity" else name
        assert [event[shown] for event in events] == texts


def test_times_of_rfc_3339(folder: Folder) -> None:
    """Any offset and any fraction of a second are understood, to the microsecond."""
    events = each(folder, *({"time": text} for text, _ in TIMES))
    assert [event["time"].isoformat() for event in events] == [utc for _, utc in TIMES]


def test_accounts_lie_below_that_of_the_source(folder: Folder) -> None:
    """An account may be written whole or from the source's own on; it is the same one."""
    events = each(folder, *({"account": account} for account, _ in ACCOUNTS))
    assert [event["account"] for event in events] == [name for _, name in ACCOUNTS]


def test_numbers_are_as_good_as_text(folder: Folder) -> None:
    """Ids that a vault writes as numbers are text, and a weight may be either."""
    (event,) = each(folder, {"identity": 42, "item": 7, "weight": "3"})
    assert (event["identity_name"], event["item"], event["weight"]) == ("42", "7", 3)


def test_unknown_fields_are_left_alone(folder: Folder) -> None:
    """A record may carry more than the format knows."""
    (event,) = each(folder, {"comment": "x", "nested": {"a": [1]}})
    assert event["kind"] == "secret_read"
