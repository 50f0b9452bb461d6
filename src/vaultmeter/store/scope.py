"""The conditions of one question, in SQL: which intents, and the filters; and what is held.

Who may see what is no condition of them: `seen.py` narrows the stored tables themselves.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from vaultmeter.model.filters import FILTERS, like
from vaultmeter.model.kinds import USAGE_INTENTS, Intent, words_in_sql
from vaultmeter.model.terms import Limit
from vaultmeter.store.question import Question
from vaultmeter.store.zones import hour_start, local_time

EVERY_FILTER = frozenset(FILTERS)
WHERE = frozenset({"account", "source", "product"})
"""The filters that say where one looks, and not at what."""
_BY_NAME = {
    "account": ("account", "account"),
    "user": ("identity", "identity"),
    "item": ("item", "item"),
    "source": ("source", "source"),
}
"""Filters on names: the table that has the name, and the column of an event with its id."""
_OF_EVERY_EVENT = frozenset({"account", "user", "source", "kind", "outcome", "product"})
"""Filters on what no event lacks."""


class Scope:
    """Writes the conditions of one question, and collects the values they bind."""

    def __init__(self, question: Question, values: dict[str, Any], columns: frozenset[str]) -> None:
        """`columns` are the names of all columns that the report reads."""
        terms = replace(question.terms, limits=_limits_seen(question))
        self.question, self.values, self.columns = replace(question, terms=terms), values, columns
        self.patterns = question.filters.expanded(question.terms.groups).patterns
        self.start, self.end = values["period_start"], values["period_end"]
        self.expired: list[tuple[datetime, datetime]] = []

    def note_expired(self, start: datetime, end: datetime) -> None:
        """Note that a stretch (UTC, naive) is asked of events, some of which are deleted."""
        first = self.question.rolled.first_time
        start = start if first is None else max(start, first)
        cut = max(self.cut_offs().values(), default=start)
        if start < min(end, cut):
            self.expired.append((start, min(end, cut)))

    def cut_offs(self) -> dict[str, datetime]:
        """Before when (UTC, naive) events are deleted, by product, of the products asked for."""
        words = self.question.filters.words("product")
        return {
            product: before
            for product, before in self.question.rolled.cut_offs.items()
            if words is None or product in words
        }

    def in_period(self, intents: tuple[Intent, ...] | None) -> str:
        """The condition on events of the period."""
        times = ["event.time >= $period_start", "event.time < $period_end"]
        return "\n and ".join([*times, *self.conditions(intents)])

    def conditions(
        self, intents: tuple[Intent, ...] | None, filters: frozenset[str] = EVERY_FILTER
    ) -> list[str]:
        """Which intents, and those filters; there is always one condition."""
        conditions = ["true"]
        if intents is not None:
            conditions.append(f"event.intent in ({words_in_sql(intents)})")
        asked = filters & set(self.patterns)
        return conditions + self._filter_conditions(
            frozenset(name for name in asked if not self._lets_all_through(name))
        )

    def intents(self) -> tuple[Intent, ...] | None:
        """Usage alone, unless a filter asks for kinds: then whatever it names is shown."""
        return None if "kind" in self.patterns else USAGE_INTENTS

    def matching(self, table: str, name: str, column: str = "name") -> str:
        """The select of the ids in a table that a filter lets through."""
        return f"select id from {table} where {self.like(f'{table}.{column}', name)}"

    def like(self, column: str, name: str) -> str:
        """The condition that a column matches one of the patterns of a filter."""
        if name == "account" and self.question.filters.literal:
            self.values["account_names"] = list(self.patterns[name])
            return f"{column} in (select unnest($account_names))"
        parts = []
        for number, pattern in enumerate(self.patterns[name]):
            # The engine lowers both sides: its rules for letters and Python's differ.
            self.values[f"{name}_{number}"] = like(pattern)
            parts.append(f"lower({column}) like lower(${name}_{number}) escape '\\'")
        return "(" + " or ".join(parts) + ")"

    def words(self, name: str) -> str | None:
        """The value that lists the words a filter lets through; `None` when it is not set."""
        words = self.question.filters.words(name)
        if words is None:
            return None
        self.values[f"{name}_words"] = words
        return f"${name}_words"

    def accounts_of_sources(self, name: str) -> str:
        """The table of the accounts of sources, under a name.

        A viewer may not see the account of a source of which it sees a part. What it sees lies
        below, so that the name tells nothing new.
        """
        table = "account" if self.question.viewer.grants is None else "main.account"
        return table if table == name else f"{table} as {name}"

    def held(self) -> str:
        """The select of the names of accounts, each with a product, that a viewer may see.

        A name covers the accounts below it; null is all of them, as is a product that is null.
        """
        pairs = self.question.viewer.pairs()
        self.values |= {
            "seen_accounts": [account for account, _ in pairs],
            "seen_products": [product for _, product in pairs],
        }
        return """
            select
                unnest(cast($seen_accounts as varchar[])) as name,
                unnest(cast($seen_products as varchar[])) as product
        """

    def local_time(self) -> str:
        """The wall-clock time of an event in the zone of the period."""
        sql, values = local_time("event.time", self.question.period)
        self.values |= values
        return sql

    def bucket(self) -> str:
        """The start of the bucket an event falls in."""
        if self.question.bucket == "hour":
            sql, values = hour_start("event.time", self.question.period)
            self.values |= values
            return sql
        return f"date_trunc('{self.question.bucket}', {self.local_time()})"

    def _lets_all_through(self, name: str) -> bool:
        """Whether no event is left out by a filter: each has a source, an outcome and so on."""
        if name == "account" and self.question.filters.literal:
            return False
        return name in _OF_EVERY_EVENT and "*" in self.patterns[name]

    def _filter_conditions(self, names: frozenset[str]) -> list[str]:
        writers: dict[str, Callable[[], str]] = {
            "item_type": lambda: f"event.item in ({self.matching('item', 'item_type', 'type')})",
            "auth_method": self._signs_in_with,
        }
        conditions = [
            f"event.{column} in ({self.matching(table, name)})"
            for name, (table, column) in _BY_NAME.items()
            if name in names
        ]
        conditions += [write() for name, write in writers.items() if name in names]
        # A list of constants is looked through in a third of the time that a join takes.
        conditions += [
            f"list_contains(cast({self.words(name)} as {name}[]), event.{name})"
            for name in ("kind", "outcome", "product")
            if name in names
        ]
        return conditions

    def either(self, conditions: list[str]) -> list[list[str]]:
        """The same conditions, with those that let rows through for two reasons taken apart.

        No row is let through by two of the lists. A join is made in half of the time, where it is
        not one part of an `or`.
        """
        if "auth_method" not in self.patterns:
            return [conditions]
        both = self._signs_in_with()
        return [
            [one if condition == both else condition for condition in conditions]
            for one in (self._methods() if both in conditions else [both])
        ]

    def _signs_in_with(self) -> str:
        return f"({' or '.join(self._methods())})"

    def _methods(self) -> list[str]:
        """The two ways in which a filter on methods lets an event through."""
        learnt = self.matching("identity", "auth_method", "auth_method")
        return [
            # What is null is passed over before anything else is read.
            f"event.auth_method is not null and {self.like('event.auth_method', 'auth_method')}",
            f"(event.auth_method is null and event.identity in ({learnt}))",
        ]


def _limits_seen(question: Question) -> tuple[Limit, ...]:
    """The limits of what the viewer may see; that of the organisation for who sees all of it."""
    limits = question.terms.limits
    if question.viewer.grants is None:
        return limits
    return tuple(limit for limit in limits if question.viewer.sees(limit.account, limit.product))
