"""Signatures of manifests: Ed25519, by a key that is made from the installation's secret key.

Whoever has the fingerprint of the public key can verify a manifest without the installation. When
the secret key is replaced, so is this one; the older ones are still known while they are written
beside it.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from hashlib import sha256

from vaultmeter.access.secret_key import SecretKey
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid

_PURPOSE = "exports"
_HEX = 64


@dataclass(frozen=True)
class PublicKey:
    """What verifies signatures; `text` is base64."""

    text: str

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key in hexadecimal digits: what people compare."""
        return sha256(b64decode(self.text)).hexdigest()


def public_keys(key: SecretKey) -> list[PublicKey]:
    """The keys of an installation, that of today first."""
    return [_public(each) for each in key.each]


def signed(key: SecretKey, manifest: Object) -> Object:
    """A manifest with its public key and its signature."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  few need it
        Ed25519PrivateKey,
    )

    public = _public(key)
    told = {**manifest, "public_key": public.text, "fingerprint": public.fingerprint}
    private = Ed25519PrivateKey.from_private_bytes(key.derived(_PURPOSE))
    return {**told, "signature": b64encode(private.sign(canonical(told))).decode()}


def is_signed(manifest: Object) -> bool:
    """Whether the signature of a manifest is by its public key; whose that is, it does not say."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  few need it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  the same
        Ed25519PublicKey,
    )

    told = {name: value for name, value in manifest.items() if name != "signature"}
    try:
        public = Ed25519PublicKey.from_public_bytes(_decoded(manifest, "public_key"))
        public.verify(_decoded(manifest, "signature"), canonical(told))
    except (InvalidSignature, ValueError, Error):
        return False
    return PublicKey(str(manifest["public_key"])).fingerprint == manifest.get("fingerprint")


def canonical(told: Object) -> bytes:
    """The bytes that are signed: JSON without spaces, names in order, UTF-8."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_fingerprint(text: str) -> str:
    """A fingerprint as people write it, with or without separators; raises `Invalid`."""
    bare = "".join(each for each in text.lower() if each not in " :-\t\n")
    if len(bare) != _HEX or not set(bare) <= set("0123456789abcdef"):
        raise Invalid(
            "This is no fingerprint of a key.",
            f"Write its {_HEX} hexadecimal digits: 'vaultmeter verify --own-key' shows them.",
        )
    return bare


def _public(key: SecretKey) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  few need it
        Ed25519PrivateKey,
    )

    private = Ed25519PrivateKey.from_private_bytes(key.derived(_PURPOSE))
    return PublicKey(b64encode(private.public_key().public_bytes_raw()).decode())


def _decoded(manifest: Object, name: str) -> bytes:
    return b64decode(str(manifest.get(name, "")), validate=True)
