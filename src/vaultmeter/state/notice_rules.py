"""The rules that raise notices, and what each remembers of its evaluations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vaultmeter.state.tables import NOTICE_RULE


@dataclass(frozen=True)
class Standing:
    """What a rule found beyond its threshold, and is not told again until it falls back."""

    over: Mapping[str, Any] = field(default_factory=dict)
    """What is beyond, by its key, with what is needed to tell when it is not any more."""
    times: int = 0
    """How often anything has crossed so far."""


@dataclass(frozen=True)
class Rule:
    """What raises notices. Instants are UTC."""

    id: int
    name: str
    type: str
    settings: Mapping[str, Any]
    account: str
    """The account it is about, with those below it; empty for the whole organisation."""
    product: str
    """The product it is about; empty for all of them."""
    is_enabled: bool
    is_built_in: bool
    owner_kind: str
    owner: int
    owner_name: str
    version: int
    """Another one after each change."""
    changed: datetime | None
    evaluated: datetime | None
    """When it was evaluated last."""
    error: str
    """Why its last evaluation came to nothing; empty where it did not."""
    standing: Standing


def rules(connection: Connection) -> list[Rule]:
    """Every rule, in the order they were made."""
    return [
        _read(row) for row in connection.execute(select(NOTICE_RULE).order_by(NOTICE_RULE.c.id))
    ]


def rule_of(connection: Connection, id_: int) -> Rule | None:
    """The rule of that number; `None` for one that is gone."""
    row = connection.execute(select(NOTICE_RULE).where(NOTICE_RULE.c.id == id_)).first()
    return None if row is None else _read(row)


def is_raised(connection: Connection, type_: str) -> bool:
    """Whether notices of a type are wanted: a rule of that type is enabled, or there is none."""
    statement = select(NOTICE_RULE.c.is_enabled).where(NOTICE_RULE.c.type == type_)
    found = list(connection.execute(statement).scalars())
    return any(found) or not found


def add_rule(connection: Connection, **values: Any) -> int:  # noqa: ANN401  columns are of any type
    """Keep a rule; answers its number."""
    written = _written(values) | {"is_built_in": False, "version": 1, "error": "", "standing": "{}"}
    statement = insert(NOTICE_RULE).values(**written).returning(NOTICE_RULE.c.id)
    number: int = connection.execute(statement).scalar_one()
    return number


def change_rule(connection: Connection, rule: Rule, **values: Any) -> None:  # noqa: ANN401  as above
    """Change a rule, which begins anew: what it found before is forgotten."""
    anew = {"version": rule.version + 1, "error": "", "standing": "{}", "evaluated": None}
    statement = update(NOTICE_RULE).where(NOTICE_RULE.c.id == rule.id)
    connection.execute(statement.values(**_written(values), **anew))


def remove_rule(connection: Connection, id_: int) -> None:
    """Forget a rule; the notices it raised stay."""
    connection.execute(delete(NOTICE_RULE).where(NOTICE_RULE.c.id == id_))


def note_evaluation(
    connection: Connection,
    rule: Rule,
    evaluated: datetime,
    error: str = "",
    standing: Standing | None = None,
) -> None:
    """Note when a rule was evaluated, why it came to nothing, and what it found."""
    values: dict[str, Any] = {"evaluated": evaluated, "error": error}
    if standing is not None:
        values["standing"] = json.dumps(vars(standing) | {"over": dict(standing.over)})
    connection.execute(update(NOTICE_RULE).where(NOTICE_RULE.c.id == rule.id).values(**values))


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    written = dict(values)
    if "settings" in written:
        written["settings"] = json.dumps(dict(written["settings"]))
    return written


def _read(row: Any) -> Rule:  # noqa: ANN401  the library's type
    values = dict(row._mapping)  # noqa: SLF001  the library's name
    values["settings"] = json.loads(row.settings)
    return Rule(**{**values, "standing": Standing(**json.loads(row.standing))})
