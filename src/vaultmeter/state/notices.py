"""What calls for attention: notices, each of which is raised once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from vaultmeter.model.message import Notice
from vaultmeter.state.tables import NOTICE

Pairs = Sequence[tuple[str | None, str | None]]
"""What may be seen: accounts, each with those below it, and products; `None` is all of them."""
STATES = ("open", "acknowledged", "all")
"""What notices can be narrowed to."""


@dataclass(frozen=True)
class Narrowed:
    """Which notices are asked for; instants are aware, and `*` stands for any text in `text`."""

    state: str = "all"
    type: str | None = None
    product: str | None = None
    account: str | None = None
    """An account, with those below it; empty for what is about the whole organisation."""
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


def add_notice(  # noqa: PLR0913  one for each column
    connection: Connection,
    *,
    key: str,
    type_: str,
    product: str,
    account: str,
    text: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> Notice | None:
    """Keep a notice; `None` where that key was raised before."""
    if was_raised(connection, [key]):
        return None
    values = {"type": type_, "product": product, "account": account, "time": now, "text": text}
    statement = insert(NOTICE).values(**values, key=key, payload=json.dumps(dict(payload)))
    id_: int = connection.execute(statement.returning(NOTICE.c.id)).scalar_one()
    return notice_of(connection, id_)


def was_raised(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Those of the keys of which there is a notice."""
    return {
        key
        for wanted in keys
        for key in connection.execute(select(NOTICE.c.key).where(NOTICE.c.key == wanted)).scalars()
    }


def notice_of(connection: Connection, id_: int, pairs: Pairs | None = None) -> Notice | None:
    """A notice, if there is one and it may be seen."""
    statement = _SELECT.where(NOTICE.c.id == id_, _seen(pairs))
    row = connection.execute(statement).first()
    return None if row is None else _read(row)


def notices(
    connection: Connection,
    narrowed: Narrowed,
    pairs: Pairs | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Notice]:
    """Notices that may be seen, from the newest back; those from before a number."""
    statement = _narrowed(_SELECT, narrowed).where(_seen(pairs))
    if before is not None:
        statement = statement.where(NOTICE.c.id < before)
    found = connection.execute(statement.order_by(NOTICE.c.id.desc()).limit(limit))
    return [_read(row) for row in found]


def open_by_type(connection: Connection, pairs: Pairs | None = None) -> dict[str, int]:
    """How many notices of each type nobody has acknowledged, of those that may be seen."""
    statement = (
        select(NOTICE.c.type, func.count().label("notices"))
        .where(NOTICE.c.acknowledged.is_(None), _seen(pairs))
        .group_by(NOTICE.c.type)
        .order_by(NOTICE.c.type)
    )
    return {row.type: row.notices for row in connection.execute(statement)}


def acknowledge_notices(connection: Connection, ids: Iterable[int], at: datetime, by: str) -> int:
    """Note that somebody has seen to notices; what was noted before holds. Answers how many."""
    statement = (
        update(NOTICE)
        .where(NOTICE.c.id.in_(list(ids)), NOTICE.c.acknowledged.is_(None))
        .values(acknowledged=at, acknowledged_by=by)
    )
    return connection.execute(statement).rowcount


_SELECT = select(*(column for column in NOTICE.c if column.name != "key"))


def _read(row: Any) -> Notice:  # noqa: ANN401  the library's type
    return Notice(**{**row._mapping, "payload": json.loads(row.payload)})  # noqa: SLF001  its name


def _narrowed(statement: Select[Any], narrowed: Narrowed) -> Select[Any]:
    columns = NOTICE.c
    wanted: list[ColumnElement[bool]] = []
    if narrowed.state != "all":
        is_open = columns.acknowledged.is_(None)
        wanted.append(is_open if narrowed.state == "open" else ~is_open)
    for column, word in ((columns.type, narrowed.type), (columns.product, narrowed.product)):
        if word is not None:
            wanted.append(column == word)
    if narrowed.account is not None:
        wanted.append(_below(narrowed.account))
    if narrowed.since is not None:
        wanted.append(columns.time >= narrowed.since)
    if narrowed.until is not None:
        wanted.append(columns.time < narrowed.until)
    if narrowed.text is not None:
        escaped = narrowed.text.replace("/", "//").replace("%", "/%").replace("_", "/_")
        wanted.append(columns.text.like(f"%{escaped.replace('*', '%')}%", escape="/"))
    return statement.where(*wanted)


def _seen(pairs: Pairs | None) -> ColumnElement[bool]:
    """Whether a notice may be seen: all of its account and product must be."""
    if pairs is None:
        return true()
    return or_(
        false(),
        *(
            and_(
                true() if account is None else _below(account),
                true() if product is None else NOTICE.c.product == product,
            )
            for account, product in pairs
        ),
    )


def _below(account: str) -> ColumnElement[bool]:
    """Whether a notice is about an account, or one below it."""
    is_it = NOTICE.c.account == account
    if not account:
        return is_it
    begins = f"{account}/"
    return or_(is_it, func.substr(NOTICE.c.account, 1, len(begins)) == begins)
