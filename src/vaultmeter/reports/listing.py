"""Who and what there is, in pages: everybody and everything that a viewer may see, by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from vaultmeter.model.access import Object
from vaultmeter.model.instants import text_of
from vaultmeter.model.period import EPOCH, Period, zone_named
from vaultmeter.reports.run import Ask
from vaultmeter.reports.sights import sights
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.statement import statement

Place = tuple[str, str, int]
"""Account, name and number of a row: where a page ends, and the next one begins."""
FIRST: Place = ("", "", -1)


@dataclass(frozen=True)
class Listing:
    """A list: its columns, the filters it takes, and the select of its rows behind a place."""

    columns: tuple[str, ...]
    filters: tuple[str, ...]
    sql: str


_BEHIND = """
    where account > $after_account
        or (account = $after_account and name > $after_name)
        or (account = $after_account and name = $after_name and id > $after_id)
    order by account, name, id
    limit $most
"""
IDENTITIES = Listing(
    ("name", "account", "kind", "auth_method"),
    ("account", "user", "auth_method"),
    f"""
    with named as (
        select
            identity as id,
            coalesce(user, '') as name,
            account,
            cast(kind as varchar) as kind,
            auth_method
        from identities
    )
    select id, name, account, kind, auth_method
    from named
    {_BEHIND}
    """,
)
ITEMS = Listing(
    ("name", "account", "type", "product", "created", "changed", "deleted"),
    ("account", "item", "item_type", "product"),
    f"""
    with known as (
        select
            item as id,
            coalesce(name, '') as name,
            account,
            type,
            cast(product as varchar) as product,
            created,
            changed,
            deleted
        from items
    )
    select id, name, account, type, product, created, changed, deleted
    from known
    {_BEHIND}
    """,
)


def page(
    store: Store, listing: Listing, ask: Ask, after: Place, limit: int
) -> tuple[list[Object], Place | None]:
    """Rows behind a place, and where the next page begins; `None` at the end."""
    values = dict(
        zip(("after_account", "after_name", "after_id"), after, strict=True), most=limit + 1
    )
    question = Question(
        ask.viewer, ask.period, ask.filters, values=values, terms=ask.terms, sights=sights()
    )
    built = statement(listing.sql.strip(), question, store.parse)
    found = store.query(built.sql, built.values)
    rows = [_object(listing.columns, row[1:]) for row in found[:limit]]
    if len(found) <= limit:
        return rows, None
    id_, name, account = found[limit - 1][:3]
    return rows, (account, name, id_)


def ever(now: datetime) -> Period:
    """All time up to now."""
    return Period(EPOCH, max(now, EPOCH), zone_named("UTC"))


def _object(columns: Sequence[str], row: Sequence[Any]) -> Object:
    return {name: _plain(value) for name, value in zip(columns, row, strict=True)}


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    if isinstance(value, datetime):
        return text_of(value.replace(tzinfo=UTC))
    return value.isoformat() if isinstance(value, date) else value
