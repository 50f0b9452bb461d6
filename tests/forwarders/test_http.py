"""Forwarders over HTTP, at real receivers: what arrives, and what faults come to."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from tests.forwarders.certificates import certificate
from tests.forwarders.receiver import (
    Behave,
    Got,
    Talk,
    answers,
    drips,
    hangs,
    hangs_up,
    receiving,
)
from tests.forwarders.sending import MESSAGE, NOTICE, REACHED, attempted

from vaultmeter.forwarders import Ending, kinds
from vaultmeter.forwarders._answers import retry_after
from vaultmeter.forwarders.webhook import new_secret
from vaultmeter.model.errors import Invalid
from vaultmeter.model.message import Attachment, Message

SEVERAL = Message("window:1", "2 notices", "two", (NOTICE, NOTICE))


def test_every_kind_is_there() -> None:
    """The kinds are those that the product names."""
    assert set(kinds()) == {"email", "slack", "teams", "servicenow", "webhook"}


def test_a_webhook_is_signed_and_a_cloud_event() -> None:
    """The independent library verifies it; an altered body or another secret is refused."""
    secret = new_secret()
    with receiving() as receiver:
        settings = {"url": f"{receiver.url}/hook?a=1", "signing_secret": secret}
        outcome = attempted("webhook", settings, receiver.allow)
    (got,) = receiver.got
    assert outcome.ending is Ending.DELIVERED
    assert got.path == "/hook?a=1"
    assert got.headers["content-type"] == "application/cloudevents+json"
    assert got.headers["webhook-id"] == "msg_1"
    told = Webhook(secret).verify(got.body, got.headers)
    assert told["specversion"] == "1.0"
    assert (told["id"], told["source"]) == ("notice-7", "/vaultmeter/notices")
    assert told["type"] == "vaultmeter.notice.usage-report"
    assert datetime.fromisoformat(told["time"]) == NOTICE.time
    assert told["data"]["payload"] == dict(NOTICE.payload)
    for body, key in ((got.body + b" ", secret), (got.body, new_secret())):
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(body, got.headers)
    old = dict(
        got.headers, **{"webhook-timestamp": str(int(got.headers["webhook-timestamp"]) - 400)}
    )
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body, old)


def test_two_secrets_sign_during_a_change() -> None:
    """Until a day is over the secret before verifies, too; then it does not."""
    new, old, now = new_secret(), new_secret(), datetime.now(UTC)
    with receiving() as receiver:
        for hours in (1, -1):
            until = (now + timedelta(hours=hours)).isoformat()
            settings = {"url": receiver.url, "signing_secret": new}
            settings |= {"previous_signing_secret": old, "previous_until": until}
            attempted("webhook", settings, receiver.allow)
    first, second = receiver.got
    for got in (first, second):
        assert Webhook(new).verify(got.body, got.headers)
    assert Webhook(old).verify(first.body, first.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(second.body, second.headers)


def test_several_notices_are_a_batch() -> None:
    """A window's notices arrive as a batch of CloudEvents."""
    with receiving() as receiver:
        attempted("webhook", {"url": receiver.url}, receiver.allow, SEVERAL)
    (got,) = receiver.got
    assert got.headers["content-type"] == "application/cloudevents-batch+json"
    assert len(json.loads(got.body)) == 2


