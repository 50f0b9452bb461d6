"""Checks that a reader of the store sees one moment of it, whatever is written meanwhile."""

import pytest
from tests.conftest import Folder, event, ndjson

from vaultmeter.books import balance
from vaultmeter.model.errors import Unavailable


def test_a_reader_sees_one_moment(folder: Folder) -> None:
    """What is flushed and folded while a reader reads is not in any of its answers."""
    folder.take("events", ndjson(*(event(number) for number in range(10))))
    app = folder.app
    with app.store.reader() as reader:
        before = reader.query("select count(*) from event"), reader.meta("rolled")
        folder.take("events", ndjson(*(event(number) for number in range(10, 30))))
        after = reader.query("select count(*) from event"), reader.meta("rolled")

    assert before == after == ([(10,)], "1")
    assert folder.totals().stored == 30


def test_books_are_balanced_beside_a_writer(folder: Folder) -> None:
    """The books of a reader balance though batches that came later are not in the store yet."""
    folder.take("events", ndjson(*(event(number) for number in range(10))))

    assert all(day.balanced for day in balance(folder.app))


def test_a_reader_of_a_store_that_was_closed_is_asked_to_come_again(folder: Folder) -> None:
    """Whoever wants to read while the store is opened anew gets an error that says to ask again."""
    folder.take("events", ndjson(event(1)))
    store = folder.app.store
    store.close()

    with pytest.raises(Unavailable, match="being opened"), store.reader():
        pass

    folder.app.open_store()


def test_reading_changes_nothing_and_a_writer_does(folder: Folder) -> None:
    """Answers are kept while nobody writes: a reader changes nothing, a writer does."""
    folder.take("events", ndjson(event(1)), source="vault")
    store = folder.app.store
    before = store.changes
    with store.reader() as reader:
        reader.query("select count(*) from event")
    assert store.changes == before
    with store.writer() as writer:
        writer.run("create temp table mine as select 1")
    assert store.changes > before


def test_a_writer_is_closed_with_its_store(folder: Folder) -> None:
    """Whoever has a writer can see that its store was closed, and nothing holds the file."""
    store = folder.app.store
    with store.writer() as writer:
        before = writer.is_open
        folder.app.open_store()
        assert (before, writer.is_open, folder.app.store.is_open) == (True, False, True)
        with pytest.raises(Unavailable):
            writer.query("select 1")
