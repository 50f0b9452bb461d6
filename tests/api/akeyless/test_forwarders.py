"""The official SDK, in both versions, makes, changes, reads and deletes event forwarders."""

from base64 import b64encode
from itertools import count
from typing import Any

import pytest
from tests.api.akeyless.sdk import Sdk, Served
from tests.api.akeyless.test_sdk import key_with
from tests.conftest import run_json

_NUMBER = count()
COMMON: dict[str, Any] = {
    "gateways_event_source_locations": [],
    "event_types": ["usage-report"],
    "runner_type": "immediate",
}
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "email": ("email", "Email", {"email_to": "ada@acme.com,bob@acme.com", "include_error": "true"}),
    "slack": ("slack", "Slack", {"url": "https://hooks.slack.com/services/T0/B0/canary"}),
    "servicenow": (
        "service_now",
        "ServiceNow",
        {"host": "https://acme.service-now.com", "admin_name": "admin", "admin_pwd": "canary"},
    ),
    "webhook": ("webhook", "Webhook", {"url": "https://hooks.acme.com/usage"}),
    "teams": ("teams", "Teams", {"url": "https://acme.webhook.office.com/canary"}),
}


@pytest.fixture
def name(sdk: Sdk) -> str:
    """Give a name that no forwarder has yet."""
    return f"forwarder-{sdk.version}-{next(_NUMBER)}"


def test_a_forwarder_of_each_kind(sdk: Sdk, token: str, name: str) -> None:
    """Made and changed answers 201 with an id; what is told has no secret; deleted it is a 404."""
    # The older one has no Teams.
    for kind in [each for each in KINDS if (each, sdk.version) != ("teams", "5.0.0")]:
        _check_kind(sdk, token, f"{name}-{kind}", kind)


def _check_kind(sdk: Sdk, token: str, name: str, kind: str) -> None:
    call, model, own = KINDS[kind]
    create = f"event_forwarder_create_{call}"
    made = sdk.call(create, f"EventForwarderCreate{model}", name=name, token=token, **COMMON, **own)
    assert made["event_forwarder_name"] == name
    assert isinstance(made["event_forwarder_id"], int)
    again = sdk.refused(
        create, f"EventForwarderCreate{model}", name=name, token=token, **COMMON, **own
    )
    assert again.status == 409
    told = _told(sdk, token, name)
    assert told["noti_forwarder_type"] == kind
    assert told["event_types"] == ["usage-report"]
    assert (told["runner_type"], told["is_enabled"]) == ("immediate", True)
    _, answer = sdk.raw("event_forwarder_get", "EventForwarderGet", name=name, token=token)
    assert "canary" not in answer
    changed = sdk.call(
        f"event_forwarder_update_{call}",
        f"EventForwarderUpdate{model}",
        name=name,
        new_name=f"{name}-b",
        enable="false",
        token=token,
        gateways_event_source_locations=[],
        **({"url": own["url"]} if kind in {"slack", "teams"} else {}),
    )
    assert changed == {**made, "event_forwarder_name": f"{name}-b"}
    after = _told(sdk, token, f"{name}-b")
    same = told.keys() - {"is_enabled", "noti_forwarder_name", "modification_date"}
    assert {key: after[key] for key in same} == {key: told[key] for key in same}
    assert after["is_enabled"] is False
    gone = sdk.call("event_forwarder_delete", "EventForwarderDelete", name=f"{name}-b", token=token)
    assert gone["event_forwarder_name"] == f"{name}-b"
    get = sdk.refused("event_forwarder_get", "EventForwarderGet", name=f"{name}-b", token=token)
    assert get.status == 404


def test_a_lone_default_changes_nothing(sdk: Sdk, token: str, name: str, served: Served) -> None:
    """`auth-type` user-pass, sent with every update, does not undo a bearer token; it is kept."""
    fields = {
        "url": "https://hooks.acme.com/",
        "auth_type": "bearer-token",
        "auth_token": b64encode(b"tok").decode(),
        "description": "To the SIEM.",
    }
    model = "EventForwarderCreateWebhook"
    sdk.call("event_forwarder_create_webhook", model, name=name, token=token, **COMMON, **fields)
    model = "EventForwarderUpdateWebhook"
    sdk.call(
        "event_forwarder_update_webhook",
        model,
        name=name,
        token=token,
        gateways_event_source_locations=[],
    )
    told = _told(sdk, token, name)
    assert told["auth_type"] == "bearer-token"
    assert told["comment"] == "To the SIEM."
    held = run_json("--data", served.serving.data, "forwarders", "show", name, "--json")
    assert (held["settings"]["mode"], held["settings"]["auth"]) == ("akeyless", "bearer")
    sdk.call(
        "event_forwarder_update_webhook",
        model,
        name=name,
        token=token,
        username="ada",
        password="pw",  # noqa: S106  of nobody
        gateways_event_source_locations=[],
    )
    assert _told(sdk, token, name)["auth_type"] == "user-pass"


def test_periodic_forwarders(sdk: Sdk, token: str, name: str) -> None:
    """A forwarder of every six hours says so in seconds; other words for it are a 400."""
    create = ("event_forwarder_create_webhook", "EventForwarderCreateWebhook")
    fields = {**COMMON, "runner_type": "periodic", "url": "https://hooks.acme.com/"}
    sdk.call(*create, name=name, token=token, every="6", **fields)
    told = _told(sdk, token, name)
    assert (told["runner_type"], told["timespan_in_seconds"]) == ("periodic", 21_600)
    for every in ("0", "25", "six", ""):
        refused = sdk.refused(*create, name=f"{name}-b", token=token, every=every, **fields)
        assert refused.status == 400
    fields["runner_type"] = "sometimes"
    assert sdk.refused(*create, name=f"{name}-b", token=token, **fields).status == 400


def test_the_level_of_a_role_governs(sdk: Sdk, token: str, name: str, served: Served) -> None:
    """A role with event-forwarders-access may; one without is a 403."""
    fields = {**COMMON, "url": "https://hooks.acme.com/"}
    create = ("event_forwarder_create_webhook", "EventForwarderCreateWebhook")
    may = sdk.token(key_with(sdk, token, f"{name}-may", event_forwarders_access="all"))
    may_not = sdk.token(key_with(sdk, token, f"{name}-not", usage_reports_access="all"))
    assert sdk.refused(*create, name=name, token=may_not, **fields).status == 403
    assert sdk.call(*create, name=name, token=may, **fields)["event_forwarder_name"] == name
    assert _told(sdk, may, name)["endpoint"] == fields["url"]
    refused = sdk.refused("event_forwarder_get", "EventForwarderGet", name=name, token=may_not)
    assert refused.status == 403
    assert served.admin


def _told(sdk: Sdk, token: str, name: str) -> dict[str, Any]:
    told = sdk.call("event_forwarder_get", "EventForwarderGet", name=name, token=token)
    forwarder: dict[str, Any] = told["event_forwarder"]
    return forwarder
