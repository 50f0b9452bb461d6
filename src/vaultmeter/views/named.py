"""Whom and what pages are about: users, items and sources by the numbers of their addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vaultmeter.app import App
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.errors import NotFound
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.listing import ever
from vaultmeter.reports.sights import sights
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.statement import statement

_LARGEST = 1 << 31
USER = """
with own as (
    select *
    from identities
    where identity = $id
)
select
    own.user,
    own.account,
    own.kind,
    own.auth_method,
    (
        select count(*)
        from identities
        where lower(identities.user) = lower(own.user)
    ) as namesakes
from own
"""
ITEM = """
select name, account, type, product, seen, created, changed, deleted
from items
where item = $id
"""
_SOURCE = "select name from sources where name = $name"


@dataclass(frozen=True)
class User:
    """Somebody or something that acts, as whoever asks may know it."""

    id: int
    name: str
    account: str
    kind: str
    auth_method: str | None
    namesakes: int
    """How many have this name, this one among them: vaults do not tell whether they are one."""

    @property
    def filters(self) -> dict[str, list[str]]:
        """What narrows a report to them; of a name that several have, to their own account."""
        account = {"account": [self.account]} if self.namesakes > 1 else {}
        return {"user": [self.name], **account}

    def is_in(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of a report is about them."""
        return (row["user"], row["account"]) == (self.name, self.account)


@dataclass(frozen=True)
class Item:
    """A secret, key or password, as whoever asks may know it. Instants are naive, in UTC."""

    id: int
    name: str
    account: str
    type: str
    product: str
    seen: Any
    created: Any
    changed: Any
    deleted: Any

    @property
    def filters(self) -> dict[str, list[str]]:
        """What narrows a report to it."""
        return {"item": [self.name], "account": [self.account]}

    def is_in(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of a report is about it."""
        return (row["item"], row["account"]) == (self.name, self.account)


@dataclass(frozen=True)
class Looking:
    """Who looks for a number: on a store that is being read, up to now."""

    app: App
    store: Store
    who: Principal
    now: datetime

    def user(self, id_: str) -> User:
        """The user of a number; raises `NotFound` where none may be seen."""
        return User(*self._row("user", USER, id_))

    def item(self, id_: str) -> Item:
        """The item of a number; raises `NotFound` likewise."""
        return Item(*self._row("item", ITEM, id_))

    def source(self, id_: str) -> str:
        """The name of the source of a number; raises `NotFound` likewise."""
        for source in self.app.inbox.sources():
            if str(source.id) == id_ and self._knows(source.name, source.account):
                return source.name
        raise none_such("source")

    def _knows(self, name: str, account: str) -> bool:
        """Whether they see what the source told, or manage it."""
        if Permission.SOURCES in self.who.permissions and self.who.viewer(
            Permission.SOURCES
        ).covers(account):
            return True
        return bool(self._query(_SOURCE, {"name": name}))

    def _row(self, what: str, sql: str, text: str) -> tuple[Any, ...]:
        number = number_of(text)
        rows = [] if number is None else self._query(sql.strip(), {"id": number})
        if not rows:
            raise none_such(what)
        return (number, *rows[0])

    def _query(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        viewer: Viewer = self.who.viewer(Permission.REPORTS)
        question = Question(
            viewer, ever(self.now), values=values, terms=self.app.terms(), sights=sights()
        )
        built = statement(sql, question, self.store.parse)
        return self.store.query(built.sql, built.values)


def number_of(text: str) -> int | None:
    """The number in an address; `None` for what is none."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_LARGEST)):
        return None
    return int(text) if int(text) < _LARGEST else None


def none_such(what: str) -> NotFound:
    """What is said of one that is not there, or may not be seen."""
    return NotFound(f"There is no such {what} that you can see.", "Look for the name instead.")
