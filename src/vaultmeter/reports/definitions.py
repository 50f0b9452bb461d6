"""What the words in reports mean; printed on every report that uses them."""

from vaultmeter.model.status import StatusDefinition

DEFINITIONS: dict[str, str] = {
    "status": StatusDefinition().text(),
    "total_requests": (
        "Each request to a vault once, whatever its outcome; heartbeats and system work are left "
        "out unless a kind filter names them."
    ),
    "unique_users": "Distinct people who used at least one secret, key or password successfully.",
    "client": (
        "One identity with at least one successful authenticated request that is more than a "
        "heartbeat, counted once per product, account and calendar month of the time zone; "
        "distinct counts are not summed over months."
    ),
    "login_sessions": (
        "Successful sign-ins of people; machines stand apart, and sign_ins are those of all."
    ),
    "passwords_accessed": (
        "Glances: accesses of one item by one person count once until 5 minutes pass without one. "
        "A person's secret reads are accesses; password_events is the raw count."
    ),
    "accounts_added": "Items created.",
    "key_operations": "Objects encrypted, decrypted, signed or verified: a batch of 20 counts 20.",
    "latest_logins": "People whose most recent sign-in in the range falls in the bucket.",
    "reason": (
        "Why somebody is inactive: never used (no sign of them up to the end), lapsed, or dormant."
    ),
    "last_active": "The last successful use or change, else the last sign-in, up to the end.",
    "denied": "Requests that the vault refused for lack of permission; refused sign-ins are apart.",
    "uses": "Objects taken out or used through an item successfully; a batch of 20 counts 20.",
    "session": (
        "The source's own session where it has one; else events with gaps of at most 30 minutes, "
        "begun anew by a sign-in, ended by a sign-out, at most 12 hours; heartbeats do not count."
    ),
    "deleted": "Deleted items leave what is current and stay in history with their date.",
}
"""Definitions by name."""