def test_files_of_a_report_go_along(tmp_path: Path) -> None:
    """A schedule's files are in the event; a message whose file is gone is given up."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\r\n")
    message = Message("run:1", "Users", "Monthly.", (), (Attachment("a.csv", "text/csv", path),))
    with receiving() as receiver:
        attempted("webhook", {"url": receiver.url}, receiver.allow, message)
        path.unlink()
        gone = attempted("webhook", {"url": receiver.url}, receiver.allow, message)
    data = json.loads(receiver.got[0].body)["data"]
    assert data["files"][0] == {
        "name": "a.csv",
        "media_type": "text/csv",
        "bytes": 5,
        "sha256": sha256(b"a,b\r\n").hexdigest(),
        "base64": b64encode(b"a,b\r\n").decode(),
    }
    assert gone.ending is Ending.REFUSED


@pytest.mark.parametrize(("labels", "label"), [("raw", "usage-report"), ("title", "Usage_Report")])
def test_the_envelope_of_akeyless(labels: str, label: str) -> None:
    """Types map to lists of events, each with its name and its payload."""
    with receiving() as receiver:
        settings = {"url": receiver.url, "mode": "akeyless", "labels": labels}
        attempted("webhook", settings, receiver.allow)
    (got,) = receiver.got
    assert got.headers["content-type"] == "application/json"
    (event,) = json.loads(got.body)["Akeyless_Events"][label]
    assert (event["name"], event["item_id"]) == ("Password Manager", "")
    details = event["payload"]["usage_report_details"]
    assert details["message"] == REACHED
    assert (details["product"], details["total_clients"], details["clients_limit"]) == (
        "pm",
        100,
        100,
    )


def test_basic_and_bearer() -> None:
    """Credentials arrive as HTTP has them."""
    with receiving() as receiver:
        for settings in (
            {"auth": "basic", "username": "ada", "password": "pass: wörd"},
            {"auth": "bearer", "token": "t0k.en"},
            {"auth": "none"},
        ):
            attempted("webhook", {"url": receiver.url, **settings}, receiver.allow)
    basic, bearer, none = (got.headers.get("authorization") for got in receiver.got)
    assert basic == "Basic " + b64encode("ada:pass: wörd".encode()).decode()
    assert bearer == "Bearer t0k.en"
    assert none is None


def test_mutual_tls(tmp_path: Path) -> None:
    """The receiver sees our certificate; without it, or with another authority, nothing is sent."""
    theirs, ours = certificate(tmp_path, "receiver"), certificate(tmp_path, "vaultmeter")
    stranger = certificate(tmp_path, "stranger")
    with receiving(tls=theirs.server(wants=ours)) as receiver:
        settings = {
            "url": receiver.url,
            "auth": "certificate",
            "certificate": ours.chain,
            "private_key": ours.key,
            "server_certificates": theirs.chain,
        }
        assert attempted("webhook", settings, receiver.allow).ending is Ending.DELIVERED
        for wrong in (
            {"certificate": stranger.chain, "private_key": stranger.key},
            {"server_certificates": stranger.chain},
            {"server_certificates": ""},
            {"auth": "none"},
            {"private_key": stranger.key},
            {"certificate": "no certificate"},
        ):
            outcome = attempted("webhook", settings | wrong, receiver.allow)
            assert outcome.ending is Ending.FAILED, wrong
    (got,) = receiver.got
    assert got.peer is not None
    assert "vaultmeter" in str(got.peer["subject"])


def test_slack_gets_a_text() -> None:
    """Slack's form, with what it takes for marks written so that it does not."""
    message = Message("k", "s", "<!channel> a & b", (), (), "https://x.example/")
    with receiving() as receiver:
        url = f"{receiver.url}/services/T0/B0/secret"
        assert attempted("slack", {"url": url}, receiver.allow, message).ending is Ending.DELIVERED
    (got,) = receiver.got
    assert got.path == "/services/T0/B0/secret"
    text = json.loads(got.body)["text"]
    assert text == "&lt;!channel&gt; a &amp; b\n\nhttps://x.example/"


