"""Every report computed a second time: in plain Python, from the definitions, one event at a time.

Nothing in here asks the store or calls a report's code. Each function answers the rows of the
report of its name, in the order and with the cells of the real one.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.reports import (
    plain_clients,
    plain_coverage,
    plain_exposure,
    plain_items,
    plain_passwords,
    plain_trends,
)
from tests.reports.plain_counts import (
    clients_of,
    denied,
    failed_logins,
    glances,
    is_login,
    items_touched,
    last_time,
    nulls_last,
    objects_of_keys,
    of_people,
    percent,
    place_of_kind,
    requests_and_outcomes,
    succeeded,
    users_of,
)
from tests.reports.plain_events import Event, Identity, Thing, grouped
from tests.reports.plain_question import Plain, bucket_of, buckets_of
from tests.reports.plain_sessions import sessions
from tests.reports.plain_standings import Standing, Standings

Row = tuple[Any, ...]

PRODUCTS = ("sm", "pm", "sra")


def overview(plain: Plain) -> list[Row]:
    """Thirteen measures, each with its value in the period compared with."""
    now = _measures(plain)
    before_plain = plain.before()
    if before_plain is None:
        return [(name, value, None, None, None) for name, value in now.items()]
    before = _measures(before_plain)
    return [
        (name, value, before[name], value - before[name], percent(value, before[name]))
        for name, value in now.items()
    ]


def _measures(plain: Plain) -> dict[str, int]:
    events = plain.usage
    return {
        "total_requests": len(events),
        "unique_users": len(users_of(plain, events)),
        "active_clients": len(clients_of(plain, events)),
        "secrets_read": succeeded(events, "secret_read"),
        "passwords_accessed": glances(plain, events),
        "passwords_autofilled": succeeded(events, "password_autofilled"),
        "key_operations": objects_of_keys(events),
        "remote_connections": succeeded(events, "remote_connection"),
        "accounts_added": succeeded(events, "item_added"),
        "sign_ins": succeeded(events, "login"),
        "login_sessions": succeeded(of_people(plain, events), "login"),
        "failed_logins": failed_logins(events),
        "denied": denied(events),
    }


def activity(plain: Plain) -> list[Row]:
    """One row for every bucket of the period, also for the empty ones."""
    starts = buckets_of(plain)
    by_bucket: dict[datetime, list[Event]] = {start: [] for start in starts}
    for event in plain.usage:
        by_bucket[bucket_of(event.time, plain)].append(event)
    logins = [event for event in of_people(plain, plain.usage) if is_login(event)]
    latest = grouped(logins, lambda event: event.who).values()
    last_buckets = [bucket_of(max(event.time for event in those), plain) for those in latest]
    return [
        (
            start,
            len(events),
            succeeded(of_people(plain, events), "login"),
            succeeded(events, "remote_connection"),
            glances(plain, events),
            succeeded(events, "password_autofilled"),
            succeeded(events, "item_added"),
            last_buckets.count(start),
            succeeded(events, "login") - succeeded(of_people(plain, events), "login"),
            failed_logins(events),
            succeeded(events, "secret_read"),
            objects_of_keys(events),
            denied(events),
        )
        for start, events in by_bucket.items()
    ]


def users(plain: Plain) -> list[Row]:
    """A row for every identity that may be seen, also for those that did nothing."""
    wanted = {"people": ("person",), "machines": ("machine", "agent")}.get(plain.who)
    done = grouped(plain.usage, lambda event: event.who)
    standings = Standings(plain)
    rows = []
    for who, identity in plain.listed_identities().items():
        is_nobody = identity.kind == "unknown" and identity.name == "unknown"
        is_hidden = (identity.kind == "system" or is_nobody) and who not in done
        if identity.kind in wanted if wanted else not is_hidden:
            rows.append(_user_row(plain, identity, done.get(who, []), standings.of(who)))
    return sorted(rows, key=lambda row: (-row[10], row[0], row[1]))


def _user_row(plain: Plain, identity: Identity, events: list[Event], standing: Standing) -> Row:
    accesses = ("password_accessed", "secret_read")
    return (
        identity.name,
        identity.account,
        identity.kind,
        identity.auth_method,
        standing.status,
        standing.reason,
        standing.is_new,
        False,
        succeeded(events, "login"),
        failed_logins(events),
        len(events),
        succeeded(events, "secret_read"),
        glances(plain, events),
        sum(succeeded(events, kind) for kind in accesses) if identity.kind == "person" else 0,
        succeeded(events, "password_autofilled"),
        succeeded(events, "remote_connection"),
        succeeded(events, "item_added"),
        objects_of_keys(events),
        denied(events),
        standing.last_used or standing.last_login,
        standing.last_login,
        standing.first_seen,
        standing.is_low,
        standing.sources,
    )


def adoption(plain: Plain) -> list[Row]:
    """How everybody stands: counted for the whole, and account by account."""
    listed = users(plain)
    accounts = sorted({row[1] for row in listed})
    whole = [("*", *_standing_counts(listed))] if listed else []
    return whole + [
        (account, *_standing_counts([row for row in listed if row[1] == account]))
        for account in accounts
    ]


def _standing_counts(rows: list[Row]) -> Row:
    statuses, reasons = [row[4] for row in rows], [row[5] for row in rows]
    judged = [row for row in rows if row[4] != "no_evidence" and not row[6]]
    utilised = sum(row[4] == "active" for row in judged)
    return (
        len(rows),
        *(statuses.count(status) for status in ("active", "passive", "inactive", "no_evidence")),
        *(reasons.count(reason) for reason in ("never used", "lapsed", "dormant")),
        sum(row[22] for row in rows),
        sum(row[6] for row in rows),
        len(judged),
        utilised,
        _half_up(100 * utilised, len(judged)) if judged else None,
    )


def _half_up(part: int, whole: int) -> float:
    """A quotient with one decimal, halves up."""
    return float((Decimal(part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def user(plain: Plain) -> list[Row]:
    """What everybody of a name does, kind by kind."""
    listed = plain.world.identities
    groups = grouped(
        plain.usage,
        lambda event: (listed[event.who].name, listed[event.who].account, event.kind, event.detail),
    )
    rows = [
        (*group, *requests_and_outcomes(events), items_touched(events), last_time(events))
        for group, events in groups.items()
    ]
    return sorted(
        rows, key=lambda row: (row[0], row[1], -row[4], place_of_kind(row[2]), nulls_last(row[3]))
    )


def actions(plain: Plain) -> list[Row]:
    """Requests by kind and detail, and how they end."""
    groups = grouped(plain.usage, lambda event: (event.kind, event.detail))
    rows = [(*group, *requests_and_outcomes(events)) for group, events in groups.items()]
    return sorted(rows, key=lambda row: (-row[2], place_of_kind(row[0]), nulls_last(row[1])))


def items(plain: Plain) -> list[Row]:
    """Items that were used successfully, most used first, deleted ones last."""
    used = grouped(
        (e for e in plain.usage if e.intent == "use" and e.outcome == "ok"),
        lambda event: event.item,
    )
    rows = [_item_row(plain, thing, events) for thing, events in used.items() if thing is not None]
    return sorted(rows, key=lambda row: (row[3], -row[4], row[0], row[1]))


def _item_row(plain: Plain, thing: Thing, events: list[Event]) -> Row:
    item, known = plain.world.items[thing], plain.world.identities
    kinds = [known[who].kind for who in {event.who for event in events}]
    last = max(events, key=lambda event: (event.time, known[event.who].name))
    reads = ("secret_read", "password_accessed", "credential_issued")
    return (
        thing[1],
        thing[0],
        item.type,
        "current" if item.deleted is None else "deleted",
        sum(event.weight for event in events),
        sum(event.kind in reads for event in events),
        kinds.count("person"),
        len(kinds) - kinds.count("person"),
        last.time,
        known[last.who].name,
        item.created,
        item.deleted,
    )


def auth_methods(plain: Plain) -> list[Row]:
    """Clients by how they sign in, and requests by how the caller signed in."""
    known = plain.world.identities
    clients = clients_of(plain, plain.usage)
    by_method = grouped(
        plain.usage,
        lambda event: event.auth_method or known[event.who].auth_method or "unknown",
    )
    own = {who: known[who].auth_method or "unknown" for who in clients}
    rows = []
    for method in set(by_method) | set(own.values()):
        events = by_method.get(method, [])
        kinds = [known[who].kind for who in clients if own[who] == method]
        rows.append(
            (
                method,
                len(kinds),
                kinds.count("person"),
                len(kinds) - kinds.count("person"),
                succeeded(events, "login"),
                failed_logins(events),
                len(events),
            )
        )
    return sorted(rows, key=lambda row: (-row[1], -row[6], row[0]))


def accounts(plain: Plain) -> list[Row]:
    """Every account that may be seen, with what was done in it."""
    rows = []
    for account in sorted(plain.listed_accounts()):
        events = [event for event in plain.usage if event.account == account]
        kept = [
            item
            for thing, item in plain.listed_items().items()
            if thing[0] == account and item.seen is not None and item.deleted is None
        ]
        rows.append(
            (
                account,
                len(events),
                len(users_of(plain, events)),
                len(clients_of(plain, events)),
                succeeded(events, "login"),
                succeeded(events, "secret_read"),
                glances(plain, events),
                len(kept),
                last_time(events),
            )
        )
    return rows


REPORTS: dict[str, Callable[[Plain], list[Row]]] = {
    "overview": overview,
    "activity": activity,
    "users": users,
    "adoption": adoption,
    "user": user,
    "sessions": sessions,
    "items": items,
    "actions": actions,
    "auth-methods": auth_methods,
    "clients": plain_clients.clients,
    "clients-by-method": plain_clients.clients_by_method,
    "client-list": plain_clients.client_list,
    "client-periods": plain_clients.client_periods,
    "client-days": plain_clients.client_days,
    "forecast": plain_clients.forecast,
    "items-by-type": plain_trends.items_by_type,
    "requests-by-action": plain_trends.requests_by_action,
    "requests-by-kind": plain_trends.requests_by_kind,
    "trend": plain_trends.trend,
    "unused-by-type": plain_trends.unused_by_type,
    "accounts": accounts,
    "item-list": plain_items.item_list,
    "item-totals": plain_items.item_totals,
    "item-days": plain_items.item_days,
    "item-users": plain_items.item_users,
    "events": plain_items.events,
    "user-sources": plain_items.user_sources,
    "peers": plain_items.peers,
    "sole-use": plain_items.sole_use,
    "unused": plain_exposure.unused,
    "leaver": plain_exposure.leaver,
    "password-manager": plain_passwords.password_manager,
    "password-uses": plain_passwords.password_uses,
    "coverage": plain_coverage.coverage,
    "coverage-days": plain_coverage.coverage_days,
    "coverage-gaps": plain_coverage.coverage_gaps,
    "coverage-lines": plain_coverage.coverage_lines,
}
"""The second computation of each report, by the report's name."""
