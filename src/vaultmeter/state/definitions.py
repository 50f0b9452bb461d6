"""The versions of what activity status means."""

import json
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select

from vaultmeter.model.kinds import Intent, Kind
from vaultmeter.model.status import StatusDefinition
from vaultmeter.state.tables import DEFINITION


def status_definitions(connection: Connection) -> list[tuple[StatusDefinition, datetime | None]]:
    """Every version with the instant (UTC) it was made, in order; the first one comes built in."""
    rows = connection.execute(select(DEFINITION).order_by(DEFINITION.c.version))
    made = [(_read(row.version, row.settings), row.made) for row in rows]
    return [(StatusDefinition(), None), *made]


def status_definition(connection: Connection) -> StatusDefinition:
    """The version that holds."""
    return status_definitions(connection)[-1][0]


def set_status_definition(
    connection: Connection, definition: StatusDefinition, now: datetime
) -> StatusDefinition:
    """Make a definition the one that holds, as the next version; the same again changes nothing."""
    held = status_definition(connection)
    if replace(definition, version=held.version) == held:
        return held
    new = replace(definition, version=held.version + 1)
    settings = {name: value for name, value in asdict(new).items() if name != "version"}
    connection.execute(
        insert(DEFINITION).values(version=new.version, settings=json.dumps(settings), made=now)
    )
    return new


def _read(version: int, settings: str) -> StatusDefinition:
    values = json.loads(settings)
    values["intents"] = tuple(map(Intent, values["intents"]))
    values["kinds"] = tuple(map(Kind, values["kinds"]))
    return StatusDefinition(version=version, **values)
