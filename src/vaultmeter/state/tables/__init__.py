"""The tables of the state; `migrations/` makes them, and a test compares the two."""

from vaultmeter.state.tables.exporting import EXPORT_FILE
from vaultmeter.state.tables.metadata import METADATA
from vaultmeter.state.tables.notices import NOTICE, NOTICE_RULE
from vaultmeter.state.tables.outbox import CIRCUIT, DELIVERY, FORWARDER, GATHERED
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
from vaultmeter.state.tables.schedules import SCHEDULE, SCHEDULE_RUN
from vaultmeter.state.tables.sources import SOURCE_SETTINGS
from vaultmeter.state.tables.trail import TRAIL

__all__ = [
    "ACCESS_KEY",
    "ACCOUNT_GROUP",
    "CIRCUIT",
    "CLIENT_LIMIT",
    "DEFINITION",
    "DELIVERY",
    "EXPORT_FILE",
    "FORWARDER",
    "GATHERED",
    "GROUP_MEMBER",
    "LEAVER_TICK",
    "METADATA",
    "NOTICE",
    "NOTICE_RULE",
    "PREFERENCES",
    "PROVIDER",
    "PROVIDER_USER",
    "RECOVERY_CODE",
    "RETENTION",
    "RETENTION_RUN",
    "ROLE",
    "ROLE_MEMBER",
    "SAVED_VIEW",
    "SCHEDULE",
    "SCHEDULE_RUN",
    "SESSION",
    "SOURCE_SETTINGS",
    "TRAIL",
    "USER_GROUP",
    "USER_LOGIN",
]
