"""The one key that the installation keeps outside its databases, and the keys made from it.

It is 32 bytes, in base64: `VAULTMETER_SECRET_KEY`, or a file that is made at the first start.
"""

import os
from base64 import b64decode, b64encode
from binascii import Error
from hmac import digest
from pathlib import Path
from secrets import token_bytes

from vaultmeter.lock import sync_folder
from vaultmeter.model.errors import Invalid

_BYTES = 32
_NAME = "secret.key"
_OTHERS = 0o077


class SecretKey:
    """The key; `derived` makes another one of it for each purpose."""

    def __init__(self, key: bytes) -> None:
        """Take 32 bytes."""
        self._key = key

    def derived(self, purpose: str) -> bytes:
        """32 bytes for a purpose, from which the key and other purposes' cannot be found."""
        return digest(self._key, f"vaultmeter {purpose}".encode(), "sha256")


def secret_key(data: Path, text: str, file: Path | None) -> SecretKey:
    """The key of a data folder: the text, else the file, else `secret.key` in the folder.

    The last is made where it is missing. Raises `Invalid` for one that is no key, or that others
    may read.
    """
    if text:
        return SecretKey(_read(text, "VAULTMETER_SECRET_KEY"))
    path = file or data / _NAME
    if file is None and not path.exists():
        _make(path)
    try:
        written, mode = path.read_text("ascii"), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"The secret key {path} cannot be read.", "Set secret_key_file to a readable file."
        ) from error
    if mode & _OTHERS:
        raise Invalid(f"Others may read the secret key {path}.", f"Run: chmod go= {path}")
    return SecretKey(_read(written, str(path)))


def _make(path: Path) -> None:
    made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(b64encode(token_bytes(_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _read(text: str, where: str) -> bytes:
    try:
        key = b64decode(text.strip(), validate=True)
    except Error:
        key = b""
    if len(key) != _BYTES:
        raise Invalid(
            f"{where} holds no secret key.",
            "It is 32 bytes in base64, such as head -c 32 /dev/urandom | base64 makes.",
        )
    return key
