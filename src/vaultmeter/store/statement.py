"""Builds the one checked statement of a report: its SQL behind the rows it may see.

A report is parsed by the engine itself, must be one `select` over the logical tables of `schema`,
and gets scoped CTEs of those names put in front. It cannot name a stored table, call a table
function, or write a condition on access, period or filters, so it can neither leak nor forget
one. Values are bound.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from vaultmeter.store import (
    calendar,
    clients,
    counted,
    item_standing,
    logged,
    named,
    recent,
    seen,
    standing,
)
from vaultmeter.store.question import Question
from vaultmeter.store.schema import TABLES
from vaultmeter.store.scope import Scope
from vaultmeter.store.syntax import Parse, columns_of, tables_of

_WITH = re.compile(r"\Awith\s+(?=\w)", re.IGNORECASE)

WRITERS: dict[str, Callable[[Scope], str]] = {
    "events": counted.events,
    "lifetime": partial(counted.events, ever=True),
    "recent": recent.recent,
    "earlier_sessions": recent.earlier_sessions,
    "activity": counted.activity,
    "usage": counted.usage,
    "item_usage": counted.item_usage,
    "standings": standing.standings,
    "identities": named.identities,
    "items": named.items,
    "item_standings": item_standing.item_standings,
    "item_users": item_standing.item_users,
    "accounts": named.accounts,
    "sources": named.sources,
    "coverage": logged.coverage,
    "telling_sources": logged.telling_sources,
    "visibility": logged.visibility,
    "coverage_days": logged.coverage_days,
    "gaps": logged.gaps_seen,
    "lags": logged.lags,
    "proving_sources": logged.proving_sources,
    "source_notes": logged.source_notes,
    "rejects": logged.rejects,
    "unknown_codes": logged.unknown_codes,
    "books": logged.books,
    "clients": clients.clients,
    "client_accounts": clients.client_accounts,
    "limits": clients.limits,
    "calendar": calendar.calendar,
}
"""What writes the SQL of each logical table."""


@dataclass(frozen=True)
class Statement:
    """SQL that can be run as it is, and the values it binds.

    `expired` are the stretches (UTC, naive) that it asks of events of which some are deleted.
    """

    sql: str
    values: dict[str, Any]
    expired: tuple[tuple[datetime, datetime], ...] = ()


def statement(report_sql: str, question: Question, parse: Parse) -> Statement:
    """The statement of a report for a question; raises `Invalid` for SQL a report may not have."""
    values = _edges(question)
    used = tables_of(report_sql, parse)
    scope = Scope(question, values, columns_of(report_sql, parse))
    ctes = [
        f"{name} as not materialized ({seen.narrowed(scope, WRITERS[name](scope))})"
        for name in TABLES
        if name in used
    ]
    ctes = [*seen.shared(scope, ctes), *ctes]
    expired = tuple(scope.expired)
    return Statement(_composed(report_sql, ctes), values | question.values, expired)


def statement_of_stored(sql: str, question: Question) -> Statement:
    """A statement over the stored tables, not the logical ones, as the viewer sees them.

    For what a viewer may learn of the store itself, and of the names in it; nothing else narrows
    it, no report gets here.
    """
    values = _edges(question)
    scope = Scope(question, values, frozenset())
    part = f"seen_state as not materialized ({seen.narrowed(scope, sql)})"
    parts = [*seen.shared(scope, [part]), part]
    sql = f"with {', '.join(parts)}\nselect * from seen_state"
    return Statement(sql, values | question.values)


def _edges(question: Question) -> dict[str, Any]:
    return {
        "period_start": question.period.start.replace(tzinfo=None),
        "period_end": question.period.end.replace(tzinfo=None),
    }


def _composed(report_sql: str, ctes: list[str]) -> str:
    """The report with the scoped CTEs in front of its own, so that its order by stays last."""
    scoped = ",\n".join(ctes)
    if not ctes:
        return report_sql
    if _WITH.match(report_sql):
        return _WITH.sub(lambda _: f"with {scoped},\n", report_sql, count=1)
    return f"with {scoped}\n{report_sql}"
