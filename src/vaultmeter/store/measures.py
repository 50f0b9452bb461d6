"""What is counted of events: each measure once, for rollups, reports and evidence alike.

A measure adds a value up over the events that meet its condition. A report asks the logical
table `usage` for them by name, and never writes a condition of its own.
"""

import re
from dataclasses import dataclass

from vaultmeter.model.kinds import USAGE_INTENTS, Intent, Kind, words_in_sql

_OK = "outcome = 'ok'"
_OUTCOME = re.compile(r"\boutcome = '(\w+)'")


@dataclass(frozen=True)
class Measure:
    """Something counted: `value` is added up over events that meet `where`, both in SQL."""

    name: str
    where: str
    words: str
    """What it counts, as a sentence of the rule that evidence shows."""
    value: str = "requests"
    """`requests` (1 an event), `weight` (the objects it covers) or `glances`."""
    signs: bool = False
    """Whether heartbeats count; else they are left out unless a filter names their kind."""

    @property
    def is_of_intents(self) -> bool:
        """Whether it counts some intents alone, whatever kinds a filter names."""
        return self.where.startswith("intent ")

    @property
    def outcome(self) -> str | None:
        """The one outcome of all events that it counts, `None` where there may be others."""
        found = _OUTCOME.search(self.where)
        return found[1] if found else None


def _of_kind(kind: Kind, name: str, words: str) -> Measure:
    return Measure(name, f"kind = '{kind}' and {_OK}", words)


_KINDS: dict[Kind, Measure] = {
    kind: _of_kind(kind, name, words)
    for kind, name, words in (
        (Kind.LOGIN, "sign_ins", "Successful sign-ins."),
        (Kind.LOGOUT, "sign_outs", "Successful sign-outs."),
        (Kind.SECRET_READ, "secrets_read", "Successful reads of secrets."),
        (Kind.PASSWORD_ACCESSED, "passwords_viewed", "Passwords viewed, revealed or copied."),
        (Kind.PASSWORD_AUTOFILLED, "passwords_autofilled", "Passwords auto-filled."),
        (Kind.REMOTE_CONNECTION, "remote_connections", "Remote connections begun."),
        (Kind.KEY_OPERATION, "key_requests", "Successful requests to use a key."),
        (Kind.CREDENTIAL_ISSUED, "credentials_issued", "Credentials and certificates issued."),
        (Kind.ITEM_ADDED, "items_added", "Items created."),
        (Kind.ITEM_UPDATED, "items_updated", "Items changed."),
        (Kind.ITEM_DELETED, "items_deleted", "Items deleted."),
        (Kind.ITEM_SHARED, "items_shared", "Items shared."),
        (Kind.ROTATION, "rotations", "Rotations."),
        (Kind.EXPORT, "exports", "Exports."),
        (Kind.LIST, "listings", "Successful listings."),
        (Kind.ADMIN, "changes_of_settings", "Successful administrative changes."),
        (Kind.OTHER, "others", "Successful requests of no known kind."),
    )
}

_READS = (Kind.SECRET_READ, Kind.PASSWORD_ACCESSED, Kind.CREDENTIAL_ISSUED)

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("requests", "true", "Requests, whatever their outcome."),
        Measure(
            "succeeded",
            f"intent in ({words_in_sql(USAGE_INTENTS)}) and {_OK}",
            "Requests that succeeded and are more than heartbeats or system work.",
        ),
        Measure("used", f"intent = '{Intent.USE}' and {_OK}", "Successful uses."),
        Measure("managed", f"intent = '{Intent.MANAGE}' and {_OK}", "Successful changes."),
        Measure(
            "uses", f"intent = '{Intent.USE}' and {_OK}", "Objects taken out or used.", "weight"
        ),
        Measure(
            "reads",
            f"intent = '{Intent.USE}' and {_OK} and kind in ({words_in_sql(_READS)})",
            "Successful reads of secrets, views of passwords and credentials issued.",
        ),
        Measure("present", _OK, "Successful requests and heartbeats.", signs=True),
        *_KINDS.values(),
        Measure(
            "key_operations",
            f"kind = '{Kind.KEY_OPERATION}' and {_OK}",
            "Objects that keys were used on.",
            "weight",
        ),
        Measure("failed_logins", f"kind = '{Kind.LOGIN_FAILED}'", "Refused sign-ins."),
        Measure(
            "denied",
            f"outcome = 'denied' and kind <> '{Kind.LOGIN_FAILED}'",
            "Requests refused for lack of permission.",
        ),
        Measure("glances", "true", "Accesses by people, one per item within 5 minutes.", "glances"),
    )
}
"""Every measure by name."""

MOMENTS: dict[str, Measure] = {
    moment.name: moment
    for moment in (
        Measure("last_time", "true", "The last request."),
        Measure(
            "last_used",
            f"intent in ({words_in_sql((Intent.USE, Intent.MANAGE))}) and {_OK}",
            "The last successful use or change.",
        ),
        Measure("last_use", f"intent = '{Intent.USE}' and {_OK}", "The last successful use."),
        Measure("last_login", f"kind = '{Kind.LOGIN}' and {_OK}", "The last successful sign-in."),
        Measure("last_seen", _OK, "The last successful request or heartbeat.", signs=True),
    )
}
"""The latest time of the events that meet a condition, by name."""


def qualifying(intents: tuple[Intent, ...], kinds: tuple[Kind, ...]) -> tuple[str, ...] | None:
    """The measures that add up to the successful actions of intents or kinds.

    `None` where they would count an action twice or lack it, so that kinds must be looked at.
    """
    by_intent = {Intent.USE: "used", Intent.MANAGE: "managed"}
    if not kinds and set(intents) <= set(by_intent):
        return tuple(by_intent[intent] for intent in intents)
    if not intents and set(kinds) <= set(_KINDS):
        return tuple(_KINDS[kind].name for kind in kinds)
    return None
