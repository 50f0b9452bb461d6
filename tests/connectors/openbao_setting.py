"""What a server is given before anybody works with it: namespaces, mounts, users, roles."""

import time
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.connectors.openbao_deeds import Actor, Deeds

NAMESPACES = ("", "eng", "eng/web")
PASSWORD = "pw"  # noqa: S105  of invented people
LOCKED_AFTER = 5
_POLICY = """
path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan"] }
path "kv/data/forbidden/*" { capabilities = ["deny"] }
"""
_MOUNTS = {
    "kv": {"type": "kv", "options": {"version": "2"}},
    "team/kv": {"type": "kv", "options": {"version": "2"}},
    "old": {"type": "kv", "options": {"version": "1"}},
    "transit": {"type": "transit"},
    "pki": {"type": "pki"},
    "ssh": {"type": "ssh"},
    "totp": {"type": "totp"},
    "db": {"type": "database"},
}
_METHODS = {"userpass": "userpass", "people": "userpass", "approle": "approle", "corp-sso": "jwt"}


@dataclass(frozen=True)
class Setting:
    """What the workers need to know of it."""

    deeds: Deeds
    jwt_key: str
    database_port: int

    def signed(self, subject: str, audience: str = "vault") -> str:
        """Sign a JWT; the server takes those for the audience `vault`."""
        now = int(time.time())
        claims = {"sub": subject, "aud": audience, "iat": now, "exp": now + 600}
        return jwt.encode(claims, self.jwt_key, algorithm="ES256")

    def sign_in(self, name: str, account: str = "") -> Actor:
        """Sign in with a password."""
        body = {"password": PASSWORD}
        return self.deeds.sign_in(Actor(name, account), f"auth/userpass/login/{name}", body)

    def app_role(self, role: str, account: str = "") -> tuple[Actor, dict[str, str]]:
        """Make an AppRole; answers who it is and what it signs in with."""
        path = f"auth/approle/role/{role}"
        self.deeds.set_up(f"POST {path}", {"token_policies": "all"}, at=account)
        role_id = self.deeds.set_up(f"GET {path}/role-id", at=account)["data"]["role_id"]
        secret = self.deeds.set_up_secret_id(path, account)
        return Actor(role, account, "machine", "approle"), {"role_id": role_id, "secret_id": secret}


def set_up(deeds: Deeds, database_port: int) -> Setting:
    """Set a server up, as root."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    deeds.set_up("POST sys/namespaces/eng", {})
    deeds.set_up("POST sys/namespaces/web", {}, at="eng")
    for account in NAMESPACES:
        deeds.set_up("PUT sys/policies/acl/all", {"policy": _POLICY}, at=account)
        for path, mount in _MOUNTS.items():
            deeds.set_up(f"POST sys/mounts/{path}", mount, at=account)
        for path, kind in _METHODS.items():
            deeds.set_up(f"POST sys/auth/{path}", {"type": kind}, at=account)
        for user in ("ada", "bob", "eve"):
            _add_user(deeds, "userpass", user, account)
    for user in ("grace", "lou", "mia"):
        _add_user(deeds, "userpass", user)
    _add_user(deeds, "people", "jo-ann")
    deeds.set_up(
        "POST sys/auth/userpass/tune",
        {"user_lockout_config": {"lockout_threshold": str(LOCKED_AFTER)}},
    )
    keys = {"jwt_validation_pubkeys": [public.decode()], "default_role": "sso"}
    deeds.set_up("POST auth/corp-sso/config", keys)
    role = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"]}
    deeds.set_up("POST auth/corp-sso/role/sso", role | {"token_policies": ["all"]})
    return Setting(deeds, private.decode(), database_port)


def _add_user(deeds: Deeds, mount: str, name: str, account: str = "") -> None:
    body = {"password": PASSWORD, "token_policies": "all"}
    deeds.set_up(f"POST auth/{mount}/users/{name}", body, at=account)
