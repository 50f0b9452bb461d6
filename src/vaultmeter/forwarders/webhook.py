"""A webhook: CloudEvents signed as Standard Webhooks has it, or the envelope of Akeyless.

Sources: standardwebhooks.com (headers, signature `v1`, two secrets during a change), CloudEvents
1.0 (HTTP and JSON bindings), and Akeyless' reference of event forwarders for the other body.
"""

import binascii
import hmac
from base64 import b64decode, b64encode
from datetime import datetime
from secrets import token_bytes
from typing import Any

from vaultmeter.forwarders import Ending, Envelope, Kind, Means, Outcome, Setting, Values
from vaultmeter.forwarders._answers import as_json, posted
from vaultmeter.forwarders._envelope import LABELS, enveloped
from vaultmeter.forwarders._events import events_of
from vaultmeter.model.errors import Invalid
from vaultmeter.model.tls import Tls

_PREFIX = "whsec_"
_LEAST_BYTES, _MOST_BYTES = 24, 64


def deliver(envelope: Envelope, values: Values, means: Means) -> Outcome:
    """Post a message, signed."""
    try:
        media_type, body = _body(envelope, values)
    except OSError:
        return Outcome(Ending.REFUSED, "A file of the message is gone.")
    content = as_json(body)
    headers = {
        "Content-Type": media_type,
        **_signed(envelope, values, content),
        **_authorised(values),
    }
    return posted(means.client, values["url"], headers, content, envelope.now, _tls(values))


def new_secret() -> str:
    """A secret to sign with."""
    return _PREFIX + b64encode(token_bytes(_LEAST_BYTES)).decode()


def signature(secret: str, id_: str, at: int, content: bytes) -> str:
    """The signature of a request by a secret; raises `Invalid` where it is none."""
    text = f"{id_}.{at}.".encode() + content
    return "v1," + b64encode(hmac.digest(_key(secret), text, "sha256")).decode()


def _body(envelope: Envelope, values: Values) -> tuple[str, Any]:
    if values["mode"] == "akeyless":
        return "application/json", enveloped(envelope.message, values["labels"])
    return events_of(envelope)


def _signed(envelope: Envelope, values: Values, content: bytes) -> dict[str, str]:
    at = int(envelope.now.timestamp())
    secrets = [values["signing_secret"]]
    until = values["previous_until"]
    if until and envelope.now < datetime.fromisoformat(until):
        secrets.append(values["previous_signing_secret"])
    each = [signature(secret, envelope.id, at, content) for secret in secrets if secret]
    return {
        "webhook-id": envelope.id,
        "webhook-timestamp": str(at),
        **({"webhook-signature": " ".join(each)} if each else {}),
    }


def _authorised(values: Values) -> dict[str, str]:
    if values["auth"] == "basic":
        both = f"{values['username']}:{values['password']}".encode()
        return {"Authorization": f"Basic {b64encode(both).decode()}"}
    if values["auth"] == "bearer":
        return {"Authorization": f"Bearer {values['token']}"}
    return {}


def _tls(values: Values) -> Tls | None:
    """The certificates for the receiver; `None` where the machine's are enough."""
    ours = ("", "")
    if values["auth"] == "certificate":
        ours = values["certificate"], values["private_key"]
    trusted = values["server_certificates"]
    return Tls(*ours, trusted) if ours[0] or trusted else None


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(_PREFIX) + "==")
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not _LEAST_BYTES <= len(key) <= _MOST_BYTES:
        raise Invalid(
            "The signing secret is not one.",
            f"Write {_PREFIX} and {_LEAST_BYTES} to {_MOST_BYTES} bytes in base64, or leave it out:"
            " one is made.",
        )
    return key


def check(values: Values) -> None:
    """Raise `Invalid` for credentials that are not whole."""
    _key(values["signing_secret"])
    needed = {
        "basic": ("username", "password"),
        "bearer": ("token",),
        "certificate": ("certificate", "private_key"),
    }.get(values["auth"], ())
    for name in needed:
        if not values[name]:
            raise Invalid(f"The setting {name!r} is missing.", f"auth {values['auth']!r} needs it.")
    token = values["token"]
    if not (token.isascii() and token.isprintable()) or any(char.isspace() for char in token):
        raise Invalid("The token cannot be sent in a header.", "Use plain letters and digits.")
    if ":" in values["username"]:
        raise Invalid("A user name with a colon cannot be sent.", "RFC 7617 has no way to.")


FORWARDER = Kind(
    title="Webhook",
    settings=(
        Setting("url", "Give the address that is posted to.", required=True),
        Setting(
            "mode",
            "native: CloudEvents; akeyless: the envelope Akeyless_Events.",
            choices=("native", "akeyless"),
            default="native",
        ),
        Setting(
            "auth",
            "How the forwarder shows who it is, besides the signature.",
            choices=("none", "basic", "bearer", "certificate"),
            default="none",
        ),
        Setting("username", "The user, for basic."),
        Setting("password", "The password, for basic.", secret=True),
        Setting("token", "The token, for bearer.", secret=True),
        Setting("certificate", "Our certificate and its chain (PEM), for certificate."),
        Setting("private_key", "The key of our certificate (PEM).", secret=True),
        Setting("server_certificates", "The authorities that the receiver is known by (PEM)."),
        Setting(
            "labels",
            "Types in the envelope as they are, or as Usage_Report.",
            choices=LABELS,
            default="raw",
        ),
        Setting("signing_secret", "What requests are signed with.", secret=True, make=new_secret),
        Setting(
            "previous_signing_secret", "What was signed with before.", secret=True, is_own=True
        ),
        Setting("previous_until", "Until when both sign.", is_own=True),
    ),
    deliver=deliver,
    check=check,
    endpoint="url",
)
