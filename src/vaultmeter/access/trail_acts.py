"""What is asked of the trail, by whom: its entries, and whether it is whole."""

from datetime import UTC, datetime

from vaultmeter.access.access import Opened
from vaultmeter.access.trail import Narrowed, entries, plain, plain_verdict
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid

_DIGITS = 18


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
    before, narrowed = _place(cursor), Narrowed(act, by, _instant(since))
    with folder.access.state.reading() as connection:
        found = list(entries(connection, before=before, limit=limit + 1, narrowed=narrowed))
    more = len(found) > limit
    rows = [plain(entry) for entry in found[:limit]]
    return {"rows": rows, "next": str(rows[-1]["seq"]) if more else None}


def verify_trail(folder: Opened, who: Principal, anchor: str | None = None) -> Object:
    """Whether the trail is whole, and holds an anchor; raises `Forbidden`, `Invalid`."""
    who.require_everywhere(Permission.TRAIL)
    return plain_verdict(folder.access.trail.verify(folder.access.state, anchor))


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > _DIGITS:
        raise Invalid(f"{cursor[:100]!r} is no place in the trail.", "Give the number of an entry.")
    return int(cursor)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            f"{text[:100]!r} is no day or instant.", "Write 2026-11-01 or 2026-11-01T12:00:00Z."
        ) from error
