"""The tables of the state; `migrations/` makes them, and a test compares the two."""

from vaultmeter.state.tables.metadata import METADATA
from vaultmeter.state.tables.people import (
    ACCESS_KEY,
    GROUP_MEMBER,
    PROVIDER,
    PROVIDER_USER,
    RECOVERY_CODE,
    ROLE,
    ROLE_MEMBER,
    SESSION,
    USER_GROUP,
    USER_LOGIN,
)
from vaultmeter.state.tables.reading import LEAVER_TICK, PREFERENCES, SAVED_VIEW
from vaultmeter.state.tables.rules import (
    ACCOUNT_GROUP,
    CLIENT_LIMIT,
    DEFINITION,
    RETENTION,
    RETENTION_RUN,
)
from vaultmeter.state.tables.sources import SOURCE_SETTINGS
from vaultmeter.state.tables.trail import TRAIL

__all__ = [
    "ACCESS_KEY",
    "ACCOUNT_GROUP",
    "CLIENT_LIMIT",
    "DEFINITION",
    "GROUP_MEMBER",
    "LEAVER_TICK",
    "METADATA",
    "PREFERENCES",
    "PROVIDER",
    "PROVIDER_USER",
    "RECOVERY_CODE",
    "RETENTION",
    "RETENTION_RUN",
    "ROLE",
    "ROLE_MEMBER",
    "SAVED_VIEW",
    "SESSION",
    "SOURCE_SETTINGS",
    "TRAIL",
    "USER_GROUP",
    "USER_LOGIN",
]
