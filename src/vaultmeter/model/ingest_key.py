"""Keys by which records are pushed into a source: made here, kept as a hash alone.

A key is `vm_ingest_SOURCE_`, 32 random bytes and a checksum, both in base 62. The prefix is what
scanners for leaked secrets look for, and the checksum tells them a key from a look-alike.
Guessing one of 2**256 is hopeless, so a plain hash is enough (OWASP ASVS 5.0, 6.5.2).
"""

from hashlib import sha256
from hmac import compare_digest
from secrets import token_bytes
from zlib import crc32

PREFIX = "vm_ingest_"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_BYTES = 32
_RANDOM_SIZE = 43
"""Base 62 digits that hold 32 bytes."""
_CHECK_SIZE = 6
"""Base 62 digits that hold a CRC-32."""
_END_SIZE = 4


def new_key(source: str) -> str:
    """Make a key for a source."""
    random = base62(int.from_bytes(token_bytes(_RANDOM_BYTES)), _RANDOM_SIZE)
    begun = f"{PREFIX}{source}_{random}"
    return begun + check_of(begun)


def hash_of(key: str) -> str:
    """What is kept of a key: its SHA-256 in hexadecimal."""
    return sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def end_of(key: str) -> str:
    """The last characters of a key, by which people tell keys apart."""
    return key[-_END_SIZE:]


def opens(key: str, key_hash: str) -> bool:
    """Whether a key is the one that was hashed; takes as long for every wrong key."""
    return compare_digest(hash_of(key), key_hash)


def is_whole(key: str) -> bool:
    """Whether a text is a key, unharmed: what was cut short or mistyped is not."""
    begun, check = key[:-_CHECK_SIZE], key[-_CHECK_SIZE:]
    return key.startswith(PREFIX) and check == check_of(begun)


def check_of(begun: str) -> str:
    """The checksum that ends a key: its CRC-32 in base 62."""
    return base62(crc32(begun.encode("utf-8", "surrogateescape")), _CHECK_SIZE)


def base62(number: int, size: int) -> str:
    """A number in so many digits."""
    digits = []
    for _ in range(size):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
