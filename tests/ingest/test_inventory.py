"""Checks what inventories and events come to together, against a plain count, in any order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from tests.conftest import Folder, Row, event, ndjson, seeded

START = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = ("kv/a", "kv/b", "kv/deep/c", "old/d", "lost/e", "kv/deep/f")
KEYS = ("key:ada", "key:bob", "key:eve", "key:lin")
TABLES = ("item", "identity", "identity_key", "key_fact", "key_disabled", "listing", "snapshot")


def at(minute: float) -> str:
    """Write the instant so many minutes after the start."""
    return (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


def naive(minute: float | None) -> datetime | None:
    """Make the instant as the store has it."""
    return None if minute is None else (START + timedelta(minutes=minute)).replace(tzinfo=None)


def item(minute: float, name: str, **fields: Any) -> Row:  # noqa: ANN401  fields are of any type
    """Make the fact that an item is listed."""
    fact = {"fact": "item", "taken": at(minute), "item": name, "type": "static_secret"}
    return fact | fields


def identity(minute: float, *keys: str, **fields: Any) -> Row:  # noqa: ANN401  as above
    """Make the fact that an identity is listed."""
    named = {"name": keys[0].removeprefix("key:").title(), "kind": "person", "rank": 6}
    return {"fact": "identity", "taken": at(minute), "keys": list(keys)} | named | fields


def listed(minute: float, of: str, part: str, **fields: Any) -> Row:  # noqa: ANN401  as above
    """Make the fact that a part was listed, to the end unless said otherwise."""
    fact = {"fact": "listed", "taken": at(minute), "vault": "events", "of": of, "part": part}
    return fact | {"complete": True} | fields


@dataclass
class Told:
    """Invented events and facts, in the order of time."""

    events: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)

    def minute(self, row: Row) -> float:
        """Tell how many minutes after the start something was."""
        instant = datetime.fromisoformat(row.get("time") or row["taken"])
        return (instant - START) / timedelta(minutes=1)


def invented(random: Random) -> Told:
    """Invent a history: what happened between a few inventories, and what these listed."""
    told = Told()
    for number in range(30):
        kinds = ("secret_read", "secret_read", "item_added", "item_updated", "item_deleted", "list")
        told.events.append(
            event(
                number,
                time=at(random.randrange(60) + 0.5),
                kind=random.choice(kinds),
                item=random.choice(NAMES),
                identity=random.choice(KEYS).removeprefix("key:"),
                outcome=random.choice(("ok", "ok", "ok", "denied")),
            )
        )
    for minute in sorted(random.sample(range(1, 60), 5)):
        told.facts += facts_of(random, minute)
    return told


def facts_of(random: Random, minute: int) -> Iterator[Row]:
    """Invent an inventory."""
    yield {"fact": "snapshot", "taken": at(minute), "vault": "events", "cluster": "c"}
    for name in random.sample(NAMES, random.randrange(len(NAMES))):
        fields = random.choice(({}, {}, {"certain": False}, {"deleted": at(minute - 0.25)}))
        yield item(minute, name, created=at(-5), **fields)
    yield listed(minute, "items", "", complete=random.random() < 0.7, everywhere=True)
    yield listed(minute, "items", "kv/", complete=random.random() < 0.8)
    if random.random() < 0.3:
        yield listed(minute, "items", "kv/deep/", complete=False)
    for key in random.sample(KEYS, random.randrange(len(KEYS))):
        # Two keys of one identity, in some of the inventories.
        keys = (key, "key:lin") if key == "key:eve" and random.random() < 0.5 else (key,)
        disabled = random.choice((True, False, None))
        said = {} if disabled is None else {"disabled": disabled}
        said |= {"certain": False} if random.random() < 0.2 else {}
        yield identity(minute, *keys, created=at(-9), listed=random.random() < 0.8, **said)
    yield listed(minute, "identities", "key:", complete=random.random() < 0.8)
    if random.random() < 0.4:
        yield listed(minute, "identities", "key:b", complete=random.random() < 0.5)


def covered(told: Told, of: str, name: str, *, known: bool = True) -> list[float]:
    """List the instants at which an inventory covers a name: the longest part decides."""
    instants = []
    for minute in sorted({told.minute(fact) for fact in told.facts}):
        parts = [
            (len(fact["part"]), not fact.get("everywhere"), fact["complete"])
            for fact in told.facts
            if fact["fact"] == "listed"
            and fact["of"] == of
            and told.minute(fact) == minute
            and name.startswith(fact["part"])
        ]
        if parts and max(parts)[2] and known:
            instants.append(minute)
    return instants


def first_after(instants: list[float], last: float) -> float | None:
    """Find the first instant later than another."""
    return min((instant for instant in instants if instant > last), default=None)


def expected_item(told: Told, name: str) -> float | None:
    """Count plainly when an item was deleted."""
    ok = [row for row in told.events if row["item"] == name and row["outcome"] == "ok"]
    facts = [row for row in told.facts if row.get("item") == name]
    there = [fact for fact in facts if "deleted" not in fact]
    written = [told.minute(row) for row in ok if row["kind"] in ("item_added", "item_updated")]
    shown = [told.minute(row) for row in ok if row["kind"] not in ("item_deleted", "list")]
    sure = [told.minute(fact) for fact in there if fact.get("certain", True)]
    erased = [told.minute(row) for row in ok if row["kind"] == "item_deleted"]
    erased += [told.minute({"taken": fact["deleted"]}) for fact in facts if "deleted" in fact]
    last = max([*shown, *written, *(told.minute(fact) for fact in there)], default=-99.0)
    dates = [first_after(covered(told, "items", name), last)]
    if erased and max(erased) > max([*written, *sure], default=-99.0):
        dates.append(max(erased))
    return min((date for date in dates if date is not None), default=None)


def expected_identity(told: Told, keys: set[str]) -> tuple[float | None, float | None]:
    """Count plainly when an identity was disabled and deleted."""
    facts = [row for row in told.facts if row["fact"] == "identity" and row["keys"][0] in keys]
    names = {key.removeprefix("key:") for key in keys}
    seen = [told.minute(row) for row in told.events if row["identity"] in names]
    done = [
        told.minute(row)
        for row in told.events
        if row["identity"] in names and row["outcome"] == "ok"
    ]
    assert seen or facts
    enabled = [told.minute(fact) for fact in facts if fact.get("disabled") is False]
    disabled = [told.minute(fact) for fact in facts if fact.get("disabled")]
    listings = [fact for fact in facts if fact["listed"] and fact.get("certain", True)]
    own = {fact["keys"][0] for fact in listings}
    by_key = {key: set(covered(told, "identities", key)) for key in keys}
    gone = [
        instant
        for instant in sorted(set().union(*by_key.values()))
        if all(instant in by_key[key] for key in own)
    ]
    last = max([*done, *(told.minute(fact) for fact in listings)], default=-99.0)
    return first_after(disabled, max(enabled, default=-99.0)), first_after(gone, last)


def check(folder: Folder, told: Told) -> None:
    """Compare the store with the plain count."""
    items = dict(folder.app.store.query("select name, deleted from item"))
    assert set(items) == {row["item"] for row in [*told.events, *told.facts] if "item" in row}
    assert items == {name: naive(expected_item(told, name)) for name in items}
    groups = folder.app.store.query("""
        select list(identity_key.key), any_value(disabled), any_value(deleted), any_value(created)
        from identity
        join identity_key on identity_key.identity = identity.id
        group by identity.id
    """)
    for keys, disabled, deleted, created in groups:
        expected = expected_identity(told, set(keys))
        assert (disabled, deleted) == tuple(map(naive, expected)), keys
        known = any(fact["fact"] == "identity" and fact["keys"][0] in keys for fact in told.facts)
        assert created == (naive(-9) if known else None)
    together = any(len(fact.get("keys", [])) > 1 for fact in told.facts)
    assert any({"key:eve", "key:lin"} <= set(keys) for keys, *_ in groups) == together


def tables(folder: Folder) -> dict[str, list[tuple[Any, ...]]]:
    """Read everything that inventories fill."""
    return {name: folder.app.store.query(f"select * from {name} order by all") for name in TABLES}


@pytest.mark.parametrize("seed", range(10))
def test_any_order_comes_to_the_plain_count(folder: Folder, seed: int) -> None:
    """Events and facts in any order of arrival come to what a plain count of them says."""
    random = seeded(seed)
    told = invented(random)
    lines = [("events", row) for row in told.events] + [("inventory", row) for row in told.facts]
    if seed:
        random.shuffle(lines)
    size = len(lines) // 4 + 1
    for place in range(0, len(lines), size):
        for connector in ("events", "inventory"):
            rows = [row for name, row in lines[place : place + size] if name == connector]
            folder.take(connector, ndjson(*rows))
    check(folder, told)
    before = tables(folder)

    folder.app.rebuild()

    assert tables(folder) == before


def test_facts_are_no_events(folder: Folder) -> None:
    """The ledger counts facts as filtered, and nothing is used by their being listed."""
    intake = folder.take("inventory", ndjson(item(1, "kv/a"), identity(1, "key:ada")))

    assert (intake.outcome.filtered, intake.outcome.stored) == (2, 0)
    assert folder.event_ids() == []
    assert folder.report("items") == []
    assert [row["user"] for row in folder.report("users")] == ["Ada"]


def test_an_item_that_only_an_inventory_tells_of_was_never_used(folder: Folder) -> None:
    """Where the vault's own log would have shown a use there was none; of others nobody knows."""
    days = [folder.clock() - timedelta(days=day) for day in range(100)]
    used = [event(n, time=day.isoformat(), item="kv/used") for n, day in enumerate(days)]
    folder.take("events", ndjson(*used), source="v", account="acme")
    made = {"product": "sm", "created": "2026-01-01T00:00:00Z"}
    for source, name in (("v/inventory", "kv/never"), ("w/inventory", "kv/elsewhere")):
        fact = ndjson(item(-1, name, **made))
        folder.take("inventory", fact, source=source, account="acme")

    statuses = {row["item"]: row["status"] for row in folder.report("unused")}
    assert statuses == {"kv/never": "never_used", "kv/elsewhere": "no_evidence"}


