"""What is asked of the trail, by whom: its entries, and whether it is whole."""

from vaultmeter.access.access import Opened
from vaultmeter.access.trail import Narrowed, entries, plain, plain_verdict
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.cursor import number_in
from vaultmeter.model.instants import day_or_instant


def list_trail(
    folder: Opened,
    who: Principal,
    *,
    limit: int = 100,
    cursor: str | None = None,
    act: str | None = None,
    by: str | None = None,
    since: str | None = None,
) -> Object:
    """Entries from the newest back: of an act, by somebody, from a day or instant (UTC) on.

    The cursor is the number of the entry before which to go on. Raises `Forbidden`, `Invalid`.
    """
    who.require_everywhere(Permission.TRAIL)
    before = number_in(
        cursor, "{cursor!r} is no place in the trail.", "Give the number of an entry."
    )
    narrowed = Narrowed(act, by, day_or_instant(since))
    with folder.access.state.reading() as connection:
        found = list(entries(connection, before=before, limit=limit + 1, narrowed=narrowed))
    more = len(found) > limit
    rows = [plain(entry) for entry in found[:limit]]
    return {"rows": rows, "next": str(rows[-1]["seq"]) if more else None}


def verify_trail(folder: Opened, who: Principal, anchor: str | None = None) -> Object:
    """Whether the trail is whole, and holds an anchor; raises `Forbidden`, `Invalid`."""
    who.require_everywhere(Permission.TRAIL)
    return plain_verdict(folder.access.trail.verify(folder.access.state, anchor))
