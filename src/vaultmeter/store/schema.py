"""The logical tables a report may ask, and the columns of each.

A report never sees the stored tables. It sees these, already narrowed to the rows the viewer may
see, the period and the filters.
"""

from vaultmeter.store.measures import MEASURES, MOMENTS

TABLES: dict[str, dict[str, str]] = {
    "events": {
        "event_id": "the event's key",
        "time": "when it happened, UTC",
        "local_time": "when it happened, wall-clock time of the report's zone",
        "bucket": "start of the hour (UTC), or of the day, week or month (local) it falls in",
        "source": "id of the source",
        "account": "id of the account",
        "identity": "id of who acted",
        "item": "id of what was acted on, null where there is none",
        "session": "the source's own session, null where it has none",
        "kind": "what happened",
        "detail": "more precisely",
        "intent": "use, manage, presence, heartbeat or system",
        "outcome": "ok, denied, not_found or error",
        "weight": "how many objects the event covers",
        "product": "sm, pm or sra",
        "auth_method": "how it signed in, null where the record does not say",
        "ip": "address of the caller",
        "agent": "program of the caller",
        "source_event": "the vendor's code",
        "evidence": "server, client or inferred",
        "glance": "whether it begins a glance: an access by a person, none within 5 minutes before",
    },
    "lifetime": {
        "...": "as events, of all times; for what began before the period or ends after it"
    },
    "activity": {
        "bucket": "as in events",
        "source": "id of the source",
        "account": "id of the account",
        "identity": "id of who acted",
        "item": "id of what was acted on",
        "kind": "what happened",
        "detail": "more precisely",
        "intent": "use, manage, presence, heartbeat or system",
        "outcome": "ok, denied, not_found or error",
        "product": "sm, pm or sra",
        "auth_method": "how it signed in, null where the record does not say",
        "requests": "how many events",
        "weight": "how many objects they cover",
        "glances": "how many glances they begin",
        "last_time": "when the last of them happened, UTC",
    },
    "usage": {
        "bucket": "as in events",
        "source": "id of the source",
        "account": "id of the account",
        "identity": "id of who acted",
        "product": "sm, pm or sra",
        "auth_method": "how it signed in, null where the record does not say",
        **{name: measure.words for name, measure in MEASURES.items()},
        **{name: moment.words for name, moment in MOMENTS.items()},
    },
    "standings": {
        "identity": "id",
        "status": "active, passive, inactive or no_evidence, at the end of the period",
        "reason": "why inactive: never used, lapsed or dormant",
        "is_new": "first seen within the days of grace before the end",
        "is_disabled": "its account was disabled or deleted by then",
        "last_used": "last successful use or change up to the end, UTC",
        "last_login": "last successful sign-in up to the end, UTC",
        "last_seen": "last successful request or heartbeat up to the end, UTC",
    },
    "identities": {
        "identity": "id",
        "user": "the name people use",
        "account": "name of the account it belongs to",
        "kind": "person, machine, agent, system or unknown",
        "auth_method": "how it last signed in",
    },
    "items": {
        "item": "id",
        "name": "as its owner writes it",
        "account": "name of the account",
        "type": "static_secret, classic_key, password, ...",
        "product": "sm, pm or sra",
        "seen": "first successful event that shows it exists, UTC",
        "created": "when it was created, UTC, null where that was not seen",
        "changed": "when it was last created or changed, UTC, null where that was not seen",
        "deleted": "when it was deleted, UTC, null while it exists",
    },
    "accounts": {"account": "id", "name": "acme/finance"},
    "sources": {"source": "id", "name": "as configured", "last_time": "of its last event, UTC"},
}
"""Logical tables and their columns, with what they hold."""
