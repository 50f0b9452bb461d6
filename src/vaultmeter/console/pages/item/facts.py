"""What is known of one item: its state, its numbers, and when it was made, changed and rotated."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.console.named import Item, item_of, user_urls
from vaultmeter.console.pages.items.row import item_door, item_row
from vaultmeter.console.tiles import Tile, tone_of
from vaultmeter.console.titles import product_title, type_title
from vaultmeter.model.kinds import Kind
from vaultmeter.model.table import Table
from vaultmeter.state.retention import retention

Row = Mapping[str, Any]
_SINCE = "Days since the last use"
_YEAR = 12
"""Months."""
_KINDS = {
    "created": Kind.ITEM_ADDED,
    "changed": Kind.ITEM_UPDATED,
    "rotated": Kind.ROTATION,
    "deleted": Kind.ITEM_DELETED,
}
"""What happened to an item, and the events that tell it."""
_NEWEST = 200
"""Events that are looked through for all of them at once."""


def state_of(asking: Asking, item: Item, row: Row | None) -> tuple[str, str]:
    """The state of an item, and why in small words: deleted 12 Nov, history kept."""
    if item.deleted is not None:
        return "deleted", _deleted(asking, item)
    if row is None:
        told = (
            "by the end of this range"
            if item.seen
            else "by anybody: nothing shows that it ever existed"
        )
        return "no_evidence", f"not seen {told}"
    if row["status"] == "used":
        return "used", ""
    if row["last_used"] is None:
        return str(row["status"]), ""
    return str(row["status"]), f"last used {asking.words.instant(row['last_used']).text}"


def _deleted(asking: Asking, item: Item) -> str:
    """When it was deleted, and for how long its history is kept."""
    words = asking.words
    day = item.deleted.replace(tzinfo=UTC).astimezone(words.zone).date()
    with asking.app.state.reading() as connection:
        months = {str(key): value for key, value in retention(connection).items()}.get(item.product)
    if months is None:
        return f"deleted {words.day(day)}, history kept"
    until = day.month - 1 + months
    end = day.replace(year=day.year + until // _YEAR, month=until % _YEAR + 1, day=1)
    return f"deleted {words.day(day)}, history kept until {words.month(end)}"


def tiles_block(asking: Asking) -> dict[str, Any]:
    """Uses, people, machines, refused, and days since the last use."""
    item = item_of(asking)
    row, before = item_row(asking, item), _before(asking, item)
    if row is None:
        return {"tiles": _in_vain(asking, item)}
    tiles = [
        _tile(asking, item, row, before, name, label, good)
        for name, label, good in (
            ("uses", "Uses", 0),
            ("users", "People", 0),
            ("machines", "Machines", 0),
            ("denied", "Refused requests", -1),
        )
    ]
    return {"tiles": [*tiles, _since(asking, item, row)]}


def _in_vain(asking: Asking, item: Item) -> list[Tile]:
    """The tiles of what nobody was ever given: who asked for it, and was refused."""
    rows = asking.rows("item-users", filters=item.filters)
    numbers = {
        "Uses": sum(row["uses"] for row in rows),
        "People who asked": sum(row["kind"] == "person" for row in rows),
        "Machines that asked": sum(row["kind"] != "person" for row in rows),
        "Refused requests": sum(row["denied"] for row in rows),
    }
    tiles = [Tile(label, asking.words.number(value)) for label, value in numbers.items()]
    return [*tiles, Tile(_SINCE, "–", of="never used")]


def _before(asking: Asking, item: Item) -> Row | None:
    if asking.compared is None:
        return None
    rows = asking.rows("item-list", filters=item.filters, **asking.between(asking.compared))
    return next((row for row in rows if item.is_in(row)), None)


def _tile(
    asking: Asking,
    item: Item,
    row: Row,
    before: Row | None,
    name: str,
    label: str,
    good: int,
) -> Tile:
    known = before[name] if before else 0
    change = (
        asking.words.change(row[name], known, asking.compared_words) if asking.compared else None
    )
    url = item_door(asking, item, name)
    return Tile(
        label, asking.words.number(row[name]), url, change=change, tone=tone_of(change, good)
    )


def _since(asking: Asking, item: Item, row: Row) -> Tile:
    """Whole days from the last use to the end of the range, or to now."""
    last = row["last_used"]
    if last is None:
        return Tile(_SINCE, "–", of="never used")
    words = asking.words
    end = min(asking.last_day, words.today)
    days = (end - last.astimezone(words.zone).date()).days
    return Tile(_SINCE, words.number(max(0, days)), item_door(asking, item, "last_used"))


def facts_block(asking: Asking) -> dict[str, Any]:
    """When it was made, changed and rotated, and by whom."""
    item = item_of(asking)
    return {
        "item": item,
        "type": type_title(item.type),
        "product": product_title(item.product),
        "row": item_row(asking, item),
        **_latest(asking, item),
        "seen": item.seen,
    }


def _latest(asking: Asking, item: Item) -> dict[str, Row | None]:
    """The newest successful event of each kind, of all times; `None` where none is known."""
    table = _events(asking, item, _KINDS.values(), _NEWEST)
    rows = table.dicts()
    found = {name: _first(rows, kind) for name, kind in _KINDS.items()}
    if table.total > len(rows):
        # A kind may stand behind many of another: there it is asked for alone.
        for name in (name for name, row in found.items() if row is None):
            found[name] = _first(_events(asking, item, [_KINDS[name]], 1).dicts(), _KINDS[name])
    named = [(row["user"], row["account"]) for row in found.values() if row]
    urls = user_urls(asking, named)
    return {
        name: row and {**row, "url": urls.get((row["user"], row["account"]), "")}
        for name, row in found.items()
    }


def _events(asking: Asking, item: Item, kinds: Iterable[Kind], limit: int) -> Table:
    """The newest successful events of some kinds, of all times."""
    words = [kind.value for kind in kinds]
    filters = {**item.filters, "kind": words, "outcome": ["ok"], "user": ["*"]}
    when = When("all", zone=asking.view.zone)
    return asking.report("events", when=when, filters=filters, limit=limit)


def _first(rows: Iterable[Row], kind: Kind) -> Row | None:
    return next((row for row in rows if row["kind"] == kind.value), None)
