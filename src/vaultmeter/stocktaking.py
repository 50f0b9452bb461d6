"""Takes the inventory of a vault in: asks its server, accepts the facts, says what they changed.

The facts of SOURCE come in as records of a source of their own, `SOURCE/inventory`, of the same
account: they go through inbox, ledger and archive like everything else, and survive a rebuild.
"""

import stat
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from vaultmeter.app import App
from vaultmeter.clock import Clock
from vaultmeter.connectors import inventory_of
from vaultmeter.inbox.batches import Delivery, Source
from vaultmeter.intake import take_stream
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.collecting import Poll
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.instants import text_of
from vaultmeter.model.inventory import INVENTORY, Access, Snapshot, Unread
from vaultmeter.receive.condition import Say
from vaultmeter.receive.gate import Gate
from vaultmeter.receive.poll import Beat, Poller
from vaultmeter.store import Store

_LINES_AT_ONCE = 4096
_POLL_TIMEOUT = 10.0
"""Seconds to wait for one answer: a server's worker shows that it lives more often than that."""
_BEAT = 1.0
_OF_SCOPE = """
    account in (
        select id from account where name = $account or starts_with(name, $account || '/')
    )
"""


@dataclass
class Stock:
    """What an inventory found, what stays unknown, and what is gone since the last one.

    `items` counts by type, `identities` by kind; `gone` and `new` are of items and identities that
    were, or were not, known before. Instants are aware and in UTC.
    """

    source: str
    account: str
    taken: datetime
    namespaces: int
    mounts: int
    auth_methods: int
    requests: int
    items: dict[str, int] = field(default_factory=dict)
    identities: dict[str, int] = field(default_factory=dict)
    disabled: int = 0
    new_items: int = 0
    new_identities: int = 0
    gone_items: list[dict[str, Any]] = field(default_factory=list)
    gone_identities: list[dict[str, Any]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """What `inventory --json` prints."""
        return asdict(self) | {"taken": text_of(self.taken)}


def policy_of(connector: str) -> str:
    """What the token of an inventory needs, in the words of the vault; raises `Invalid`."""
    text: str = inventory_of(connector).policy()
    return text


def source_of(app: App, name: str, account: str | None) -> Source:
    """The source whose vault is to be listed; raises `NotFound` and `Invalid`."""
    source = app.inbox.source_named(name)
    inventory_of(source.connector)
    if account is not None and source.account != account:
        raise Invalid(
            f"Source {name!r} belongs to account {source.account!r}.", "Leave --account out."
        )
    return source


def collect(source: Source, access: Access, clock: Clock) -> Snapshot:
    """Ask the server of a source what there is; raises `Invalid` and `Unavailable`."""
    snapshot: Snapshot = inventory_of(source.connector).take(access, clock())
    return snapshot


def taken_in(app: App, who: Principal, name: str, snapshot: Snapshot) -> Object:
    """Take in what somebody has collected from the vault of a source; answers the stock.

    Raises `NotFound`, `Forbidden`, `Invalid` and `Unavailable`.
    """
    source = app.inbox.source_named(name)
    who.require_for(Permission.SOURCES, source.account)
    inventory_of(source.connector)
    if snapshot.taken.tzinfo is None:
        raise Invalid("The time of the inventory has no time zone.", "Send it with an offset.")
    items, identities = len(snapshot.items), len(snapshot.identities)
    app.access.note(who, "inventory.take", name, items=items, identities=identities)
    return app.writing(lambda: take_in(app, source, snapshot)).summary()


def take_in(app: App, source: Source, snapshot: Snapshot) -> Stock:
    """Accept what was collected and bring it into the store; answers what it changed.

    Raises `Invalid` when the account has inventories of another vault: what that one has would
    be taken for deleted.
    """
    own = f"{source.name}/{INVENTORY}"
    notes = app.recovering(lambda: _check_cluster(app.store, own, source, snapshot))
    values = {"account": source.account}
    before = app.recovering(lambda: _before(app, values))
    take_stream(app, INVENTORY, own, source.account, _chunks(snapshot.lines()))
    stock = Stock(
        source=source.name,
        account=source.account,
        taken=snapshot.taken.astimezone(UTC),
        namespaces=snapshot.namespaces,
        mounts=snapshot.mounts,
        auth_methods=snapshot.auth_methods,
        requests=snapshot.requests,
        unread=snapshot.unread,
        notes=notes,
    )
    app.recovering(lambda: _count(app, stock, snapshot, values))
    app.recovering(lambda: _compare(app, stock, values, before))
    return stock


def inventory_poller(app: App, gate: Gate, source: Source, poll: Poll, say: Say) -> Poller:
    """A worker of a server that takes the inventory of a source's vault again and again.

    The facts go through the gate like pushed records, and into the store with everything else.
    """
    name = f"{source.name}/{INVENTORY}"
    known = {each.name: each for each in app.inbox.sources()}
    last = app.inbox.arrived(known[name], 0)[0] if name in known else None

    def ask(beat: Beat) -> str:
        token = _token_in(Path(poll.token_file))
        access = Access(
            poll.address, token, poll.ca_cert, poll.namespace, _POLL_TIMEOUT, asking=beat
        )
        snapshot = collect(source, access, app.clock)
        with app.store.reader() as reader:
            _check_cluster(reader, name, source, snapshot)
        own = app.inbox.source(name, INVENTORY, source.account)
        _hand_in(gate, own, snapshot, beat)
        unread = f" {len(snapshot.unread):,} parts were not read." if snapshot.unread else ""
        return (
            f"{len(snapshot.items):,} items and {len(snapshot.identities):,} identities at"
            f" {snapshot.taken:%Y-%m-%d %H:%M:%S} UTC.{unread}"
        )

    return Poller(f"poll {source.name}", poll.every, ask, last, app.clock, say)


def _hand_in(gate: Gate, own: Source, snapshot: Snapshot, beat: Beat) -> None:
    """Have the facts accepted, in order; raises `Full` and `Unavailable`."""
    for chunk in _chunks(snapshot.lines()):
        receipt = gate.offer(Delivery(own, "poll", chunk, chunk.count(b"\n")))
        while not wait([receipt], _BEAT).done:
            beat()
        receipt.result()


def _token_in(path: Path) -> str:
    """The token in a file; raises `NotFound`, and `Invalid` where everybody may read it."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", "Put the token of the inventory there.")
    if path.stat().st_mode & stat.S_IROTH:
        raise Invalid(f"Everybody may read {path}.", f"Run: chmod o= {path}")
    return path.read_text("utf-8").strip()


def _check_cluster(store: Store, own: str, source: Source, snapshot: Snapshot) -> list[str]:
    """Refuse a second vault in one account; answers what is to be said of a changed one."""
    others = store.query(
        """
        select distinct source.name, snapshot.cluster
        from snapshot
        join source on source.id = snapshot.source
        where snapshot.scope = (select id from account where name = $account)
            and snapshot.cluster <> $cluster
        """,
        {"account": source.account, "cluster": snapshot.cluster or ""},
    )
    for name, _ in others:
        if name != own and snapshot.cluster:
            raise Invalid(
                f"The account {source.account!r} has the inventory of another vault,"
                f" {name.removesuffix('/' + INVENTORY)!r}.",
                "Give each vault an account of its own: ingest its log with --account.",
            )
    return [f"{source.name} was another cluster before."] if others and snapshot.cluster else []


@dataclass(frozen=True)
class _Before:
    """What was known, and gone, before an inventory: ids of items and identities."""

    last_item: int
    last_identity: int
    items: frozenset[int]
    identities: frozenset[int]


def _before(app: App, values: dict[str, Any]) -> _Before:
    def gone(table: str) -> frozenset[int]:
        sql = f"select id from {table} where deleted is not null and {_OF_SCOPE}"
        return frozenset(id_ for (id_,) in app.store.query(sql, values))

    ((item, identity),) = app.store.query("""
        select
            (select coalesce(max(id), 0) from item),
            (select coalesce(max(id), 0) from identity)
    """)
    return _Before(item, identity, gone("item"), gone("identity"))


def _count(app: App, stock: Stock, snapshot: Snapshot, values: dict[str, Any]) -> None:
    taken = {**values, "taken": stock.taken.replace(tzinfo=None)}
    stock.items = dict(
        app.store.query(
            f"""
            select type, count(*)
            from item
            where listed = $taken
                and deleted is null
                and {_OF_SCOPE}
            group by type
            order by type
            """,
            taken,
        )
    )
    listed = [identity for identity in snapshot.identities if identity.listed]
    rows = app.store.query(
        """
        select
            kind,
            count(*),
            count(disabled)
        from identity
        where id in (
            select identity
            from identity_key
            where scope = (select id from account where name = $account)
                and key in (select unnest($keys))
        )
        group by kind
        order by kind
        """,
        {**values, "keys": [each.keys[0] for each in listed]},
    )
    stock.identities = {kind: count for kind, count, _ in rows}
    stock.disabled = sum(disabled for *_, disabled in rows)


def _compare(app: App, stock: Stock, values: dict[str, Any], before: _Before) -> None:
    items = app.store.query(
        f"""
        select item.id, account.name, item.name, item.type, item.deleted
        from item
        join account on account.id = item.account
        where item.deleted is not null
            and item.seen is not null
            and item.{_OF_SCOPE.strip()}
        order by account.name, item.name
        """,
        values,
    )
    stock.gone_items = [
        {
            "account": account,
            "item": name,
            "type": kind,
            "deleted": text_of(deleted.replace(tzinfo=UTC)),
        }
        for id_, account, name, kind, deleted in items
        if id_ not in before.items and id_ <= before.last_item
    ]
    identities = app.store.query(
        f"""
        select identity.id, account.name, identity.name, identity.kind, identity.deleted
        from identity
        join account on account.id = identity.account
        where identity.deleted is not null
            -- Who was only ever refused was never there.
            and (
                identity.created is not null
                or identity.id in (select identity from event where outcome = 'ok')
                or identity.id in (
                    select identity_key.identity
                    from key_fact
                    join identity_key on identity_key.scope = key_fact.scope
                        and identity_key.key = key_fact.key
                )
            )
            and identity.{_OF_SCOPE.strip()}
        order by account.name, identity.name
        """,
        values,
    )
    stock.gone_identities = [
        {
            "account": account,
            "user": name,
            "kind": kind,
            "deleted": text_of(deleted.replace(tzinfo=UTC)),
        }
        for id_, account, name, kind, deleted in identities
        if id_ not in before.identities and id_ <= before.last_identity
    ]
    ((stock.new_items, stock.new_identities),) = app.store.query(
        f"""
        select
            (select count(*) from item where id > $item and deleted is null and {_OF_SCOPE}),
            (select count(*) from identity where id > $identity and deleted is null
                and {_OF_SCOPE})
        """,
        {**values, "item": before.last_item, "identity": before.last_identity},
    )


def _chunks(lines: Iterator[bytes]) -> Iterator[bytes]:
    while chunk := b"".join(islice(lines, _LINES_AT_ONCE)):
        yield chunk
