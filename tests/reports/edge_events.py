"""Events made by hand: one of everything that is easily counted wrongly.

Three sources: `edges` of the account `globex`, received in two files of which the second one is
late; `twin` of the same account and the same people; and `stranger` of the account `globexx`,
whose name merely begins the same way.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONES = (
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
)
CLOCK_CHANGES = (
    "2025-10-26T01:00:00Z",  # Berlin back
    "2025-10-30T21:00:00Z",  # Cairo back, at midnight
    "2025-11-02T06:00:00Z",  # New York back
    "2026-03-08T07:00:00Z",  # New York forward
    "2026-03-29T01:00:00Z",  # Berlin forward
    "2026-04-04T15:00:00Z",  # Lord Howe back, by half an hour
    "2026-04-23T22:00:00Z",  # Cairo forward, at midnight
)
STRANGE_NAMES = (
    "x' or 1=1 --",
    "100%",
    "a_b",
    "axb",
    "back\\slash",
    "star*name",
    "quest?ion",
    "[brackets]",
    'quo"te, comma',
    "ΟΔΥΣΣΕΥΣ",
    "İbrahim",
    "=formula()",
)
MICROSECOND = timedelta(microseconds=1)

Record = dict[str, Any]


def event(time: datetime | str, identity: str, kind: str, **fields: object) -> Record:
    """One record of the open format, without an id."""
    instant = time if isinstance(time, datetime) else datetime.fromisoformat(time)
    text = instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"time": text, "kind": kind, "identity": identity} | fields


def lines(records: Iterable[Record], name: str) -> list[bytes]:
    """The records as lines of JSON, numbered under a name."""
    return [
        json.dumps({"id": f"{name}-{number}"} | record, ensure_ascii=False).encode() + b"\n"
        for number, record in enumerate(records)
    ]


def on_time() -> list[Record]:
    """What the first file of `edges` holds."""
    return [
        *_midnights(),
        *_changing_clocks(),
        *_statuses(),
        *_glances(),
        *_items(),
        *_weights(),
        *_sessions(),
        *_names(),
        *_visitors(),
        *_intents(),
        *_methods(),
    ]


def late() -> list[Record]:
    """What the second file of `edges` holds: older than much of the first, and out of order."""
    first = datetime(2026, 5, 4, 9, tzinfo=UTC)
    return [
        # Between two accesses of the first file 8 minutes apart: now one glance, not two.
        event(first + timedelta(minutes=64), "peter", "password_accessed", item="pw/late"),
        # Before an access of the first file: the glance begins earlier than it did.
        event(first + timedelta(minutes=56), "peter", "password_accessed", item="pw/late"),
        event("2026-02-03T10:00:00Z", "peter", "item_added", item="kv/made-late"),
        event("2026-02-01T10:00:00Z", "peter", "item_deleted", item="kv/made-late"),
        # An older name and an older way to sign in change nothing.
        event("2026-01-05T08:00:00Z", "renamed", "login", identity_name="Old", auth_method="ldap"),
        event("2026-01-06T08:00:00Z", "switcher", "login", auth_method="oidc"),
        event("2026-01-07T08:00:00Z", "learner", "login", auth_method="ldap"),
        event("2026-06-30T23:50:00Z", "olga", "secret_read", item="kv/open"),
        event("2026-06-30T23:30:00Z", "olga", "login"),
        event("2025-07-01T00:00:00Z", "old-timer", "secret_read", item="kv/first"),
    ]


def twin() -> list[Record]:
    """What `twin` holds: people of `edges`, at the same time, in another vault."""
    return [
        # Within a glance and within a session of the other source.
        event("2026-05-04T09:07:00Z", "peter", "password_accessed", item="pw/one"),
        event("2026-05-05T06:15:00Z", "sam", "list"),
        event("2026-05-05T06:40:00Z", "sam", "logout"),
        event("2026-05-05T06:50:00Z", "sam", "secret_read", item="kv/x"),
        event("2026-05-05T07:00:00Z", "own-session", "list", session="s-1"),
    ]


def stranger() -> list[Record]:
    """What `stranger` holds: the same keys in an account of its own, and nothing to be mixed up."""
    return [
        event("2026-05-04T10:00:00Z", "peter", "password_accessed", item="pw/one"),
        event("2026-05-04T10:01:00Z", "ann", "secret_read", item="kv/x"),
        event("2026-05-05T10:01:00Z", "ann", "login", auth_method="saml2", account="north"),
    ]


def rejected() -> list[bytes]:
    """Lines among the others that are in no number."""
    return [
        b'{"id":"no-1","time":"2026-05-04T09:00:00Z","kind":"made_up","identity":"peter"}\n',
        b'{"id":"no-2","time":"2026-05-04","kind":"login","identity":"peter"}\n',
        b"not json\n",
    ]


def _midnights() -> Iterator[Record]:
    """One microsecond before, at and after midnight, in every zone."""
    for zone in ZONES:
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 4)):
            midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
            for step in (-1, 0, 1):
                yield event(
                    midnight + step * MICROSECOND, "night-owl", "secret_read", item="kv/night"
                )


def _changing_clocks() -> Iterator[Record]:
    """Something every ten minutes around the hours that are missing or there twice."""
    for change in CLOCK_CHANGES:
        start = datetime.fromisoformat(change) - timedelta(hours=3)
        for step in range(37):
            yield event(
                start + step * timedelta(minutes=10), "watch", "list", identity_kind="machine"
            )


def _statuses() -> Iterator[Record]:
    """People of every status and machines of every kind."""
    day = "2026-05-04T08:00:00Z"
    yield event(day, "only-beats", "heartbeat")
    yield event(day, "only-login", "login", auth_method="saml2")
    yield event(day, "only-failed", "login_failed", outcome="denied", auth_method="saml2")
    yield event(day, "only-failed-unsaid", "login_failed")
    yield event(day, "only-denied", "secret_read", item="kv/x", outcome="denied")
    yield event(day, "only-missing", "secret_read", item="kv/none", outcome="not_found")
    yield event(day, "login-and-denied", "login")
    yield event("2026-05-04T08:01:00Z", "login-and-denied", "secret_read", outcome="denied")
    yield event(day, "machine-beats", "heartbeat", identity_kind="machine")
    yield event(day, "machine-pm", "password_accessed", item="pw/one", identity_kind="machine")
    yield event(day, "agent-x", "secret_read", item="kv/x", identity_kind="agent")
    yield event(day, "root", "system", identity_kind="system", item="kv/x")
    yield event(day, "root-idle", "heartbeat", identity_kind="system")
    yield event(day, "puzzle", "other", source_event="vendor:17")
    for kind in ("credential_issued", "item_shared", "rotation", "export", "admin"):
        yield event(day, f"only-{kind}", kind)
    yield event(day, "fills", "password_autofilled", item="pw/one")
    yield event(day, "connects", "remote_connection", item="host-1", item_type="target")
    yield event(day, "connects", "remote_connection", item="host-2", outcome="error")


def _glances() -> Iterator[Record]:
    """Accesses exactly five minutes apart, and a microsecond more; reveal and copy; not found."""
    start = datetime(2026, 5, 4, 9, tzinfo=UTC)
    minutes = (0, 5, 10, 15)
    for number, minute in enumerate(minutes):
        detail = ("viewed", "revealed", "copied", "viewed")[number]
        time = start + timedelta(minutes=minute) + (number == 3) * MICROSECOND
        yield event(time, "peter", "password_accessed", item="pw/one", detail=detail)
    yield event(start + timedelta(minutes=2), "peter", "password_accessed", item="pw/two")
    yield event(start + timedelta(minutes=3), "ann", "secret_read", item="pw/one")
    yield event(start + timedelta(minutes=4), "ann", "password_accessed", item="pw/one")
    yield event(
        start + timedelta(minutes=30), "ann", "secret_read", item="pw/one", outcome="denied"
    )
    yield event(
        start + timedelta(minutes=31), "ann", "secret_read", item="pw/one", outcome="not_found"
    )
    yield event(start + timedelta(minutes=32), "ann", "secret_read")
    yield event(start + timedelta(minutes=60), "peter", "password_accessed", item="pw/late")
    yield event(start + timedelta(minutes=68), "peter", "password_accessed", item="pw/late")


def _items() -> Iterator[Record]:
    """Items that come, go, come back, were only listed, or never were."""
    story = (
        ("kv/gone", ("item_added", "secret_read", "item_deleted")),
        ("kv/back", ("item_added", "secret_read", "item_deleted", "item_added", "secret_read")),
        ("kv/written-again", ("item_added", "item_deleted", "item_updated")),
        ("kv/shared-after", ("item_added", "item_deleted", "item_shared", "secret_read")),
        ("kv/only-deleted", ("item_deleted",)),
        ("kv/only-listed", ("list",)),
    )
    for number, (name, kinds) in enumerate(story):
        for step, kind in enumerate(kinds):
            time = datetime(2026, 2, 1 + step, 12, number, tzinfo=UTC)
            yield event(time, "keeper", kind, item=name)
    yield event("2026-02-02T12:30:00Z", "keeper", "item_added", item="kv/kept", outcome="denied")
    yield event("2026-02-03T12:30:00Z", "keeper", "item_added", item="kv/kept")
    yield event("2026-02-04T12:30:00Z", "keeper", "item_deleted", item="kv/kept", outcome="denied")
    yield event("2026-02-05T12:30:00Z", "keeper", "secret_read", item="kv/kept", intent="heartbeat")
    yield event("2026-02-05T12:31:00Z", "keeper", "secret_read", item="kv/made-late")
    # A record that does not say the product or the type is of the kind's own.
    yield event(
        "2026-02-06T12:00:00Z", "keeper", "password_accessed", item="pw/flips", item_type="password"
    )
    yield event(
        "2026-02-07T12:00:00Z", "keeper", "item_updated", item="pw/flips", item_type="password"
    )


def _weights() -> Iterator[Record]:
    """Batches: one request, many objects."""
    key: Record = {"item": "transit/key", "item_type": "classic_key", "identity_kind": "machine"}
    yield event(
        "2026-05-04T09:00:00Z", "batcher", "key_operation", weight=20, detail="encrypt", **key
    )
    yield event(
        "2026-05-04T09:01:00Z", "batcher", "key_operation", weight=3, detail="decrypt", **key
    )
    denied = key | {"outcome": "denied"}
    yield event(
        "2026-05-04T09:02:00Z", "batcher", "key_operation", weight=7, detail="sign", **denied
    )
    yield event("2026-05-04T09:03:00Z", "batcher", "secret_read", weight=4, **key)


def _sessions() -> Iterator[Record]:
    """Pauses of half an hour and a little more, sign-ins, sign-outs, and days without a pause."""
    start = datetime(2026, 5, 5, 6, 0, 0, 900_000, tzinfo=UTC)

    def after(
        minutes: float, kind: str = "secret_read", step: timedelta = timedelta(), **more: object
    ) -> Record:
        return event(start + timedelta(minutes=minutes) + step, "sam", kind, **more)

    yield from (after(0, "login"), after(30), after(60, step=MICROSECOND), after(61, "logout"))
    yield from (after(62), after(70, "login"), after(80, "login", outcome="denied"), after(81))
    yield from (after(90, "login_failed", outcome="denied"), after(100, "heartbeat"))
    yield after(112, step=MICROSECOND)
    yield from (
        after(200, "list"),
        after(210, "heartbeat"),
        after(225, "heartbeat"),
        after(240, "list"),
    )
    for number in range(0, 60 * 26, 20):
        time = start + timedelta(days=2, minutes=number, microseconds=-number)
        yield event(time, "never-sleeps", "secret_read", item="kv/x")
    for number in range(0, 60 * 13, 20):
        yield event(start + timedelta(days=2, minutes=number), "exact-12h", "list")
    yield event(start + timedelta(days=2, hours=12) + MICROSECOND, "exact-12h", "list")
    for number, kind in enumerate(("login", "secret_read", "logout", "list")):
        time = start + timedelta(hours=number)
        yield event(time, "own-session", kind, session="s-1")
        yield event(
            time + timedelta(minutes=1), "own-session", kind, session="s-2" if number < 2 else None
        )
    yield event("2026-06-30T23:45:00Z", "olga", "list")
    yield event("2026-06-30T23:46:00Z", "own-session", "list", session="s-3")
    for day in ("2026-05-02", "2026-05-08", "2026-06-29"):
        yield event(f"{day}T09:00:00Z", "own-session", "list", session="s-long")


def _names() -> Iterator[Record]:
    """Names that mean something to SQL, to patterns, to spreadsheets or to nobody."""
    for number, name in enumerate(STRANGE_NAMES):
        yield event(
            datetime(2026, 5, 6, 7, number, tzinfo=UTC), name, "secret_read", item=f"kv/{name}"
        )


def _visitors() -> Iterator[Record]:
    """One identity in three accounts, last in the one in the middle."""
    for day, account in ((1, "globex"), (2, "globex/lab"), (3, "globex/ops"), (4, "globex/lab")):
        time = datetime(2026, 4, day, 12, tzinfo=UTC)
        yield event(
            time, "visitor", "secret_read", account=account, item="kv/shared", auth_method="oidc"
        )
    yield event("2026-04-05T12:00:00Z", "lab-rat", "item_added", account="lab", item="kv/lab")
    yield event(
        "2026-04-06T12:00:00Z", "lab-rat", "login", account="globex/lab", auth_method="oidc"
    )


def _intents() -> Iterator[Record]:
    """Records that say themselves what they were for."""
    yield event("2026-05-07T12:00:00Z", "worker", "list", intent="use", item="kv/x")
    yield event("2026-05-07T12:01:00Z", "poller", "secret_read", intent="heartbeat", item="kv/x")
    yield event("2026-05-07T12:02:00Z", "sweeper", "secret_read", intent="system", item="kv/x")


def _methods() -> Iterator[Record]:
    """How somebody signs in changes; how they signed in then does not. So does a name."""
    yield event("2026-03-01T08:00:00Z", "switcher", "login", auth_method="ldap")
    yield event("2026-03-01T08:01:00Z", "switcher", "secret_read", item="kv/x")
    yield event("2026-05-01T08:00:00Z", "switcher", "login", auth_method="saml2")
    yield event("2026-05-02T08:00:00Z", "learner", "secret_read", item="kv/x")
    yield event(
        "2026-03-01T08:00:00Z", "renamed", "login", identity_name="New", auth_method="saml2"
    )
    yield event("2026-04-01T08:00:00Z", "renamed", "list")
