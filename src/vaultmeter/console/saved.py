"""Saved views as pages show them: in the rail, marked where one is looked at, with ways back."""

from dataclasses import dataclass, replace

from vaultmeter.console.asking import Asking
from vaultmeter.model.access import Permission
from vaultmeter.state.saved_views import SavedView, newest_change
from vaultmeter.views.saved import seen
from vaultmeter.views.view import View

_IN_RAIL = 7


@dataclass(frozen=True)
class Entry:
    """A view as a reader finds it."""

    view: SavedView
    url: str
    is_own: bool
    is_current: bool
    is_changed: bool
    """Whether the page that is looked at began with it, and shows something else by now."""

    @property
    def told(self) -> str:
        """What stands beside its name: whose it is, and whether it was changed."""
        owner = "" if self.is_own else self.view.owner
        return ", ".join(part for part in (owner, "changed" if self.is_changed else "") if part)


@dataclass(frozen=True)
class Undo:
    """The way back from what was just done."""

    path: str
    word: str = "Undo"


def views_of(asking: Asking) -> list[Entry]:
    """The views that a reader can open: their own first, each kind by name."""
    if asking.who.kind != "user" or not asking.may(Permission.REPORTS):
        return []
    return [_entry(asking, view) for view in seen(asking.app, asking.who)]


def rail_views(asking: Asking) -> list[Entry]:
    """The views in the rail; the one that is looked at is among them."""
    found = views_of(asking)
    first = found[:_IN_RAIL]
    current = [each for each in found[_IN_RAIL:] if each.is_current]
    return [*first[: _IN_RAIL - len(current)], *current]


def current_view(asking: Asking) -> Entry | None:
    """The view that the page began with."""
    return next((each for each in views_of(asking) if each.is_current), None)


def said_saved(name: str) -> str:
    """What is told of a view that was saved."""
    return f"View “{name}” saved"


def said_deleted(name: str) -> str:
    """What is told of one that was deleted."""
    return f"View “{name}” deleted"


def undo_of(asking: Asking) -> Undo | None:
    """The way back from what the page tells was done, where there is one."""
    if not asking.told or asking.who.kind != "user":
        return None
    with asking.app.state.reading() as connection:
        latest = newest_change(connection, asking.who.id)
    if latest is None:
        return None
    ways = {
        said_saved(latest.name): (latest.deleted is None, "delete"),
        said_deleted(latest.name): (latest.deleted is not None, "restore"),
    }
    holds, way = ways.get(asking.told, (False, ""))
    return Undo(f"/views/{latest.id}/{way}") if holds else None


def word_of(number: int) -> str:
    """A view as addresses name it: v12."""
    return f"v{number}"


def _entry(asking: Asking, view: SavedView) -> Entry:
    word = word_of(view.id)
    is_current = asking.view.saved == word
    stored = f"{view.path}?{view.query}"
    return Entry(
        view,
        f"{stored}&view={word}",
        view.user == asking.who.id,
        is_current,
        is_current and address_to_save(asking.view) != stored,
    )


def leaving(asking: Asking) -> str:
    """The page that is looked at, as exports name it: a view as it was saved, or its address."""
    current = current_view(asking)
    if current is not None and not current.is_changed:
        return word_of(current.view.id)
    return address_to_save(asking.view)


def address_to_save(view: View) -> str:
    """The address of a page as a view keeps it: the first page of its tables, no drawer."""
    return replace(view.changed(), evidence="").fixed()
