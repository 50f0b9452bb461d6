"""Checks what was acted on: type, dates of creation and deletion, in any order of arrival."""

from itertools import permutations

from tests.conftest import Folder, Row, event, ndjson

HISTORY = [
    event(1, kind="item_added", item_type="password", product="pm"),
    event(2, kind="item_updated", item_type="password", product="pm"),
    event(3, kind="password_accessed", item_type="password", product="pm"),
    event(4, kind="item_deleted", item_type="password", product="pm"),
]


def in_every_order(*history: Row) -> list[bytes]:
    """Make batches of which each item gets the records of its history in another order."""
    orders = {f"kv/{number}": order for number, order in enumerate(permutations(history))}
    return [
        ndjson(
            *(
                order[step] | {"item": item, "id": f"{item} {order[step]['id']}"}
                for item, order in orders.items()
            )
        )
        for step in range(len(history))
    ]


def test_the_life_of_an_item_is_the_same_in_any_order(folder: Folder) -> None:
    """Creation is the earliest, deletion the latest, however the records arrive."""
    folder.take("events", *in_every_order(*HISTORY))

    rows = folder.report("items")
    assert len(rows) == 24
    for row in rows:
        assert (row["created"].minute, row["deleted"].minute) == (1, 4)
        assert (row["type"], row["uses"]) == ("password", 1)


def test_an_item_written_after_its_deletion_is_back(folder: Folder) -> None:
    """A deleted item that is written again is no longer deleted, in any order."""
    lines = [ndjson(record) for record in [*HISTORY, event(5, kind="item_added")]]

    folder.take("events", *reversed(lines))

    assert [row["deleted"] for row in folder.report("items")] == [None]


def test_the_latest_type_of_an_item_is_shown(folder: Folder) -> None:
    """An item changes type and product with its latest record, not with the last to arrive."""
    folder.take(
        "events",
        *in_every_order(
            event(1, item_type="password", product="sra"),
            event(2, item_type="static_secret", product="sm"),
            event(3, item_type="password", product="pm"),
        ),
    )

    types = folder.app.store.query("select type, product from item")
    assert types == [("password", "pm")] * 6


def test_refused_access_does_not_make_an_item(folder: Folder) -> None:
    """What nobody was let into may not exist: it is in no list of items."""
    folder.take("events", ndjson(event(1, outcome="denied"), event(2, outcome="not_found")))

    assert folder.report("items") == []
    assert folder.report("accounts")[0]["items"] == 0


def test_the_same_name_in_two_accounts_is_two_items(folder: Folder) -> None:
    """Items belong to an account."""
    folder.take("events", ndjson(event(1, account="acme/one"), event(2, account="acme/two")))

    assert [row["item"] for row in folder.report("items")] == ["kv/db", "kv/db"]
