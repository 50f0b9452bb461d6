"""What people do with engines that make things: keys, certificates, codes, credentials."""

import base64

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from tests.connectors.openbao_deeds import NOBODY, Actor, Deeds
from tests.connectors.openbao_setting import Setting

_TEXT = base64.b64encode(b"text").decode()
_SQL = """create role "{{name}}" login password '{{password}}' valid until '{{expiration}}'"""


def work_with_keys(setting: Setting) -> None:
    """Do each thing there is to do, as one person."""
    deeds, ada = setting.deeds, setting.sign_in("ada")
    _keys(deeds, ada)
    _encryption(deeds, ada)
    _signatures(deeds, ada)
    _certificates(deeds, ada)
    _ssh(deeds, ada)
    _codes(deeds, ada)
    _database(deeds, ada, setting.database_port)
    body = {"input": _TEXT}
    deeds.act(ada, "POST sys/tools/random/8", "key_operation/random", body={})
    deeds.act(ada, "POST sys/tools/hash", "key_operation/hash", body=body)


def _keys(deeds: Deeds, ada: Actor) -> None:
    deeds.act(ada, "POST transit/keys/k", "item_added", "transit/k", {"exportable": True})
    deeds.act(ada, "POST transit/keys/k/rotate", "rotation", "transit/k", {})
    config = {"deletion_allowed": True}
    deeds.act(ada, "POST transit/keys/k/config", "item_updated", "transit/k", config)
    deeds.act(ada, "GET transit/keys/k", "list", "transit/k")
    deeds.act(ada, "GET transit/keys/none", "list", "transit/none", status=404)
    deeds.act(ada, "LIST transit/keys", "list")
    deeds.act(ada, "GET transit/export/encryption-key/k", "export", "transit/k")
    deeds.act(ada, "GET transit/export/encryption-key/k/1", "export", "transit/k")
    deeds.act(ada, "POST transit/keys/short", "item_added", "transit/short", {})
    deeds.act(ada, "GET transit/export/encryption-key/short", "export", "transit/short", status=400)
    deeds.act(ada, "POST transit/keys/short/config", "item_updated", "transit/short", config)
    means = "key_operation/encrypt"
    deeds.act(ada, "POST transit/encrypt/short", means, "transit/short", _plain(1))
    deeds.act(ada, "DELETE transit/keys/short", "item_deleted/keys", "transit/short")
    deeds.act(ada, "GET transit/wrapping_key", "admin")


def _plain(count: int) -> dict[str, object]:
    return {"batch_input": [{"plaintext": _TEXT}] * count} if count > 1 else {"plaintext": _TEXT}


def _encryption(deeds: Deeds, ada: Actor) -> None:
    answer = deeds.act(
        ada, "POST transit/encrypt/k", "key_operation/encrypt", "transit/k", _plain(1)
    )
    cipher = {"ciphertext": answer["data"]["ciphertext"]}
    batch, broken = {"batch_input": [cipher] * 3}, {"batch_input": [cipher, {"ciphertext": "?"}]}
    for verb, body, weight, status in (
        ("encrypt", _plain(20), 20, 200),
        ("decrypt", cipher, 1, 200),
        ("decrypt", batch, 3, 200),
        ("decrypt", broken, 2, 400),
        ("decrypt", {"ciphertext": "?"}, 1, 400),
        ("rewrap", cipher, 1, 200),
    ):
        request, means = f"POST transit/{verb}/k", f"key_operation/{verb}"
        deeds.act(ada, request, means, "transit/k", body, weight=weight, status=status)
    deeds.act(ada, "POST transit/datakey/plaintext/k", "key_operation/datakey", "transit/k", {})
    deeds.act(ada, "POST transit/datakey/wrapped/k", "key_operation/datakey", "transit/k", {})
    deeds.act(ada, "POST transit/random/8", "key_operation/random", body={})
    deeds.act(ada, "POST transit/hash/sha2-256", "key_operation/hash", body={"input": _TEXT})


def _signatures(deeds: Deeds, ada: Actor) -> None:
    deeds.act(ada, "POST transit/keys/s", "item_added", "transit/s", {"type": "ed25519"})
    body, batch = {"input": _TEXT}, {"batch_input": [{"input": _TEXT}] * 4}
    deeds.act(ada, "POST transit/hmac/s", "key_operation/hmac", "transit/s", body)
    deeds.act(ada, "POST transit/hmac/s/sha2-512", "key_operation/hmac", "transit/s", body)
    signed = deeds.act(ada, "POST transit/sign/s", "key_operation/sign", "transit/s", body)
    deeds.act(ada, "POST transit/sign/s", "key_operation/sign", "transit/s", batch, weight=4)
    proof = body | {"signature": signed["data"]["signature"]}
    deeds.act(ada, "POST transit/verify/s", "key_operation/verify", "transit/s", proof)


