"""A report cannot leak: what it may read is decided by the statement builder, values are bound."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Folder, event, ndjson

from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import FILTERS, Filters
from vaultmeter.model.period import BUCKETS, Period
from vaultmeter.model.terms import ALWAYS, Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.rollup import Rolled
from vaultmeter.store.schema import TABLES
from vaultmeter.store.statement import statement

PERIOD = Period(
    datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), ZoneInfo("UTC")
)
STRANGE = (
    "x' or 1=1 --",
    "'; delete from event; --",
    "100%",
    "a_b",
    "back\\slash",
    "back\\",
    'quo"te',
    "dollar $period_start",
    "line\nbreak",
    "ünïcödé 🔑",
)
TERMS = Terms(limits=tuple(Limit("sm", f"acme/{name}", ALWAYS, 3) for name in "ab"))
OPEN_FILTERS = [name for name in FILTERS if name not in ("kind", "outcome", "product")]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give a store with events of two accounts, of every strange name, and of the plain ones."""
    folder = Folder(tmp_path_factory.mktemp("statement") / "data")
    names = ("ada", "axb", "100 percent", "anybody", *STRANGE)
    events = [
        event(
            number,
            identity=name,
            item=f"kv/{name}",
            item_type=name,
            auth_method=name,
            account=("acme/a", "acme/b")[number % 2],
        )
        for number, name in enumerate(names)
    ]
    folder.take("events", ndjson(*events), account="acme")
    yield folder.app.store
    folder.close()


def asked(**given: Any) -> Question:  # noqa: ANN401  of several types
    """A question of the operator about the period of the test."""
    patterns = given.pop("patterns", {})
    accounts = given.pop("accounts", None)
    values = {
        "who": "everyone",
        "status": "",
        "sort": 1,
        "limit": 1000,
        "offset": 0,
        "asked_until": datetime(2026, 11, 20),  # noqa: DTZ001  as stored
    }
    given.setdefault("terms", TERMS)
    filters = Filters.of(patterns)
    return Question(Viewer.of_accounts("v", accounts), PERIOD, filters, values=values, **given)


