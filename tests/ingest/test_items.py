"""Checks what was acted on: type, dates of creation and deletion, in any order of arrival."""

from itertools import permutations

import pytest

from tests.conftest import Folder, Row, event, ndjson


def item(folder: Folder) -> Row:
    """Read the one row of the report on items."""
    (row,) = folder.report("items")
    return row


HISTORY = [
    event(1, kind="item_added", item_type="password", product="pm"),
    event(2, kind="item_updated", item_type="password", product="pm"),
    event(3, kind="password_accessed", item_type="password", product="pm"),
    event(4, kind="item_deleted", item_type="password", product="pm"),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_life_of_an_item_is_the_same_in_any_order(
    folder: Folder, order: tuple[int, ...]
) -> None:
    """Creation is the earliest, deletion the latest, however the records arrive."""
    folder.take("events", *(ndjson(HISTORY[place]) for place in order))

    row = item(folder)
    assert (row["created"].minute, row["deleted"].minute) == (1, 4)
    assert (row["type"], row["uses"]) == ("password", 1)


def test_an_item_written_after_its_deletion_is_back(folder: Folder) -> None:
    """A deleted item that is written again is no longer deleted, in any order."""
    lines = [ndjson(record) for record in [*HISTORY, event(5, kind="item_added")]]

    folder.take("events", *reversed(lines))

    assert item(folder)["deleted"] is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_type_of_an_item_is_shown(folder: Folder, order: tuple[int, ...]) -> None:
    """An item changes its type with its latest record, not with the latest to arrive."""
    parts = [
        ndjson(event(number, item_type=type_))
        for number, type_ in enumerate(("password", "static_secret", "password"))
    ]

    folder.take("events", *(parts[place] for place in order))

    assert item(folder)["type"] == "password"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_product_of_an_item_is_its_product(
    folder: Folder, order: tuple[int, ...]
) -> None:
    """The product an item belongs to follows its latest record, in any order of arrival."""
    parts = [
        ndjson(event(number, product=product)) for number, product in enumerate(("sm", "pm", "sra"))
    ]

    folder.take("events", *(parts[place] for place in order))

    assert folder.app.store.query("select product from item") == [("sra",)]


def test_refused_access_does_not_make_an_item(folder: Folder) -> None:
    """What nobody was let into may not exist: it is in no list of items."""
    folder.take("events", ndjson(event(1, outcome="denied"), event(2, outcome="not_found")))

    assert folder.report("items") == []
    assert folder.report("accounts")[0]["items"] == 0


def test_the_same_name_in_two_accounts_is_two_items(folder: Folder) -> None:
    """Items belong to an account."""
    folder.take("events", ndjson(event(1, account="acme/one"), event(2, account="acme/two")))

    assert [row["item"] for row in folder.report("items")] == ["kv/db", "kv/db"]
