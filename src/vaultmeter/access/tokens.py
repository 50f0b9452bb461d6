"""Random texts by which somebody is known, and what is kept of them: a SHA-256 each.

They hold 128 bits and more, so that a plain hash is enough (OWASP ASVS 5.0, 6.5.2).
"""

from hashlib import sha256
from secrets import choice, token_bytes, token_urlsafe
from string import ascii_lowercase, digits

from vaultmeter.model.ingest_key import base62, check_of

KEY_PREFIX = "vm_key_"
"""What keys of programs begin with, for scanners of leaked secrets."""
ACCESS_ID_PREFIX = "p-"
"""What access ids begin with, as those of Akeyless do."""
_ACCESS_ID_SIZE = 14
_KEY_BYTES = 32
_KEY_SIZE = 43
"""Base 62 digits that hold 32 bytes."""


def new_access_id() -> str:
    """An access id as Akeyless makes them: `p-` and letters and digits. It is no secret."""
    return ACCESS_ID_PREFIX + "".join(
        choice(ascii_lowercase + digits) for _ in range(_ACCESS_ID_SIZE)
    )


def new_access_key() -> str:
    """A key of a program: prefix, 32 random bytes, and a checksum, for scanners."""
    begun = KEY_PREFIX + base62(int.from_bytes(token_bytes(_KEY_BYTES)), _KEY_SIZE)
    return begun + check_of(begun)


def new_token() -> str:
    """A token as `auth` answers: `t-` and 32 random bytes."""
    return f"t-{token_urlsafe(_KEY_BYTES)}"


def new_cookie() -> str:
    """The session of a browser: 32 random bytes."""
    return token_urlsafe(_KEY_BYTES)


def hash_of(text: str) -> str:
    """What is kept of any of them."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