def rows(store: Store, sql: str, **given: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401  as above
    """What a report's text answers."""
    built = statement(sql, asked(**given), store.parse)
    return store.query(built.sql, built.values)


@pytest.mark.parametrize("table", TABLES)
def test_every_logical_table_can_be_read(store: Store, table: str) -> None:
    """Each name of the schema is a table with the columns that the schema lists."""
    columns = dict.fromkeys(("lifetime", "recent"), "events").get(table, table)
    names = ", ".join(f'"{column}"' for column in TABLES[columns])
    found = rows(store, f"select {names} from {table}")
    assert found or table in (*OF_SOURCES, "earlier_sessions")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select * from event", "may not read 'event'"),
        ("select * from identity", "may not read 'identity'"),
        ("select * from main.event", "may not read 'main.event'"),
        ("select * from main.events", "may not read 'main.events'"),
        ("select * from store.main.event", "may not read"),
        ("select * from activity_month", "may not read 'activity_month'"),
        ("select * from meta", "may not read 'meta'"),
        ("select * from information_schema.tables", "may not read"),
        ("select * from pg_catalog.pg_class", "may not read"),
        ("select * from sqlite_master", "may not read"),
        ('select * from "EVENT"', "may not read"),
        ("select * from 'store.duckdb'", "may not read"),
        ("select * from '/etc/passwd'", "may not read"),
        ("select * from '*.csv'", "may not read"),
        ("select * from read_text('/etc/passwd')", "may not read 'read_text"),
        ("select * from read_csv('/etc/passwd')", "may not read 'read_csv"),
        ("select * from glob('*')", "may not read 'glob"),
        ("select * from duckdb_tables()", "may not read 'duckdb_tables"),
        ("select * from pragma_table_info('event')", "may not read"),
        ("select * from query('select * from event')", "may not read 'query"),
        ("select * from query_table('event')", "may not read 'query_table"),
        ("select * from events, event", "may not read 'event'"),
        ("select * from events join event using (time)", "may not read 'event'"),
        ("select (select count(*) from event) from events", "may not read 'event'"),
        ("select * from events where time in (select time from event)", "may not read 'event'"),
        ("select * from events where exists (from event)", "may not read 'event'"),
        ("select * from (select * from event) as events", "may not read 'event'"),
        ("with mine as (select * from event) select * from mine", "may not read 'event'"),
        ("select * from events union all select * from event", "may not read 'event'"),
        ("from event", "may not read 'event'"),
        ("with event as (select * from event) select * from event", "may not read 'event'"),
        (
            "with recursive event as (from event union all from event) select * from event",
            "may not read 'event'",
        ),
        (
            "select e.* from event as e, (with event as (select 1 as n) select * from event)",
            "may not read 'event'",
        ),
        (
            "select * from (with event as (select 1) select 2), (select time from event)",
            "may not read 'event'",
        ),
        ("with a as (select * from event), event as (select 1) select * from a", "'event'"),
        ('with "main.event" as (select 1) select * from main.event', "may not read 'main.event'"),
        ('with "EVENT" as (select 1) select * from event', "may not read 'event'"),
        ('with "un\u212anown_kind" as (select 1) select * from unknown_kind', "may not read"),
        ("select * from (select 1) positional join event", "may not read 'event'"),
        ("select * from events, lateral (select events.time from event)", "may not read 'event'"),
        ("select * from events asof join event on events.time >= event.time", "may not read"),
        ("select time from events order by (select max(time) from event)", "may not read 'event'"),
        ("select count(*) filter (where (from event limit 1) is null) from events", "may not read"),
        ("select 1; select 2", "exactly one select"),
    ],
)
def test_what_a_report_may_not_read(store: Store, sql: str, message: str) -> None:
    """Stored tables, functions and files are refused, wherever in a select they stand."""
    with pytest.raises(Invalid, match=message):
        rows(store, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1; delete from event",
        "delete from event",
        "insert into event select * from events",
        "update event set weight = 0",
        "drop table event",
        "create table x as select 1",
        "copy event to '/tmp/x'",
        "attach '/tmp/x'",
        "set timezone = 'Europe/Paris'",
        "pragma database_list",
        "install httpfs",
        "load httpfs",
        "call duckdb_tables()",
        "export database '/tmp/x'",
        "describe event",
        "describe select * from event",
        "select * from (describe event)",
        "summarize event",
        "select * from (summarize event)",
        "show tables",
        "select * from (show tables)",
        "explain select 1",
        "explain analyze select * from event",
        "pivot event on kind using count(*)",
        "unpivot event on kind",
        "select * from (pivot event on kind using count(*))",
        "",
        "-- nothing",
        "not sql at all",
    ],
)
def test_what_is_no_select_is_refused(store: Store, sql: str) -> None:
    """A report changes nothing, shows nothing of the engine, and is not empty."""
    with pytest.raises(Invalid):
        rows(store, sql)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "sql",
    [
        "with {0} as (select 1 as n) select * from {0}",
        "with a as (with {0} as (select 1 as n) select * from {0}) select * from a, events",
        "select * from (with {0} as (select 1 as n) select * from {0})",
        "with recursive {0} as (select 1 as n) select * from {0}",
    ],
)
def test_a_logical_table_cannot_be_shadowed(store: Store, table: str, sql: str) -> None:
    """A report may not give the name of a scoped table to something of its own."""
    with pytest.raises(Invalid, match=f"may not call a part of itself '{table}'"):
        rows(store, sql.format(table))


@pytest.mark.parametrize("name", ["Events", "EVENTS", '"Events"'])
def test_capitals_are_no_way_round(store: Store, name: str) -> None:
    """The engine does not tell capitals from small letters; they are no way to shadow a table."""
    shadow = f"with {name} as (select 1 as n) select * from {name}, events"
    with pytest.raises(Invalid):
        rows(store, shadow)


