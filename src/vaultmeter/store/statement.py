"""Builds the one checked statement of a report: its SQL behind the rows it may see.

A report is parsed by the engine itself, must be one `select` over the logical tables of `schema`,
and gets scoped CTEs of those names put in front. It cannot name a stored table, call a table
function, or write a condition on access, period or filters, so it can neither leak nor forget
one. Values are bound.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from vaultmeter.model.filters import Filters, like
from vaultmeter.model.kinds import USAGE_INTENTS, Intent
from vaultmeter.model.period import EPOCH, Bucket, Period
from vaultmeter.model.viewer import Viewer
from vaultmeter.store.rollup import DAILY, ITEMS_MONTHLY, MONTHLY, Piece, Rolled, Rollup, pieces
from vaultmeter.store.schema import TABLES
from vaultmeter.store.syntax import Parse, columns_of, tables_of
from vaultmeter.store.zones import local_time, offset_changes

_WITH = re.compile(r"\Awith\s+(?=\w)", re.IGNORECASE)
_BEGINNING = EPOCH.replace(tzinfo=None)
_EVENT_COUNTS = (
    "1 as requests, event.weight, cast(event.glance as integer) as glances, event.time as last_time"
)
_ROLLED_COUNTS = "event.requests, event.weight, event.glances, event.last_time"
Span = Literal["period", "until_end", "ever"]


@dataclass(frozen=True)
class Question:
    """What is asked of a report: by whom, for when, narrowed to what, with which values."""

    viewer: Viewer
    period: Period
    filters: Filters = field(default_factory=Filters)
    bucket: Bucket = "day"
    values: dict[str, Any] = field(default_factory=dict)
    rolled: Rolled = field(default_factory=Rolled)


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
    scope = _Scope(question, values, columns_of(report_sql, parse))
    ctes = [f"{name} as not materialized ({scope.cte(name)})" for name in TABLES if name in used]
    return Statement(_composed(report_sql, ctes), values | question.values)


def _composed(report_sql: str, ctes: list[str]) -> str:
    """The report with the scoped CTEs in front of its own, so that its order by stays last."""
    scoped = ",\n".join(ctes)
    if not ctes:
        return report_sql
    if _WITH.match(report_sql):
        return _WITH.sub(lambda _: f"with {scoped},\n", report_sql, count=1)
    return f"with {scoped}\n{report_sql}"


class _Scope:
    """Writes the scoped CTEs of one question, and collects the values they bind."""

    def __init__(self, question: Question, values: dict[str, Any], columns: frozenset[str]) -> None:
        self.question, self.values, self.columns = question, values, columns

    def cte(self, name: str) -> str:
        """The SQL of a logical table, narrowed."""
        writers: dict[str, Callable[[], str]] = {
            "events": lambda: self._events("period"),
            "lifetime": lambda: self._events("ever"),
            "activity": lambda: self._activity("period", self._intents()),
            "history": lambda: self._activity("until_end", self._intents()),
            "signs": lambda: self._activity("period", (*USAGE_INTENTS, Intent.HEARTBEAT)),
            "identities": self._identities,
            "items": self._items,
            "accounts": self._accounts,
            "sources": self._sources,
        }
        return writers[name]()

    def _events(self, span: Span) -> str:
        local = self._local_time()
        return f"""
            select
                event.id as event_id, event.time, {local} as local_time,
                {self._bucket()} as bucket,
                event.source, event.account, event.identity, event.item, event.session,
                event.kind, event.detail, event.intent, event.outcome, event.weight,
                event.product, event.auth_method, event.ip, event.agent, event.source_event,
                event.evidence, event.glance
            from event
            where {self._where(span, self._intents())}
        """

    def _activity(self, span: Span, intents: tuple[Intent, ...] | None) -> str:
        """Events counted, from the rollups where they can answer and from the events elsewhere."""
        conditions = self._conditions(intents)
        start = self.values["period_start"] if span == "period" else _BEGINNING
        cut = pieces(start, self.values["period_end"], self.question.rolled, self._usable())
        parts = [
            self._counted(piece, f"{span}_{number}", conditions)
            for number, piece in enumerate(cut or [Piece(start, start)])
        ]
        rolled = [piece for piece in cut if piece.rollup]
        if rolled:
            self.values["rolled"] = self.question.rolled.batch
            late = Piece(rolled[0].start, rolled[-1].end)
            parts.append(
                self._counted(late, f"{span}_late", [*conditions, "event.batch > $rolled"])
            )
        return "\nunion all\n".join(parts)

    def _usable(self) -> tuple[Rollup, ...]:
        """The rollups that are fine enough for the columns, filters, buckets and zone asked."""
        by_item = "item" in self.columns or {"item", "item_type"} & set(
            self.question.filters.patterns
        )
        fine = (ITEMS_MONTHLY,) if by_item else (MONTHLY, DAILY)
        if "bucket" not in self.columns:
            return fine
        period, bucket = self.question.period, self.question.bucket
        if offset_changes(period.zone, period.start, period.end) != [(None, 0)]:
            return ()
        buckets = {"month": ("month", "day"), "week": ("day",), "day": ("day",), "hour": ()}
        return tuple(rollup for rollup in fine if rollup.bucket in buckets[bucket])

    def _counted(self, piece: Piece, name: str, conditions: list[str]) -> str:
        low, high = f"{name}_start", f"{name}_end"
        self.values |= {low: piece.start, high: piece.end}
        time = "event.start" if piece.rollup else "event.time"
        table = piece.rollup.table if piece.rollup else "event"
        counts = _ROLLED_COUNTS if piece.rollup else _EVENT_COUNTS
        item = "null" if piece.rollup in (MONTHLY, DAILY) else "event.item"
        bucket = f"date_trunc('{self.question.bucket}', {time})" if piece.rollup else self._bucket()
        return f"""
            select
                {bucket} as bucket,
                event.source, event.account, event.identity, {item} as item, event.kind,
                event.detail, event.intent, event.outcome, event.product, event.auth_method,
                {counts}
            from {table} as event
            where {time} >= ${low}
                and {time} < ${high}
                and {" and ".join(conditions)}
        """

    def _identities(self) -> str:
        conditions = ["true"]
        if self.question.viewer.accounts is not None:
            conditions.append(
                f"(account.id in ({self._seen_accounts()}) or identity.id in"
                f" (select identity from event where account in ({self._seen_accounts()})))"
            )
        filters = self.question.filters.patterns
        if "account" in filters:
            where = self._where("period", None)
            conditions.append(
                f"(account.id in ({self._matching('account', 'account')}) or identity.id in"
                f" (select identity from event where {where}))"
            )
        if "user" in filters:
            conditions.append(self._like("identity.name", "user"))
        if "auth_method" in filters:
            # Also those who signed in that way then, and now sign in another way.
            learnt, where = (
                self._like("identity.auth_method", "auth_method"),
                self._where("period", None),
            )
            conditions.append(
                f"({learnt} or identity.id in (select identity from event where {where}))"
            )
        if {"item", "item_type", "kind", "outcome", "source", "product"} & set(filters):
            where = self._where("period", None)
            conditions.append(f"identity.id in (select identity from event where {where})")
        return f"""
            select
                identity.id as identity,
                identity.name as user,
                account.name as account,
                identity.kind,
                identity.auth_method
            from identity
            join account on account.id = identity.account
            where {" and ".join(conditions)}
        """

    def _items(self) -> str:
        conditions = ["true"]
        if self.question.viewer.accounts is not None:
            conditions.append(f"item.account in ({self._seen_accounts()})")
        for name, column in (("item", "item.name"), ("item_type", "item.type")):
            if name in self.question.filters.patterns:
                conditions.append(self._like(column, name))
        if "account" in self.question.filters.patterns:
            conditions.append(f"item.account in ({self._matching('account', 'account')})")
        if (products := self._words("product")) is not None:
            # An item whose records do not agree belongs to the products it was used in.
            conditions.append(
                f"(cast(item.product as varchar) in (select unnest({products})) or item.id in"
                f" (select item from event where {self._where('period', None)}))"
            )
        return f"""
            select
                item.id as item,
                item.name,
                account.name as account,
                item.type,
                item.product,
                item.seen,
                item.added as created,
                case
                    when item.deleted > coalesce(item.written, timestamp '1970-01-01')
                        then item.deleted
                end as deleted
            from item
            join account on account.id = item.account
            where {" and ".join(conditions)}
        """

    def _accounts(self) -> str:
        conditions = ["true"]
        if self.question.viewer.accounts is not None:
            conditions.append(f"id in ({self._seen_accounts()})")
        if "account" in self.question.filters.patterns:
            conditions.append(self._like("name", "account"))
        return f"select id as account, name from account where {' and '.join(conditions)}"

    def _sources(self) -> str:
        where = "true"
        if self.question.viewer.accounts is not None:
            seen = self._seen_accounts()
            events = f"select source from event where account in ({seen})"
            where = f"account in ({seen}) or id in ({events})"
        return f"select id as source, name, last_time from source where {where}"

    def _where(self, span: Span, intents: tuple[Intent, ...] | None) -> str:
        times = {
            "period": ["event.time >= $period_start", "event.time < $period_end"],
            "until_end": ["event.time < $period_end"],
            "ever": [],
        }[span]
        return "\n and ".join([*times, *self._conditions(intents)])

    def _conditions(self, intents: tuple[Intent, ...] | None) -> list[str]:
        """Who may see what, which intents, and the filters; there is always one condition."""
        conditions = ["true"]
        if self.question.viewer.accounts is not None:
            conditions.append(f"event.account in ({self._seen_accounts()})")
        if intents is not None:
            words = ", ".join(f"'{intent}'" for intent in intents)
            conditions.append(f"event.intent in ({words})")
        return conditions + self._filter_conditions()

    def _filter_conditions(self) -> list[str]:
        filters = self.question.filters.patterns
        conditions = [
            f"event.{column} in ({self._matching(table, name)})"
            for name, table, column in (
                ("account", "account", "account"),
                ("user", "identity", "identity"),
                ("item", "item", "item"),
                ("source", "source", "source"),
            )
            if name in filters
        ]
        if "item_type" in filters:
            conditions.append(f"event.item in ({self._matching('item', 'item_type', 'type')})")
        if "auth_method" in filters:
            own = self._like("event.auth_method", "auth_method")
            learnt = self._matching("identity", "auth_method", "auth_method")
            conditions.append(
                f"({own} or (event.auth_method is null and event.identity in ({learnt})))"
            )
        conditions += [
            f"event.{name} in (select cast(unnest({words}) as {name}))"
            for name in ("kind", "outcome", "product")
            if (words := self._words(name)) is not None
        ]
        return conditions

    def _intents(self) -> tuple[Intent, ...] | None:
        """Usage alone, unless a filter asks for kinds: then whatever it names is shown."""
        return None if "kind" in self.question.filters.patterns else USAGE_INTENTS

    def _matching(self, table: str, name: str, column: str = "name") -> str:
        return f"select id from {table} where {self._like(f'{table}.{column}', name)}"

    def _like(self, column: str, name: str) -> str:
        parts = []
        for number, pattern in enumerate(self.question.filters.patterns[name]):
            # The engine lowers both sides: its rules for letters and Python's differ.
            self.values[f"{name}_{number}"] = like(pattern)
            parts.append(f"lower({column}) like lower(${name}_{number}) escape '\\'")
        return "(" + " or ".join(parts) + ")"

    def _words(self, name: str) -> str | None:
        words = self.question.filters.words(name)
        if words is None:
            return None
        self.values[f"{name}_words"] = words
        return f"${name}_words"

    def _seen_accounts(self) -> str:
        accounts = self.question.viewer.accounts or ()
        self.values["seen_accounts"] = list(accounts)
        return (
            "select account.id from account, (select unnest($seen_accounts) as name) as seen"
            " where account.name = seen.name or starts_with(account.name, seen.name || '/')"
        )

    def _local_time(self) -> str:
        sql, values = local_time("event.time", self.question.period)
        self.values |= values
        return sql

    def _bucket(self) -> str:
        local = self._local_time()
        bucket = self.question.bucket
        if bucket == "hour":
            return f"date_trunc('hour', {local}) - ({local} - event.time)"
        return f"date_trunc('{bucket}', {local})"
