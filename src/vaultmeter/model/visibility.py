"""What a source can show: the measures of coverage, and what a connector says of each."""

from dataclasses import dataclass
from enum import StrEnum

from vaultmeter.model.kinds import USAGE_INTENTS, Kind, words_in_sql


class Visible(StrEnum):
    """Whether a source's records show a measure."""

    SEEN = "seen"
    PARTLY = "partly"
    NOT = "not visible"
    NOT_YET = "not yet seen"
    """Declared of formats that carry whatever is sent: seen once something of it has arrived."""


@dataclass(frozen=True)
class Sight:
    """What a connector says of one measure, and why."""

    visible: Visible
    why: str


@dataclass(frozen=True)
class Seen:
    """A measure of coverage: its title, the kinds of events that show it, and what rests on it."""

    title: str
    kinds: tuple[Kind, ...] = ()
    columns: tuple[str, ...] = ()
    """Columns of reports, and measures of the overview, that are empty where it is not seen."""


EVERYTHING = "events"
"""In place of a measure: all events of a source."""

SEEN: dict[str, Seen] = {
    "login_sessions": Seen(
        "Login sessions",
        (Kind.LOGIN,),
        ("login_sessions", "sign_ins", "latest_logins", "machine_logins", "last_login"),
    ),
    "failed_logins": Seen("Failed logins", (Kind.LOGIN_FAILED,), ("failed_logins",)),
    "sign_outs": Seen("Sign-outs", (Kind.LOGOUT,)),
    "secrets_read": Seen("Secrets read", (Kind.SECRET_READ,), ("secrets_read",)),
    "passwords_viewed": Seen(
        "Passwords viewed",
        (Kind.PASSWORD_ACCESSED,),
        ("passwords_accessed", "password_events", "viewed", "revealed", "copied"),
    ),
    "passwords_autofilled": Seen(
        "Auto-filled", (Kind.PASSWORD_AUTOFILLED,), ("passwords_autofilled",)
    ),
    "remote_connections": Seen(
        "Remote connections", (Kind.REMOTE_CONNECTION,), ("remote_connections",)
    ),
    "key_operations": Seen("Key operations", (Kind.KEY_OPERATION,), ("key_operations",)),
    "credentials_issued": Seen("Credentials issued", (Kind.CREDENTIAL_ISSUED,)),
    "accounts_added": Seen("Accounts added", (Kind.ITEM_ADDED,), ("accounts_added", "created")),
    "items_changed": Seen("Items changed", (Kind.ITEM_UPDATED,), ("changed",)),
    "items_deleted": Seen("Items deleted", (Kind.ITEM_DELETED,), ("deleted",)),
    "items_shared": Seen("Items shared", (Kind.ITEM_SHARED,)),
    "rotations": Seen("Rotations", (Kind.ROTATION,)),
    "exports": Seen("Exports", (Kind.EXPORT,)),
    "settings_changed": Seen("Settings changed", (Kind.ADMIN,)),
    "denied": Seen("Denied", (), ("denied",)),
    "items": Seen("Items", (), ("item", "items")),
    "sessions": Seen("Sessions"),
    "addresses": Seen("Addresses"),
    "programs": Seen("Programs"),
}
"""Every measure of coverage by name, in the order it is shown."""

COUNTED = (*(name for name, seen in SEEN.items() if seen.kinds), "denied")
"""The measures that an event of its own shows; the others are parts of events."""


def measure_in_sql() -> str:
    """The SQL of the measure that an event shows, null for none; over its columns."""
    kinds = " ".join(
        f"when {words_in_sql(seen.kinds)} then '{name}'"
        for name, seen in SEEN.items()
        if seen.kinds and Kind.LOGIN_FAILED not in seen.kinds
    )
    return f"""case
        when intent not in ({words_in_sql(USAGE_INTENTS)}) then null
        when kind = '{Kind.LOGIN_FAILED}' then 'failed_logins'
        when outcome = 'denied' then 'denied'
        when outcome = 'ok' then case kind {kinds} end
    end"""
