"""ServiceNow: the envelope of Akeyless, posted to `HOST/akeyless-events/`.

Sources: Akeyless' reference of event forwarders (place and credentials), ServiceNow's
documentation "OAuth JWT API endpoint for external clients" (the grant by a signed token).
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from datetime import timedelta
from urllib.parse import urlencode

from vaultmeter.forwarders import Client, Ending, Envelope, Kind, Means, Outcome, Setting, Values
from vaultmeter.forwarders._answers import as_json, outcome_of, posted
from vaultmeter.forwarders._envelope import LABELS, enveloped
from vaultmeter.model.errors import Invalid, Unavailable

_PATH = "/akeyless-events/"
_TOKEN_PATH = "/oauth_token.do"  # noqa: S105  an address
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = timedelta(minutes=5)
_OK = 200


def deliver(envelope: Envelope, values: Values, means: Means) -> Outcome:
    """Post a message, as the user or by a token of theirs."""
    try:
        content = as_json(enveloped(envelope.message, values["labels"]))
    except OSError:
        return Outcome(Ending.REFUSED, "A file of the message is gone.")
    base = values["host"].rstrip("/")
    if values["auth"] == "basic":
        both = f"{values['username']}:{values['password']}".encode()
        authorisation = f"Basic {b64encode(both).decode()}"
    else:
        token = _token(envelope, values, means.client)
        if isinstance(token, Outcome):
            return token
        authorisation = f"Bearer {token}"
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Authorization": authorisation,
        "webhook-id": envelope.id,
    }
    return posted(means.client, base + _PATH, headers, content, envelope.now)


def _token(envelope: Envelope, values: Values, client: Client) -> str | Outcome:
    """A token of access for what we sign, or what came of asking for one."""
    form = {
        "grant_type": _GRANT,
        "assertion": _assertion(envelope, values),
        "client_id": values["client_id"],
        "client_secret": values["client_secret"],
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    url = values["host"].rstrip("/") + _TOKEN_PATH
    try:
        reply = client.ask("POST", url, headers, urlencode(form).encode())
    except (Unavailable, Invalid) as error:
        return Outcome(Ending.FAILED, error.message, is_down=True)
    try:
        token = json.loads(reply.body).get("access_token") if reply.status == _OK else None
    except (ValueError, AttributeError):
        token = None
    if isinstance(token, str) and token.isascii() and token.isprintable():
        return token
    asked = outcome_of(reply.status, reply.headers, envelope.now).retry_after
    detail = f"{_TOKEN_PATH} gave no token (status {reply.status})."
    return Outcome(Ending.FAILED, detail, asked, is_down=True)


def _assertion(envelope: Envelope, values: Values) -> str:
    # Signing needs a library that nothing else of a command does.
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    claims = {
        "iss": values["client_id"],
        "aud": values["client_id"],
        "sub": values["user_email"],
        "iat": int(envelope.now.timestamp()),
        "exp": int((envelope.now + _LIFE).timestamp()),
        # A token is taken once; each attempt needs another one.
        "jti": f"{envelope.id}.{envelope.now.timestamp()}",
    }
    return jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(_pem(values["private_key"])))


def _pem(text: str) -> str:
    """A key as PEM: the official clients send it in base64."""
    if "-----BEGIN" in text:
        return text
    try:
        return b64decode(text, validate=True).decode()
    except (NoBase64, ValueError) as error:
        raise Invalid("The private key is no key.", "Give PEM, or PEM in base64.") from error


def check(values: Values) -> None:
    """Raise `Invalid` for credentials that are not whole, or a key that is none."""
    names = {
        "basic": ("username", "password"),
        "jwt": ("user_email", "client_id", "client_secret", "private_key"),
    }[values["auth"]]
    for name in names:
        if not values[name]:
            raise Invalid(f"The setting {name!r} is missing.", f"auth {values['auth']!r} needs it.")
    if values["auth"] == "jwt":
        from joserfc.errors import JoseError  # noqa: PLC0415  as in signing
        from joserfc.jwk import RSAKey  # noqa: PLC0415  the same

        try:
            RSAKey.import_key(_pem(values["private_key"]))
        except (JoseError, ValueError, TypeError) as error:
            raise Invalid("The private key is no key.", "Give an RSA key as PEM.") from error


FORWARDER = Kind(
    title="ServiceNow",
    settings=(
        Setting("host", "Give the address of the instance.", required=True),
        Setting(
            "auth",
            "basic: a user and a password; jwt: OAuth by a token that is signed here.",
            choices=("basic", "jwt"),
            default="basic",
        ),
        Setting("username", "The user, for basic."),
        Setting("password", "The password, for basic.", secret=True),
        Setting("user_email", "The user that the token is for, for jwt."),
        Setting("client_id", "The client of OAuth, for jwt."),
        Setting("client_secret", "The secret of the client, for jwt.", secret=True),
        Setting("private_key", "The key that signs (PEM), for jwt.", secret=True),
        Setting("labels", "Types as they are, or as Usage_Report.", choices=LABELS, default="raw"),
    ),
    deliver=deliver,
    check=check,
    endpoint="host",
)
