"""What is said of a word in a filter that no known name matches: a mistyped one, mostly.

A report has a note of it; what has no place for notes is refused.
Words of closed lists, such as kinds and outcomes, are refused instead: see `model/filters.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from vaultmeter.model.filters import GROUP, Filters, like
from vaultmeter.store.question import Question
from vaultmeter.store.rollup import USAGE_MONTHLY
from vaultmeter.store.statement import statement_of_stored

LookUp = Callable[[str, dict[str, Any]], list[tuple[Any, ...]]]
"""Answers a statement with values."""


class _Names(NamedTuple):
    """Where the names are that the words of a filter stand for."""

    title: str
    tables: tuple[str, ...]
    """Stored tables, looked at one after the other; those behind the first may lack new names."""
    column: str


_NAMES: dict[str, _Names] = {
    "account": _Names("account", ("account",), "name"),
    "user": _Names("user", ("identity",), "name"),
    "item": _Names("item", ("item",), "name"),
    "item_type": _Names("type of item", ("item",), "type"),
    "auth_method": _Names("sign-in method", ("identity", USAGE_MONTHLY.table), "auth_method"),
    "source": _Names("source", ("source",), "name"),
}
"""The filters whose words are names that the store holds."""


class Unmatched(NamedTuple):
    """A word of a filter that matches no name the viewer may see."""

    title: str
    """What it should name."""
    word: str
    near: str | None
    """The name nearest to it, where one is near."""

    def note(self) -> str:
        """What is wrong, and what may have been meant."""
        return f"{self.sentence()} {self.hint()}".rstrip()

    def sentence(self) -> str:
        """What is wrong."""
        return f"No {self.title} matches {self.word!r}."

    def hint(self) -> str:
        """What may have been meant."""
        return f"Did you mean {self.near!r}?" if self.near else ""


def unmatched(look_up: LookUp, question: Question) -> Iterator[Unmatched]:
    """The words in the filters of a question that match nothing."""
    everything = replace(question, filters=Filters())
    for name, names in _NAMES.items():
        for word in _words(question.filters, name):
            asked = replace(everything, values={"pattern": like(word), "word": word})
            # A name to the letter is found in a tenth of the time.
            ways = (write(table, names) for write in (_same, _known) for table in names.tables)
            if not any(_found(look_up, asked, sql) for sql in ways):
                near = _found(look_up, asked, _nearest(names))
                yield Unmatched(names.title, word, near[0][0] if near else None)


def _found(look_up: LookUp, asked: Question, sql: str) -> list[tuple[Any, ...]]:
    built = statement_of_stored(sql, asked)
    return look_up(built.sql, built.values)


def _words(filters: Filters, name: str) -> Iterator[str]:
    """The words of a filter that are to match something: groups and any text are not."""
    if name == "account" and filters.literal:
        return
    for word in filters.patterns.get(name, ()):
        if word.strip("*") and not (name == "account" and word.startswith(GROUP)):
            yield word


def _same(table: str, names: _Names) -> str:
    return f"select 1 from {table} where {table}.{names.column} = $word limit 1"


def _known(table: str, names: _Names) -> str:
    column = names.column
    return f"""
        select 1
        from {table}
        where lower({table}.{column}) like lower($pattern) escape '\\'
        limit 1
    """


def _nearest(names: _Names) -> str:
    """The select of the name with the fewest letters to change: one in four, and one more."""
    table, column = names.tables[0], names.column
    most = "1 + length($word) // 4"
    distance = f"damerau_levenshtein(lower({table}.{column}), lower($word))"
    return f"""
        select {table}.{column}
        from {table}
        where abs(length({table}.{column}) - length($word)) <= {most}
            and {distance} <= {most}
        order by {distance}, {table}.{column}
        limit 1
    """
