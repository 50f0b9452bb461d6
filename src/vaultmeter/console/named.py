"""Names to addresses and back: people and items have stable numbers there, for names change."""

from collections.abc import Iterable
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.kept_for import kept_for
from vaultmeter.reports.listing import ever
from vaultmeter.reports.sights import sights
from vaultmeter.store.question import Question
from vaultmeter.store.statement import statement
from vaultmeter.views.named import ITEM, USER, Item, User, none_such, number_of

__all__ = ["Item", "Named", "User", "item_of", "item_urls", "namesakes_of", "user_of", "user_urls"]

Named = tuple[str, str]
"""The name of a user or an item, and the name of its account."""
_ASKED = "with asked as (select unnest($names) as name, unnest($accounts) as account)"
_USER_IDS = f"""
{_ASKED}
select
    identities.user,
    identities.account,
    min(identities.identity)
from identities
join asked on asked.name = identities.user
    and asked.account = identities.account
group by all
"""
_ITEM_IDS = f"""
{_ASKED}
select
    items.name,
    items.account,
    min(items.item)
from items
join asked on asked.name = items.name
    and asked.account = items.account
group by all
"""
_NAMESAKES = """
select
    identities.identity,
    identities.user,
    identities.account,
    identities.kind,
    identities.auth_method,
    0
from identities
where lower(identities.user) = lower($name)
    and identities.identity <> $id
order by identities.account, identities.user, identities.identity
limit 20
"""


def user_urls(asking: Asking, named: Iterable[Named]) -> dict[Named, str]:
    """The addresses of users by name and account, with the range and filters of this page.

    Whoever is not to be seen is left out.
    """
    return _urls(asking, named, _USER_IDS, "/users/")


def item_urls(asking: Asking, named: Iterable[Named]) -> dict[Named, str]:
    """The addresses of items by name and account, likewise."""
    return _urls(asking, named, _ITEM_IDS, "/items/")


def user_of(asking: Asking, id_: str = "") -> User:
    """The user of a number, that of the address unless given.

    Raises `NotFound` where there is none that may be seen, whether or not there is one.
    """
    row = _row(asking, "user", USER, id_)
    return User(*row)


def namesakes_of(asking: Asking, user: User) -> list[User]:
    """Others of the same name that may be seen, 20 at most, in the order of their accounts."""
    if user.namesakes == 1:
        return []
    return [User(*row) for row in _query(asking, _NAMESAKES, {"name": user.name, "id": user.id})]


def item_of(asking: Asking, id_: str = "") -> Item:
    """The item of a number, that of the address unless given; raises `NotFound` likewise."""
    row = _row(asking, "item", ITEM, id_)
    return Item(*row)


def _urls(asking: Asking, named: Iterable[Named], sql: str, path: str) -> dict[Named, str]:
    pairs = [pair for pair in dict.fromkeys(named) if None not in pair]
    if not pairs:
        return {}
    values = {"names": [name for name, _ in pairs], "accounts": [account for _, account in pairs]}
    rows = _query(asking, sql, values)
    return {
        (name, account): asking.view.at(f"{path}{number}").url() for name, account, number in rows
    }


def _row(asking: Asking, what: str, sql: str, text: str) -> tuple[Any, ...]:
    """The row of a user or an item; raises `NotFound` where there is none to be seen."""
    number = number_of(text or asking.parameters.get("id", ""))
    rows = (
        []
        if number is None
        else kept_for(asking, (what, number), lambda: _query(asking, sql, {"id": number}))
    )
    if not rows:
        raise none_such(what)
    return (number, *rows[0])


def _query(asking: Asking, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What the reader may see of who and what there is up to now, whatever the filters."""
    question = Question(
        asking.viewer, ever(asking.now), values=values, terms=asking.app.terms(), sights=sights()
    )

    def read(store: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        built = statement(sql.strip(), question, store.parse)
        return list(store.query(built.sql, built.values))

    return asking.reading(read)