def test_an_inventory_that_comes_twice_changes_nothing(folder: Folder) -> None:
    """The same facts again are the same facts."""
    told = invented(seeded(5))
    folder.take("events", ndjson(*told.events))
    folder.take("inventory", ndjson(*told.facts))
    before = tables(folder)

    folder.take("inventory", b"\n" + ndjson(*told.facts))

    assert tables(folder) == before


def test_facts_that_are_wrong_are_rejected(folder: Folder) -> None:
    """A fact that lacks what it needs is kept aside with what was expected of it."""
    wrong = [
        {"fact": "things", "taken": at(1)},
        {"fact": "item", "item": "kv/a", "type": "x"},
        item(1, "kv/a") | {"taken": "yesterday"},
        item(1, ""),
        identity(1, "key:ada", kind="wizard"),
        identity(1, "key:ada") | {"keys": []},
        listed(1, "items", "kv/") | {"complete": None},
    ]

    folder.take("inventory", ndjson(*wrong, item(1, "kv/good")))

    expected = [(reject.expected or "").partition(":")[0] for reject in folder.rejects()]
    assert expected == ["fact", "taken", "taken", "item", "kind", "keys", "complete"]
    assert folder.app.store.query("select name from item") == [("kv/good",)]


def test_a_deleted_item_leaves_what_is_current_and_stays_in_history(folder: Folder) -> None:
    """What an inventory misses stands last in its list, with the date, and counts no more."""
    folder.take("events", ndjson(event(1, item="kv/a"), event(2, item="kv/b")))
    assert folder.report("accounts")[0]["items"] == 2

    facts = [item(2000, "kv/b"), listed(2000, "items", "kv/")]
    folder.take("inventory", ndjson(*facts))

    rows = {row["item"]: row["deleted"] for row in folder.report("items")}
    gone = (START + timedelta(minutes=2000)).replace(tzinfo=UTC)
    assert rows == {"kv/b": None, "kv/a": gone}
    assert folder.report("accounts")[0]["items"] == 1


