"""Checks that the engine gives memory back, and what it does not disturb by that."""

from threading import Thread

from tests.conftest import Folder, event, ndjson

from vaultmeter.store import Store


def kept(store: Store) -> int:
    """The bytes of blocks that the engine holds for the next who reads them."""
    rows = store.query(
        "select sum(memory_usage_bytes) from duckdb_memory() where tag = 'BASE_TABLE'"
    )
    return int(rows[0][0])


def events(folder: Folder) -> Store:
    """Take in some events, fold them and read them again."""
    folder.take("events", ndjson(*map(event, range(2_000))), source="vault")
    folder.app.fold()
    store = folder.app.store
    assert store.query("select count(distinct id) from event") == [(2_000,)]
    return store


def test_what_is_held_is_given_back_and_read_again(folder: Folder) -> None:
    """Blocks leave the memory; answers and the limit of memory are what they were."""
    store = events(folder)
    limit = store.query("select current_setting('memory_limit')")
    before, changes = kept(store), store.changes
    assert store.give_back()
    assert kept(store) < before
    assert store.changes == changes
    assert store.query("select current_setting('memory_limit')") == limit
    assert store.query("select count(distinct id) from event") == [(2_000,)]


def test_nothing_is_given_back_while_somebody_reads(folder: Folder) -> None:
    """A reader's question is not refused memory: the store waits until nobody asks."""
    store = events(folder)
    with store.reader() as reader:
        assert not store.give_back()
        assert reader.query("select count(*) from event") == [(2_000,)]
    assert store.give_back()


def test_readers_and_giving_back_do_not_disturb_each_other(folder: Folder) -> None:
    """Readers are answered each time, while memory is given back again and again."""
    store = events(folder)
    answers: list[int] = []

    def read() -> None:
        for _ in range(100):
            with store.reader() as reader:
                rows = reader.query("select count(distinct id) from event")
            answers.append(int(rows[0][0]))

    threads = [Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    given = 0
    while any(thread.is_alive() for thread in threads) or not given:
        given += store.give_back()
    assert answers == [2_000] * 300
