"""Builds the one checked statement of a report: its SQL behind the rows it may see.

A report is parsed by the engine itself, must be one `select` over the logical tables of `schema`,
and gets scoped CTEs of those names put in front. It cannot name a stored table, call a table
function, or write a condition on access, period or filters, so it can neither leak nor forget
one. Values are bound.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from vaultmeter.store import counted, named, standing
from vaultmeter.store.question import Question
from vaultmeter.store.schema import TABLES
from vaultmeter.store.scope import Scope
from vaultmeter.store.syntax import Parse, columns_of, tables_of

_WITH = re.compile(r"\Awith\s+(?=\w)", re.IGNORECASE)

WRITERS: dict[str, Callable[[Scope], str]] = {
    "events": counted.events,
    "lifetime": partial(counted.events, ever=True),
    "activity": counted.activity,
    "usage": counted.usage,
    "standings": standing.standings,
    "identities": named.identities,
    "items": named.items,
    "accounts": named.accounts,
    "sources": named.sources,
}
"""What writes the SQL of each logical table."""


@dataclass(frozen=True)
class Statement:
    """SQL that can be run as it is, and the values it binds."""

    sql: str
    values: dict[str, Any]


def statement(report_sql: str, question: Question, parse: Parse) -> Statement:
    """The statement of a report for a question; raises `Invalid` for SQL a report may not have."""
    values: dict[str, Any] = {
        "period_start": question.period.start.replace(tzinfo=None),
        "period_end": question.period.end.replace(tzinfo=None),
    }
    used = tables_of(report_sql, parse)
    scope = Scope(question, values, columns_of(report_sql, parse))
    ctes = [
        f"{name} as not materialized ({WRITERS[name](scope)})" for name in TABLES if name in used
    ]
    return Statement(_composed(report_sql, ctes), values | question.values)


def _composed(report_sql: str, ctes: list[str]) -> str:
    """The report with the scoped CTEs in front of its own, so that its order by stays last."""
    scoped = ",\n".join(ctes)
    if not ctes:
        return report_sql
    if _WITH.match(report_sql):
        return _WITH.sub(lambda _: f"with {scoped},\n", report_sql, count=1)
    return f"with {scoped}\n{report_sql}"
