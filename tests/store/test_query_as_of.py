"""Checks what is remembered of a state: its own answers, and no others."""

import pytest
from tests.conftest import Folder, event, ndjson

from vaultmeter.store.duckdb import engine

COUNT = "select count(*) from event where time >= $from"
EARLY, LATE = {"from": "2026-11-01"}, {"from": "2026-11-02"}


def test_a_state_has_one_answer_to_a_question(folder: Folder) -> None:
    """What was answered as of a state is answered again; other states and values are asked."""
    folder.take("events", ndjson(*map(event, range(3))))
    store = folder.app.store
    assert store.query_as_of("one", COUNT, EARLY) == [(3,)]
    folder.take("events", ndjson(event(7)))
    assert store.query_as_of("one", COUNT, EARLY) == [(3,)]
    assert store.query_as_of("two", COUNT, EARLY) == [(4,)]
    assert store.query_as_of("one", COUNT, LATE) == [(0,)]
    with store.reader() as reader:
        assert reader.query_as_of("one", COUNT, EARLY) == [(3,)]


def test_values_that_a_text_does_not_use_make_no_difference(folder: Folder) -> None:
    """The same question with more values at hand is the same question."""
    store = folder.app.store
    assert store.query_as_of("one", COUNT, EARLY) == [(0,)]
    folder.take("events", ndjson(event(7)))
    assert store.query_as_of("one", COUNT, EARLY | {"limit": 5}) == [(0,)]


def test_few_answers_are_remembered(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many states there were, the answers of some are in memory."""
    monkeypatch.setattr(engine, "_ANSWERS", 3)
    store = folder.app.store
    assert isinstance(store, engine.DuckDB)
    for number in range(20):
        store.query_as_of(str(number), COUNT, EARLY)
    assert 1 <= len(store._shared.answers) <= 3