def _certificates(deeds: Deeds, ada: Actor) -> None:
    root = {"common_name": "example.org", "ttl": "1h", "key_type": "ec"}
    deeds.act(ada, "POST pki/root/generate/internal", "admin", body=root)
    role = {"allow_any_name": True, "key_type": "ec", "no_store": False}
    deeds.act(ada, "POST pki/roles/web", "admin", body=role)
    name = {"common_name": "a.example.org", "ttl": "10m"}
    issued = deeds.act(ada, "POST pki/issue/web", "credential_issued/issue", "pki/web", name)
    issuer = "POST pki/issuer/default/issue/web"
    deeds.act(ada, issuer, "credential_issued/issue", "pki/web", name)
    deeds.act(ada, "POST pki/issue/none", "credential_issued/issue", "pki/none", name, status=400)
    request = {"csr": _signing_request()} | name
    deeds.act(ada, "POST pki/sign/web", "credential_issued/sign", "pki/web", request)
    verbatim = "credential_issued/sign-verbatim"
    deeds.act(ada, "POST pki/sign-verbatim", verbatim, body=request)
    serial = {"serial_number": issued["data"]["serial_number"]}
    deeds.act(ada, "POST pki/revoke", "admin", body=serial)
    deeds.act(ada, "LIST pki/certs", "list")
    deeds.act(ada, "GET pki/cert/ca", "list")
    # Everyone may have these; whoever fetches them is nobody in particular.
    deeds.act(NOBODY, "GET pki/ca/pem", "system")
    deeds.act(NOBODY, "GET pki/crl", "system")


def _signing_request() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example.org")])
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _ssh(deeds: Deeds, ada: Actor) -> None:
    deeds.act(ada, "POST ssh/config/ca", "admin", body={"generate_signing_key": True})
    role = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*"}
    deeds.act(ada, "POST ssh/roles/people", "admin", body=role)
    once = {"key_type": "otp", "default_user": "u", "cidr_list": "0.0.0.0/0"}
    deeds.act(ada, "POST ssh/roles/once", "admin", body=once)
    private = ed25519.Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    key = {"public_key": public.decode(), "valid_principals": "u"}
    deeds.act(ada, "POST ssh/sign/people", "credential_issued/sign", "ssh/people", key)
    host = {"ip": "10.0.0.1"}
    made = deeds.act(ada, "POST ssh/creds/once", "credential_issued/creds", "ssh/once", host)
    password = {"otp": made["data"]["key"]}
    deeds.act(NOBODY, "POST ssh/verify", "key_operation/verify", body=password)
    deeds.act(NOBODY, "POST ssh/verify", "key_operation/verify", body=password, status=400)
    deeds.act(ada, "POST ssh/lookup", "list", body=host)
    deeds.act(NOBODY, "GET ssh/public_key", "system")


def _codes(deeds: Deeds, ada: Actor) -> None:
    key = {"generate": True, "issuer": "example", "account_name": "ada"}
    deeds.act(ada, "POST totp/keys/me", "item_added", "totp/me", key)
    read = deeds.act(ada, "GET totp/code/me", "password_accessed", "totp/me")
    code = {"code": read["data"]["code"]}
    deeds.act(ada, "POST totp/code/me", "key_operation/code", "totp/me", code)
    deeds.act(ada, "GET totp/code/none", "password_accessed", "totp/none", status=400)
    deeds.act(ada, "GET totp/keys/me", "list", "totp/me")
    deeds.act(ada, "DELETE totp/keys/me", "item_deleted/keys", "totp/me")


def _database(deeds: Deeds, ada: Actor, port: int) -> None:
    login = "{{username}}:{{password}}"
    config = {
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": "*",
        "connection_url": f"postgresql://{login}@127.0.0.1:{port}/postgres?sslmode=disable",
        "username": "postgres",
        "password": "x",
    }
    deeds.act(ada, "POST db/config/main", "admin", body=config)
    role = {"db_name": "main", "creation_statements": [_SQL], "default_ttl": "5m"}
    deeds.act(ada, "POST db/roles/reader", "admin", body=role)
    deeds.act(ada, "LIST db/roles", "list")
    made = deeds.act(ada, "GET db/creds/reader", "credential_issued/creds", "db/reader")
    lease = {"lease_id": made["lease_id"]}
    deeds.act(ada, "PUT sys/leases/renew", "heartbeat", body=lease)
    deeds.act(ada, "PUT sys/leases/revoke", "admin", body=lease)
    static = {"db_name": "main", "username": "postgres", "rotation_period": "1h"}
    deeds.act(ada, "POST db/static-roles/owner", "admin", body=static)
    deeds.act(ada, "GET db/static-creds/owner", "secret_read", "db/owner")
    deeds.act(ada, "POST db/rotate-role/owner", "rotation", "db/owner", {})