@pytest.mark.parametrize("call", ["getenv('HOME')", "Current_Setting('temp_directory')"])
def test_functions_that_tell_of_the_machine_are_refused(store: Store, call: str) -> None:
    """A report tells of events, not of folders and the environment."""
    with pytest.raises(Invalid, match="may not call"):
        rows(store, f"select {call} from events")


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_rows_come_in_the_order_asked(store: Store, order: str) -> None:
    """Sorting both ways gives the same rows, one way the reverse of the other."""
    found = [name for (name,) in rows(store, f"select name from items order by name {order}")]
    assert len(found) == 14
    assert found == sorted(found, reverse=order == "desc")


@pytest.mark.parametrize("name", OPEN_FILTERS)
@pytest.mark.parametrize("word", STRANGE)
def test_strange_words_are_bound(store: Store, name: str, word: str) -> None:
    """A filter's word is never part of the SQL, and means nothing but itself."""
    built = statement("select count(*) from events", asked(patterns={name: (word,)}), store.parse)
    assert word not in built.sql
    found = store.query(built.sql, built.values)[0][0]
    assert found == (1 if name in ("user", "item_type", "auth_method") else 0)


@pytest.mark.parametrize("word", STRANGE)
def test_strange_words_choose_one_identity(store: Store, word: str) -> None:
    """`%` and `_` in a name do not choose its neighbours."""
    sql = 'select "user" from identities'
    assert rows(store, sql, patterns={"user": (word,)}) == [(word,)]
    assert rows(store, sql, patterns={"item": (f"kv/{word}",)}) == [(word,)]


@pytest.mark.parametrize("word", STRANGE)
def test_strange_accounts_of_a_viewer_show_nothing(store: Store, word: str) -> None:
    """The names of a viewer's accounts are bound as well, and are no patterns."""
    patterns = (f"acme{word}", "acme/%", "acme/*", "acme/_", "ACME", "acme/")
    for accounts in ((word,), patterns, ("",), ()):
        built = statement("select count(*) from events", asked(accounts=accounts), store.parse)
        assert word not in built.sql
        assert store.query(built.sql, built.values) == [(0,)]


def test_a_viewer_sees_the_sources_of_its_accounts(store: Store) -> None:
    """A source is there for whoever may see an event of it."""
    assert rows(store, "select name from sources", accounts=("acme/a",)) == [("events",)]
    assert rows(store, "select name from sources", accounts=("acme/c",)) == []


OF_SOURCES = (
    "sources",
    "coverage",
    "telling_sources",
    "visibility",
    "coverage_days",
    "gaps",
    "lags",
    "proving_sources",
    "source_notes",
    "rejects",
    "unknown_codes",
    "books",
)
"""Tables about sources and what they logged; `tests/reports/test_coverage.py` has their viewers."""
OF_NO_SINGLE_ACCOUNT = (*OF_SOURCES, "clients", "client_accounts", "calendar", "earlier_sessions")


@pytest.mark.parametrize("table", [name for name in TABLES if name not in OF_NO_SINGLE_ACCOUNT])
def test_a_viewer_sees_its_accounts_alone(store: Store, table: str) -> None:
    """Each logical table is narrowed to the accounts of the viewer."""
    whole = rows(store, f"select count(*) from {table}")[0][0]
    a, b = (
        rows(store, f"select count(*) from {table}", accounts=(name,))[0][0]
        for name in ("acme/a", "acme/b")
    )
    assert 0 < a < whole
    assert a + b + (table == "accounts") == whole
    assert rows(store, f"select count(*) from {table}", accounts=("acme",))[0][0] == whole


