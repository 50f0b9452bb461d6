"""Secrets that must be read back, encrypted: seeds of second factors, credentials we send.

AES-256-GCM, with a key made from the installation's. The table, the column and the record that a
value belongs to are authenticated with it, so that it opens nowhere else. Each value names the key
that sealed it: `rotate` seals all of them with a new key, and until then the old one opens them.
"""

from collections.abc import Iterator
from secrets import token_bytes

from sqlalchemy import Column, Connection, Table, select, update

from vaultmeter.access.secret_key import SecretKey
from vaultmeter.model.errors import Invalid
from vaultmeter.state.tables import EXPORT_FILE, FORWARDER, PROVIDER, USER_LOGIN

SEALED: tuple[tuple[Table, str], ...] = (
    (USER_LOGIN, "totp_sealed"),
    (PROVIDER, "secret_sealed"),
    (EXPORT_FILE, "password_sealed"),
    (FORWARDER, "secrets_sealed"),
)
"""Every column of sealed values; the records have an `id`."""

_WITH = {"totp_sealed": {"totp_step": None}}
"""What is emptied with a value that is lost."""
_FORM = b"\x01"
"""The form of a value: this byte, the key's id (4 bytes), the nonce (12), text and tag (16)."""
_ID = slice(1, 5)
_NONCE = slice(5, 17)


class Sealer:
    """Seals with the current key, and opens with any that is there."""

    def __init__(self, key: SecretKey) -> None:
        """Make the keys that seal from the installation's."""
        self._current = bytes.fromhex(key.id)
        self._keys = {bytes.fromhex(each.id): each.derived("sealing") for each in key.each}

    def seal(self, table: Table, column: str, record: int, text: str) -> bytes:
        """The text, sealed for a column of a record."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  few need it

        head, nonce = _FORM + self._current, token_bytes(12)
        place = _place(table, column, record)
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, text.encode(), head + place)
        return head + nonce + sealed

    def open(self, table: Table, column: str, record: int, sealed: bytes) -> str:
        """The text that was sealed for that place; raises `Invalid`."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  few need it
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  the same

        key = self._keys.get(sealed[_ID])
        if key is None:
            raise _lost(table, column)
        head, place = sealed[: _ID.stop], _place(table, column, record)
        rest = sealed[_NONCE.stop :]
        try:
            return AESGCM(key).decrypt(sealed[_NONCE], rest, head + place).decode()
        except (InvalidTag, ValueError) as error:
            raise Invalid(
                f"The sealed {column} of {table.name} {record} is not as it was written.",
                "Somebody changed the state: restore it from a backup, or set the value again.",
            ) from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the key that is used now sealed it."""
        return sealed[_ID] == self._current

    def is_known(self, sealed: bytes) -> bool:
        """Whether the key that sealed it is there."""
        return sealed[:1] == _FORM and sealed[_ID] in self._keys


def check_sealed(connection: Connection, sealer: Sealer) -> None:
    """Raise `Invalid` where a value is sealed with a key that is not there."""
    for table, column, _, sealed in sealed_values(connection):
        if not sealer.is_known(sealed):
            raise _lost(table, column.name)


def reseal(connection: Connection, sealer: Sealer) -> int:
    """Seal everything with the current key; answers how many values were not. Raises `Invalid`."""
    changed = 0
    for table, column, record, sealed in list(sealed_values(connection)):
        if not sealer.is_current(sealed):
            text = sealer.open(table, column.name, record, sealed)
            again = sealer.seal(table, column.name, record, text)
            connection.execute(
                update(table).where(table.c.id == record).values({column.name: again})
            )
            changed += 1
    return changed


def forget_lost(connection: Connection, sealer: Sealer) -> list[str]:
    """Delete values whose key is not there; answers what they were, TABLE NAME each."""
    lost = [each for each in sealed_values(connection) if not sealer.is_known(each[3])]
    for table, column, record, _ in lost:
        emptied = {column.name: None, **_WITH.get(column.name, {})}
        connection.execute(update(table).where(table.c.id == record).values(emptied))
    return [f"{table.name} {record}" for table, _, record, _ in lost]


def sealed_values(
    connection: Connection,
) -> Iterator[tuple[Table, "Column[bytes]", int, bytes]]:
    """Every sealed value: its table, column and record."""
    for table, name in SEALED:
        column = table.c[name]
        for record, sealed in connection.execute(
            select(table.c.id, column).where(column.is_not(None))
        ):
            yield table, column, record, sealed


def _place(table: Table, column: str, record: int) -> bytes:
    return f"{table.name}/{column}/{record}".encode()


def _lost(table: Table, column: str) -> Invalid:
    return Invalid(
        f"The key that sealed the {column} of {table.name} is not there.",
        "Set VAULTMETER_SECRET_KEY or secret_key_file to the secret key that was used until now,"
        " or to a new and the old one, separated by a comma.",
    )
