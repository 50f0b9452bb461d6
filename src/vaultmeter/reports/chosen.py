"""The SQL of the events that a number is made of, over the logical tables.

It goes through the same statement builder as a report, so that access, period and filters apply
to evidence as they do to the number, and it reads events and never rollups.
"""

import re
from collections.abc import Mapping
from textwrap import indent

from vaultmeter.model.kinds import words_in_sql
from vaultmeter.reports.declared import LISTED, Counting
from vaultmeter.store.rollup import SIGNS

COUNTED: dict[str, str] = {
    "requests": "count(*)",
    "weight": "coalesce(sum(weight), 0)",
    "glances": "count(*)",
    "identities": "count(distinct identity)",
    "identity_months": "count(distinct (identity, bucket))",
    "identity_accounts": "count(distinct (identity, account))",
    "items": "count(distinct item)",
    "existing": "count(distinct item)",
    "listed_identities": "count(distinct identity)",
    "listed_items": "count(distinct item)",
    "latest": "max(time)",
    "earliest": "min(time)",
}
"""What the chosen events come to, in each way of counting."""
_CHOSEN_BY: dict[str, str] = {
    "glances": "events.glance",
    "items": "events.item is not null",
    "existing": "events.time = items.seen and events.outcome = 'ok'",
}
"""What the way of counting itself asks of an event."""
_EDGE = {"latest": "max", "earliest": "min"}
_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]|\bselect\b",
    re.DOTALL | re.IGNORECASE,
)
_PART = re.compile(r"(\w+) as (?:(?:not )?materialized )?\(", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def chosen(counting: Counting, rows: Mapping[str, str], report_sql: str, *, kinds: bool) -> str:
    """The part `chosen` that holds the events of a number, as the start of a statement.

    `rows` says in SQL what an event of the row has in each of the row's own columns, whose values
    are bound as `$row_` and the column; `kinds` is whether somebody
    filters by kind, and so asks for heartbeats where he names them.
    """
    if counting.counts in LISTED:
        return _last_of_each(counting, rows, report_sql)
    parts = f"{parts_of(report_sql)},\n" if _reads_parts(counting.of, report_sql) else "with "
    lines = [
        *_named(rows),
        *([counting.where] if counting.where != "true" else []),
        *([_CHOSEN_BY[counting.counts]] if counting.counts in _CHOSEN_BY else []),
    ]
    where = f"\nwhere {_all(lines)}" if lines else ""
    edge = _EDGE.get(counting.counts)
    qualify = f"\nqualify events.time = {edge}(events.time) over ()" if edge else ""
    select = f"{_SELECT}from {_events(counting, kinds=kinds)}\n{_JOINS}{where}{qualify}"
    return f"{parts}chosen as (\n{indent(select, '    ')}\n)\n"


def existing(counting: Counting, rows: Mapping[str, str]) -> str:
    """The part `existing` that holds the items there are, as the start of a statement."""
    lines = [
        *_named(rows),
        counting.where,
    ]
    return (
        f"with existing as (\n    select items.*\n    from items\n    where {_all(lines, 8)}\n)\n"
    )


def listed(counting: Counting, rows: Mapping[str, str], report_sql: str) -> str:
    """The part `listed` with the ids of those that count, as the start of a statement."""
    where = _all([*_named(rows), counting.where], 8)
    select = f"    select *\n    from {counting.of}\n    where {where}"
    return f"{parts_of(report_sql)},\nlisted as (\n{select}\n)\n"


def _last_of_each(counting: Counting, rows: Mapping[str, str], report_sql: str) -> str:
    """The part `chosen` that holds the last event of each of those that are listed."""
    column = LISTED[counting.counts]
    those = f"(events.{column}, events.time) in (select ({column}, time) from listed)"
    where = f"{those}\nand events.outcome = 'ok'"
    select = f"{_SELECT}from lifetime as events\n{_JOINS}\nwhere {where}"
    start = listed(counting, rows, report_sql).rstrip()
    return f"{start},\nchosen as (\n{indent(select, '    ')}\n)\n"


def parts_of(report_sql: str) -> str:
    """The parts of a report, `with ...`, up to its own select; raises `ValueError` without any."""
    depth = 0
    for token in _TOKEN.finditer(report_sql):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0 and token[0].lower() == "select":
            if token.start() == 0:
                break
            return report_sql[: token.start()].rstrip()
    raise ValueError("The evidence reads parts of a report that has none.")


def _reads_parts(sql: str, report_sql: str) -> bool:
    """Whether a select names a part of the report."""
    return bool(set(_PART.findall(report_sql)) & set(_WORD.findall(sql)))


def _events(counting: Counting, *, kinds: bool) -> str:
    """The events to look at: of a table, those that the measures count, or of the report's own."""
    own = counting.of not in ("events", "lifetime")
    condition = counting.condition()
    if counting.has_signs() and not kinds:
        condition = f"intent in ({words_in_sql(SIGNS)}) and ({condition})"
    if condition in ("", "true"):
        return f"({counting.of}) as events" if own else f"{counting.of} as events"
    source = f"({counting.of}) as those" if own else counting.of
    return f"(\n    select *\n    from {source}\n    where {condition}\n) as events"


def _named(rows: Mapping[str, str]) -> list[str]:
    """The conditions that an event is of the row."""
    return [
        sql
        if "$row_" in sql
        else f"{f'({sql})' if ' ' in sql else sql} is not distinct from $row_{name}"
        for name, sql in rows.items()
        if sql
    ]


def _all(lines: list[str], spaces: int = 4) -> str:
    return f"\n{' ' * spaces}and ".join(f"({line})" if " or " in line else line for line in lines)


_SELECT = """select
    events.event_id,
    events.time,
    events.bucket,
    accounts.name as account,
    events.identity,
    identities.user,
    identities.kind as who,
    events.kind,
    events.detail,
    events.outcome,
    events.item,
    items.name as item_name,
    events.weight,
    events.source,
    sources.name as source_name,
    events.batch,
    events.line
"""
_JOINS = """left join identities on identities.identity = events.identity
left join items on items.item = events.item
left join accounts on accounts.account = events.account
left join sources on sources.source = events.source"""
