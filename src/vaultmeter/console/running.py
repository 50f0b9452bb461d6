"""What is being made for a reader in the background, for the corner of every page."""

from vaultmeter import exporting
from vaultmeter.console.asking import Asking
from vaultmeter.model.access import Permission
from vaultmeter.state.exporting import MAKING, WAITING, waiting_of

_LOOKED_AT = 50
"""Of the newest files, so many are looked at."""


def running_files(asking: Asking) -> list[int]:
    """The numbers of the reader's own files that wait or are being made."""
    if not asking.may(Permission.REPORTS):
        return []
    with asking.app.state.reading() as connection:
        count = waiting_of(connection, asking.who.kind, asking.who.id)
    if not count:
        return []
    rows = exporting.listed(asking.app, asking.who, limit=_LOOKED_AT)["rows"]
    return [
        row["id"]
        for row in rows
        if row["state"] in {WAITING, MAKING} and row["made_by"] == asking.who.name
    ]