@pytest.mark.parametrize("table", ["clients", "client_accounts"])
def test_a_viewer_sees_the_clients_of_its_accounts_alone(store: Store, table: str) -> None:
    """Clients are those of the viewer's accounts, and the organisation is not for everybody."""
    sql = f"select account, count(*) from {table} group by account"
    whole, a, acme = (
        dict(rows(store, sql, accounts=accounts)) for accounts in (None, ("acme/a",), ("acme",))
    )
    assert whole["*"] == whole["acme"] == whole["acme/a"] + whole["acme/b"]
    assert a == {"acme/a": whole["acme/a"]}
    assert acme == {name: count for name, count in whole.items() if name != "*"}


# A word that begins with @ is a group, which has to exist.
WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(lambda word: not word.startswith("@"))
PATTERNS = st.fixed_dictionaries({}, optional={name: st.tuples(WORDS) for name in OPEN_FILTERS})


@settings(max_examples=60, deadline=None)
@given(one=PATTERNS, other=PATTERNS, accounts=st.lists(WORDS, max_size=3))
def test_values_never_change_the_text(
    store: Store, one: dict[str, tuple[str]], other: dict[str, tuple[str]], accounts: list[str]
) -> None:
    """For any words, the SQL depends on which filters are set and not on what they say."""
    same = {name: other.get(name, ("word",)) for name in one}
    for name in ("overview", "items", "users"):
        sql = report_named(name).sql
        texts = {
            statement(sql, asked(patterns=patterns, accounts=seen), store.parse).sql
            for patterns in (one, same)
            for seen in (tuple(accounts), ("acme",))
        }
        assert len(texts) == 1
        question = asked(patterns=one, accounts=tuple(accounts))
        built = statement(sql, question, store.parse)
        assert store.query(built.sql, built.values) is not None


@pytest.mark.parametrize("name", report_names())
@pytest.mark.parametrize("bucket", BUCKETS)
def test_every_value_a_statement_names_is_given(store: Store, name: str, bucket: Any) -> None:  # noqa: ANN401  a literal
    """A statement names no parameter without a value."""
    patterns = dict.fromkeys(FILTERS, ("*",))
    question = asked(patterns=patterns, accounts=("acme",), bucket=bucket)
    built = statement(report_named(name).sql, question, store.parse)
    assert set(re.findall(r"\$(\w+)", built.sql)) <= set(built.values)


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(requests), count(distinct item), max(last_time) from activity",
        "select * exclude (requests, weight, glances, last_time) from activity group by all",
        "select count(distinct columns('item')) from activity",
        "select sum(a.requests) from activity as a where a.item is not null",
        "select bucket, sum(requests) from activity group by all",
        "select count(distinct a) from (select identity, kind, item from activity) as a",
        "with a as (from activity) select count(item) from a",
        "with a as (from activity) select count(distinct columns('item')) from a",
        "select count(*) from activity join items using (item)",
        "select count(*) from activity natural join (select item from items)",
        "select count(distinct activity) from activity where kind = 'secret_read'",
        "select count(distinct a) from activity as a",
        "select t.item, sum(t.requests) from (table activity) as t group by all",
    ],
)
def test_rollups_answer_like_events(store: Store, sql: str) -> None:
    """However a report names its columns, rollups give the answer that the events give."""
    rolled = Rolled(int(store.meta("rolled") or 0), datetime(2026, 11, 2))  # noqa: DTZ001  as stored
    assert rolled.batch
    from_rollups = rows(store, sql, rolled=rolled)
    assert sorted(from_rollups, key=str) == sorted(rows(store, sql), key=str)


def test_who_sees_nothing_gets_empty_rows(store: Store) -> None:
    """A viewer of no account gets an answer, and nobody in it."""
    for name in report_names():
        patterns = {"user": ("*",)} if report_named(name).needs else {}
        answer = rows(store, report_named(name).sql, accounts=(), patterns=patterns)
        counted = [row for row in answer if any(isinstance(cell, int) and cell for cell in row)]
        # Lists of measures, and totals, have their rows for everybody.
        always = ("overview", "password-manager", "item-totals")
        assert counted == [] if name in always else answer == [], name
