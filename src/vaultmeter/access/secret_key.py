"""The one key that the installation keeps outside its databases, and the keys made from it.

It is 32 bytes, in base64: `VAULTMETER_SECRET_KEY`, or a file that is made at the first start.
Several may be written, with commas or on lines: the first one is used, and the others, which were
used before it, open what they closed.
"""

import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from hashlib import sha256
from hmac import digest
from pathlib import Path
from secrets import token_bytes

from vaultmeter.lock import sync_folder
from vaultmeter.model.errors import Invalid

_BYTES = 32
_NAME = "secret.key"
_OTHERS = 0o077


class SecretKey:
    """The key; `derived` makes another one of it for each purpose. `older` were used before it."""

    def __init__(self, key: bytes, older: Sequence["SecretKey"] = ()) -> None:
        """Take 32 bytes."""
        self._key, self.older = key, tuple(older)

    @property
    def each(self) -> tuple["SecretKey", ...]:
        """The key and the older ones."""
        return (self, *self.older)

    @property
    def id(self) -> str:
        """What tells it from others, and nothing about it: 8 hexadecimal digits."""
        return sha256(self.derived("id")).hexdigest()[:8]

    def derived(self, purpose: str) -> bytes:
        """32 bytes for a purpose, from which the key and other purposes' cannot be found."""
        return digest(self._key, f"vaultmeter {purpose}".encode(), "sha256")


def key_path(data: Path, text: str, file: Path | None) -> Path | None:
    """The file of the key; `None` where it is in the settings themselves."""
    return None if text else file or data / _NAME


def secret_key(
    data: Path, text: str, file: Path | None, may_make: Callable[[], bool] = lambda: True
) -> SecretKey:
    """The key of a data folder: the text, else the file, else `secret.key` in the folder.

    The last is made where it is missing, unless something needs the one that was there. Raises
    `Invalid` for one that is lost, that is no key, or that others may read.
    """
    path = key_path(data, text, file)
    if path is None:
        return _read(text, "VAULTMETER_SECRET_KEY")
    if file is None and not path.exists():
        if not may_make():
            raise Invalid(
                f"The secret key {path} is lost, and the data of this folder needs it.",
                "Bring it back, or set VAULTMETER_SECRET_KEY or secret_key_file. Without it the"
                " trail cannot be verified: 'vaultmeter secrets forget' starts with a new one.",
            )
        write_key(path, [token_bytes(_BYTES)])
    try:
        written, mode = path.read_text("ascii"), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"The secret key {path} cannot be read.", "Set secret_key_file to a readable file."
        ) from error
    if mode & _OTHERS:
        raise Invalid(f"Others may read the secret key {path}.", f"Run: chmod go= {path}")
    return _read(written, str(path))


def add_key(path: Path) -> None:
    """Put a new key before those of a file."""
    written = path.read_text("ascii")
    _read(written, str(path))
    write_key(path, [token_bytes(_BYTES), *map(b64decode, _parts(written))])


def write_key(path: Path, keys: Sequence[bytes]) -> None:
    """Write keys, one a line, into a file that its owner alone may read; all of it or nothing."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    made = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.writelines(b64encode(key).decode() + "\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _read(text: str, where: str) -> SecretKey:
    keys = []
    for part in _parts(text):
        try:
            keys.append(b64decode(part, validate=True))
        except Error:
            keys.append(b"")
    if not keys or any(len(key) != _BYTES for key in keys):
        raise Invalid(
            f"{where} holds no secret key.",
            "It is 32 bytes in base64, such as head -c 32 /dev/urandom | base64 makes.",
        )
    return SecretKey(keys[0], [SecretKey(key) for key in keys[1:]])
