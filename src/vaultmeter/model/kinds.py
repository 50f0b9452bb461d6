"""The closed lists an event is described with; connectors, store and reports use the same words.

The order of the members is the order of the enum types in the store: append, never reorder.
"""

from collections.abc import Iterable
from enum import StrEnum


class Kind(StrEnum):
    """What an event is about."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    HEARTBEAT = "heartbeat"
    SECRET_READ = "secret_read"
    PASSWORD_ACCESSED = "password_accessed"
    PASSWORD_AUTOFILLED = "password_autofilled"
    REMOTE_CONNECTION = "remote_connection"
    KEY_OPERATION = "key_operation"
    CREDENTIAL_ISSUED = "credential_issued"
    ITEM_ADDED = "item_added"
    ITEM_UPDATED = "item_updated"
    ITEM_DELETED = "item_deleted"
    ITEM_SHARED = "item_shared"
    ROTATION = "rotation"
    EXPORT = "export"
    LIST = "list"
    ADMIN = "admin"
    SYSTEM = "system"
    OTHER = "other"


class Intent(StrEnum):
    """Why it happened: the distinction between using a vault and merely being connected to it."""

    USE = "use"
    MANAGE = "manage"
    PRESENCE = "presence"
    HEARTBEAT = "heartbeat"
    SYSTEM = "system"


class Outcome(StrEnum):
    """How the vault answered."""

    OK = "ok"
    DENIED = "denied"
    NOT_FOUND = "not_found"
    ERROR = "error"


class Evidence(StrEnum):
    """How we know: the server saw it, a client reported it, or it follows from something else."""

    SERVER = "server"
    CLIENT = "client"
    INFERRED = "inferred"


class IdentityKind(StrEnum):
    """What acts. `unknown` is for refused sign-ins that do not say who tried."""

    PERSON = "person"
    MACHINE = "machine"
    AGENT = "agent"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Product(StrEnum):
    """Product codes, the keys of `get-analytics-data`: secrets, passwords, remote access."""

    SM = "sm"
    PM = "pm"
    SRA = "sra"


INTENT_OF_KIND: dict[Kind, Intent] = {
    Kind.LOGIN: Intent.PRESENCE,
    Kind.LOGIN_FAILED: Intent.PRESENCE,
    Kind.LOGOUT: Intent.PRESENCE,
    Kind.HEARTBEAT: Intent.HEARTBEAT,
    Kind.SECRET_READ: Intent.USE,
    Kind.PASSWORD_ACCESSED: Intent.USE,
    Kind.PASSWORD_AUTOFILLED: Intent.USE,
    Kind.REMOTE_CONNECTION: Intent.USE,
    Kind.KEY_OPERATION: Intent.USE,
    Kind.CREDENTIAL_ISSUED: Intent.USE,
    Kind.ITEM_ADDED: Intent.MANAGE,
    Kind.ITEM_UPDATED: Intent.MANAGE,
    Kind.ITEM_DELETED: Intent.MANAGE,
    Kind.ITEM_SHARED: Intent.MANAGE,
    Kind.ROTATION: Intent.MANAGE,
    Kind.EXPORT: Intent.MANAGE,
    Kind.LIST: Intent.PRESENCE,
    Kind.ADMIN: Intent.MANAGE,
    Kind.SYSTEM: Intent.SYSTEM,
    Kind.OTHER: Intent.PRESENCE,
}
"""The intent of an event whose record does not give one."""

USAGE_INTENTS = (Intent.USE, Intent.MANAGE, Intent.PRESENCE)
"""What counts as usage. Heartbeats and system work are outside unless a filter asks for them."""

USE_KINDS = (
    Kind.SECRET_READ,
    Kind.PASSWORD_ACCESSED,
    Kind.PASSWORD_AUTOFILLED,
    Kind.REMOTE_CONNECTION,
    Kind.KEY_OPERATION,
    Kind.CREDENTIAL_ISSUED,
)
"""The kinds that take something out of a vault or through it."""


def words_in_sql(words: Iterable[str]) -> str:
    """Words of these lists as a list of SQL literals; they are our own, and hold no quotes."""
    return ", ".join(f"'{word}'" for word in words)