def test_teams_gets_a_card() -> None:
    """An adaptive card with the text, and a button that leads to the console."""
    with receiving(answers(202)) as receiver:
        outcome = attempted("teams", {"url": receiver.url}, receiver.allow)
    (got,) = receiver.got
    assert outcome.ending is Ending.DELIVERED
    (attachment,) = json.loads(got.body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["body"][0]["inlines"][0]["text"] == REACHED
    assert card["actions"][0]["url"] == MESSAGE.url


def test_servicenow_by_a_user() -> None:
    """The envelope is posted to the one path, as the user."""
    with receiving(answers(201)) as receiver:
        settings = {"host": receiver.url, "username": "admin", "password": "pw"}
        assert attempted("servicenow", settings, receiver.allow).ending is Ending.DELIVERED
    (got,) = receiver.got
    assert got.path == "/akeyless-events/"
    assert got.headers["authorization"].startswith("Basic ")
    assert "usage-report" in json.loads(got.body)["Akeyless_Events"]


def test_servicenow_by_a_signed_token() -> None:
    """The token is asked for with a claim that the key's public half verifies, and then used."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    def behave(talk: Talk, got: Got) -> None:
        is_token = got.path == "/oauth_token.do"
        talk.answer(200, b'{"access_token": "acc"}' if is_token else b"{}")

    with receiving(behave) as receiver:
        settings = {
            "host": receiver.url,
            "auth": "jwt",
            "user_email": "ada@acme.com",
            "client_id": "c1",
            "client_secret": "s1",
            "private_key": b64encode(pem).decode(),
        }
        assert attempted("servicenow", settings, receiver.allow).ending is Ending.DELIVERED
        receiver.behave = answers(401)
        assert attempted("servicenow", settings, receiver.allow).ending is Ending.FAILED
    asked, posted, _ = receiver.got
    form = dict(part.split("=", 1) for part in asked.body.decode().split("&"))
    claims = jwt.decode(form["assertion"], key.public_key(), ["RS256"], audience="c1")
    assert (claims["iss"], claims["sub"]) == ("c1", "ada@acme.com")
    assert posted.headers["authorization"] == "Bearer acc"


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        *((status, Ending.DELIVERED) for status in (200, 201, 202, 204, 299)),
        *((status, Ending.FAILED) for status in (301, 302, 307, 308, 304)),
        *((status, Ending.FAILED) for status in (401, 403, 404, 405, 408, 409, 429, 500, 503)),
        *((status, Ending.REFUSED) for status in (400, 413, 414, 415, 422, 431)),
        (410, Ending.GONE),
    ],
)
def test_what_a_status_comes_to(status: int, ending: Ending) -> None:
    """Every 2xx is delivered; what can be mended is tried again; redirects are not followed."""
    with receiving() as other, receiving(answers(status, Location=other.url)) as receiver:
        allow = (*receiver.allow, *other.allow)
        outcome = attempted("webhook", {"url": receiver.url}, allow)
    assert outcome.ending is ending
    assert str(status) in outcome.detail
    assert len(receiver.got) == 1
    assert other.got == []


def test_the_pause_that_is_asked_for() -> None:
    """Retry-After is read in seconds and as a date; nonsense and the past are no pause."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert retry_after("120", now) == 120
    assert retry_after("Sun, 22 Nov 2026 12:01:30 GMT", now) == 90
    assert retry_after("Sun, 22 Nov 2026 11:00:00 GMT", now) == 0
    assert retry_after("9" * 400, now) == 864_000
    for text in (None, "", "soon", "-5", "1.5", "Sun, 99 Nov 2026 12:00:00 GMT", "١٢"):
        assert retry_after(text, now) is None
    with receiving(answers(429, Retry_After="7")) as receiver:
        outcome = attempted("webhook", {"url": receiver.url}, receiver.allow)
    assert (outcome.ending, outcome.retry_after) == (Ending.FAILED, 7.0)


@pytest.mark.parametrize("behave", [hangs, hangs_up, drips])
def test_faults_of_the_line(behave: Behave) -> None:
    """Whoever hangs, hangs up or drips is left in time, and it is a failure like any other."""
    begun = monotonic()
    with receiving(behave) as receiver:
        outcome = attempted("webhook", {"url": receiver.url}, receiver.allow, seconds=0.7)
        assert monotonic() - begun < 3
    assert (outcome.ending, outcome.is_down) == (Ending.FAILED, True)


def test_a_wrong_certificate_is_a_failure(tmp_path: Path) -> None:
    """A receiver whose certificate nobody vouches for gets nothing."""
    with receiving(tls=certificate(tmp_path, "receiver").server()) as receiver:
        outcome = attempted("slack", {"url": f"{receiver.url}/secret-path"}, receiver.allow)
    assert outcome.ending is Ending.FAILED
    assert receiver.got == []
    assert "secret-path" not in outcome.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://127.0.0.2:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://localhost:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://metadata.google.internal/",
        "https://192.168.1.1/",
        "http://example.com/",
    ],
)
def test_nothing_goes_nearby_unless_it_is_allowed(url: str) -> None:
    """Private, link-local and metadata addresses get nothing, nor does anybody in the clear."""
    with receiving() as receiver:
        address = url.format(port=receiver.port)
        for kind, settings in (
            ("webhook", {"url": address}),
            ("slack", {"url": address}),
            ("servicenow", {"host": address, "username": "a", "password": "b"}),
        ):
            assert attempted(kind, settings, seconds=2).ending is Ending.FAILED
    assert receiver.got == []


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("webhook", {}),
        ("webhook", {"url": "https://x.example/", "auth": "digest"}),
        ("webhook", {"url": "https://x.example/", "auth": "basic", "username": "a"}),
        ("webhook", {"url": "https://x.example/", "auth": "bearer"}),
        ("webhook", {"url": "https://x.example/", "auth": "bearer", "token": "a\r\nX: b"}),
        ("webhook", {"url": "https://x.example/", "signing_secret": "short"}),
        ("webhook", {"url": "https://x.example/", "unknown": "a"}),
        ("slack", {"url": ""}),
        ("servicenow", {"host": "https://x.example"}),
        ("servicenow", {"host": "https://x.example", "auth": "jwt", "user_email": "a"}),
        (
            "servicenow",
            {
                "host": "https://x.example",
                "auth": "jwt",
                "user_email": "a",
                "client_id": "b",
                "client_secret": "c",
                "private_key": "d",
            },
        ),
        ("email", {"to": "nobody"}),
        ("email", {"to": "a@x.org", "override_url": "javascript:alert(1)"}),
    ],
)
def test_settings_that_cannot_work_are_refused(kind: str, settings: dict[str, str]) -> None:
    """What is missing, unknown or of no form is told before anything is kept."""
    with pytest.raises(Invalid):
        attempted(kind, settings)