def test_a_limited_part_judges_only_what_this_vault_told_of(folder: Folder) -> None:
    """What another source of the account tells of is not deleted by a vault that lacks it."""
    folder.take("events", ndjson(event(1, item="passwords/x")), source="other")
    facts = [listed(2000, "items", "", limited=True, vault="openbao")]
    folder.take("inventory", ndjson(*facts))
    assert [row["deleted"] for row in folder.report("items")] == [None]

    folder.take("inventory", ndjson(listed(2001, "items", "", limited=True)))

    assert [row["deleted"] is None for row in folder.report("items")] == [False]


def test_what_is_in_another_account_is_left_alone(folder: Folder) -> None:
    """An inventory of one account says nothing of another one, not even everywhere."""
    folder.take("events", ndjson(event(1)), source="globex", account="globex")
    folder.take("events", ndjson(event(1, account="eng")), source="acme", account="acme")
    everywhere = listed(2000, "items", "", everywhere=True)

    folder.take("inventory", ndjson(everywhere), source="acme/inventory", account="acme")

    rows = {row["account"]: row["deleted"] is None for row in folder.report("items")}
    assert rows == {"globex": True, "acme/eng": False}


@pytest.mark.parametrize("inventory_first", [False, True])
def test_names_of_inventories_outrank_names_of_records(
    folder: Folder, *, inventory_first: bool
) -> None:
    """The name an inventory gives is shown, later records or not, and after a deletion too."""
    known = ndjson(identity(10, "key:ada", name="Ada Lovelace"), listed(10, "identities", "key:"))
    gone = ndjson(listed(9000, "identities", "key:"))
    records = ndjson(event(1, identity="ada"), event(20, identity="ada", identity_name="ada l"))
    parts = [("inventory", known), ("events", records), ("inventory", gone)]

    for connector, content in parts if inventory_first else reversed(parts):
        folder.take(connector, content)

    (row,) = folder.report("users")
    assert row["user"] == "Ada Lovelace"
    ((deleted,),) = folder.app.store.query("select deleted from identity")
    assert deleted == naive(9000)


def test_a_large_inventory_is_whole(folder: Folder) -> None:
    """More items than the engine writes at once are there at once, each listed."""
    count = 123_000
    facts = (item(1, f"kv/{number}") for number in range(count))

    folder.take("inventory", ndjson(*facts, listed(1, "items", "kv/")))

    sql = "select count(*), count(listed), count(seen), count(deleted) from item"
    assert folder.app.store.query(sql) == [(count, count, count, 0)]
