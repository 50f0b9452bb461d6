"""How the records of each source arrive."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vaultmeter.model.collecting import KeyMark, Poll, SourceSettings
from vaultmeter.state.tables import SOURCE_SETTINGS


def source_settings(connection: Connection) -> dict[str, SourceSettings]:
    """The settings of every source that has some, by name, in order."""
    rows = connection.execute(select(SOURCE_SETTINGS).order_by(SOURCE_SETTINGS.c.name))
    return {row.name: _read(row) for row in rows}


def add_source_settings(connection: Connection, settings: SourceSettings) -> None:
    """Keep the settings of a source that has none."""
    connection.execute(
        insert(SOURCE_SETTINGS).values(
            name=settings.name,
            connector=settings.connector,
            account=settings.account,
            paths=_written(settings.paths),
            socket=settings.socket,
            poll=None if settings.poll is None else json.dumps(asdict(settings.poll)),
            made=settings.made,
            **_key(settings.key),
        )
    )


def set_key(connection: Connection, name: str, key: KeyMark) -> int:
    """Put a key in the place of the one before; answers how many sources have that name."""
    statement = update(SOURCE_SETTINGS).where(SOURCE_SETTINGS.c.name == name).values(**_key(key))
    return connection.execute(statement).rowcount


def remove_source_settings(connection: Connection, name: str) -> int:
    """Forget the settings and the key of a source; answers how many there were."""
    return connection.execute(
        delete(SOURCE_SETTINGS).where(SOURCE_SETTINGS.c.name == name)
    ).rowcount


def _key(key: KeyMark | None) -> dict[str, Any]:
    if key is None:
        return {}
    return {"key_hash": key.hash, "key_end": key.end, "key_made": key.made}


def _read(row: Any) -> SourceSettings:  # noqa: ANN401  the library's type
    key = row.key_hash and KeyMark(row.key_hash, row.key_end, row.key_made)
    return SourceSettings(
        row.name,
        row.connector,
        row.account,
        row.made,
        tuple(map(Path, json.loads(row.paths))),
        row.socket,
        None if row.poll is None else Poll(**json.loads(row.poll)),
        key or None,
    )


def _written(paths: Sequence[Path]) -> str:
    return json.dumps([str(path) for path in paths])
