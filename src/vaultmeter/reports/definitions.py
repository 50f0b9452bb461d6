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
    "organisation": (
        "An account counts here with the accounts below it, and * is the whole organisation; who "
        "is in several of them is one client. So accounts overlap and must not be added up; "
        "people, machines and agents, or the sign-in methods of one row, may be."
    ),
    "exceeded": (
        "Total = actual + exceeded. The clients of a month stand in the order of their first "
        "successful request in it, of equals in that of their names; those behind the limit of "
        "the account are the exceeded ones. Filters other than account and product choose which "
        "clients are shown and change no place."
    ),
    "listed_accounts": (
        "Clients are listed for the widest account that may be seen, and for each with a limit."
    ),
    "client_periods": (
        "Clients of a month, quarter or year are counted anew for it, each once, and are no sum "
        "of shorter periods. By account, one counts once in each account it acted in. Client "
        "months are the sum of the monthly counts, which a yearly quota is measured in. Of equal "
        "peak months the first is shown."
    ),
    "forecast": (
        "The clients by the end of the last whole day grow as those of each of up to three months "
        "before grew from the same day of the month on: the lowest, middle and highest outcome "
        "are low, likely and high. Months in whose first day no log goes back are left out. With "
        "fewer than two months, nobody new and as many new ones a day as so far are outcomes, "
        "too. Before the first whole day is over, the months before stand for this one. A limit "
        "is passed on the first day with more clients than it; once that has come, on that day."
    ),
    "login_sessions": (
        "Successful sign-ins of people. Those of a machine stand in its own row; sign_ins are all."
    ),
    "passwords_accessed": (
        "Glances: accesses of one item by one person count once until 5 minutes pass without one. "
        "A person's secret reads are accesses; password_events is the raw count."
    ),
    "accounts_added": "Items created.",
    "key_operations": "Objects encrypted, decrypted, signed or verified: a batch of 20 counts 20.",
    "latest_logins": "People whose most recent sign-in in the range falls in the bucket.",
    "reason": (
        "Why somebody is inactive: never used (nothing of theirs succeeded up to the end), lapsed, "
        "or dormant."
    ),
    "low_usage": (
        "Active and not new, among the tenth with the fewest actions that make active, equals "
        "counting alike, where at least half do more. People are compared with people."
    ),
    "utilisation": (
        "Active ones among those that can be judged: whoever is new, and whoever no source can "
        "show, is left out above and below."
    ),
    "last_active": "The last successful use or change, else the last sign-in, up to the end.",
    "denied": "Requests that the vault refused for lack of permission; refused sign-ins are apart.",
    "uses": "Objects taken out or used through an item successfully; a batch of 20 counts 20.",
    "session": (
        "The source's own session where it has one; else events with gaps of at most 30 minutes, "
        "begun anew by a sign-in, ended by a sign-out, at most 12 hours; heartbeats and refused "
        "sign-ins do not count."
    ),
    "unused": (
        "Used by nobody in the days before the end of the range, in its zone; never_used by "
        "nobody ever. Items whose sources have long gaps in these days, or never showed any use, "
        "are no_evidence: they are not called unused."
    ),
    "exposed": (
        "What a person got to know or gave away: secrets read or written, passwords viewed, "
        "revealed, copied, auto-filled or written, credentials issued, items shared or exported. "
        "Keys used within the vault and remote connections reveal nothing and are left out."
    ),
    "to_rotate": (
        "Neither created anew, changed nor rotated by anybody, nor deleted, since this person "
        "last got to know it; what they wrote themselves they know."
    ),
    "password_uses": (
        "Each successful access by its record: viewed, revealed or copied, and auto-filled apart; "
        "an access whose record does not say how is viewed."
    ),
    "stored_passwords": (
        "Items of the product pm that existed at the end of the month, by what is known now."
    ),
    "visible": (
        "What the records of a source can show: seen, partly, or not visible, as its connector "
        "declares it; of formats that carry whatever is sent, not yet seen until something came."
    ),
    "gap": (
        "Three or more whole days (UTC) in a row without a record of the source. A shorter "
        "silence may be a weekend."
    ),
    "coverage_day": (
        "Full: there are records. Partial: the source's first or last day, or one beside a gap. "
        "Silent: none. Days are those of UTC, from the source's first one on."
    ),
    "lag": (
        "From an event to its arrival, in seconds rounded up, of the events of the last 7 days "
        "of the range."
    ),
    "proves_idleness": (
        "Whether somebody without a sign in this source is called inactive: gaps cover at most a "
        "tenth of the window of the status, and the source has shown an action that makes active. "
        "Else they are no_evidence."
    ),
    "rejected": (
        "Lines that are in no number, of all times. Like codes and books they are shown to who "
        "may see the account of the whole source."
    ),
    "unknown_code": "Events of codes that no connector knows; they are stored and count as other.",
    "books": (
        "Whether as many events and rejects are kept as were counted when they came in; "
        "vaultmeter ledger compares them with what was received."
    ),
    "kept": (
        "Items that were seen before the end of the range and not deleted by then; what was "
        "deleted and written again is kept."
    ),
    "item_status": (
        "Used: successfully in the range. Unused: before it alone. Never_used: by nobody up to its "
        "end. No_evidence: a source of it has long gaps in the range, or never showed any use, so "
        "that idleness is no proof. Deleted: before its end, whether or not it was used before."
    ),
    "peers": (
        "The people, machines or agents of one account that are not disabled and of whom there is "
        "evidence; the middle value of theirs is the one that as many are above as below."
    ),
    "known_from": (
        "Server: the vault itself wrote it down. Client: a program on a user's device told of it. "
        "Inferred: it follows from something else that was seen."
    ),
    "deleted": "Deleted items leave what is current and stay in history with their date.",
}
"""Definitions by name."""
