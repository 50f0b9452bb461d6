"""Saved views: addresses under a name, a reader's own and those that others share.

A view holds an address and nothing else: whoever opens a shared one sees what their own rights
let them see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl

from vaultmeter.console.asking import Asking
from vaultmeter.console.door import local_path
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound
from vaultmeter.state.saved_views import (
    SavedView,
    add_view,
    change_view,
    forget_deleted,
    newest_change,
    view_of,
    views_held,
    views_seen,
)
from vaultmeter.views.view import View

MOST = 100
"""Views that one reader may have."""
LONGEST_NAME = 80
_LONGEST_ADDRESS = 2_000
_IN_RAIL = 7
_RESTORED_FOR = timedelta(days=1)
_TRANSIENT = frozenset({"view", "evidence"})
"""Words of an address that no view keeps."""


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
    if not _may(asking):
        return []
    with asking.app.state.reading() as connection:
        found = views_seen(connection, asking.who.id)
    return [_entry(asking, view) for view in found]


def rail_views(asking: Asking) -> list[Entry]:
    """The views in the rail; the one that is looked at is among them."""
    found = views_of(asking)
    first = found[:_IN_RAIL]
    current = [each for each in found[_IN_RAIL:] if each.is_current]
    return [*first[: _IN_RAIL - len(current)], *current]


def current_view(asking: Asking) -> Entry | None:
    """The view that the page began with."""
    return next((each for each in views_of(asking) if each.is_current), None)


def save_view(asking: Asking, name: str, back: str, *, is_shared: bool) -> int:
    """Keep the address of a page under a name; answers its number.

    Raises `Invalid`, `Exists` for a name of the reader's own, and `Forbidden`.
    """
    user = _user(asking)
    name, address = _named(name), _address(back)
    with asking.app.access.keeping() as connection:
        if views_held(connection, user) >= MOST:
            raise Invalid(f"There are {MOST} views of yours already.", "Delete some first.")
        _check_free(views_seen(connection, user), user, name)
        number = add_view(connection, user, name, address, asking.now, is_shared=is_shared)
    _told_share(asking, name, is_shared=is_shared)
    return number


def rename_view(asking: Asking, number: int, name: str) -> str:
    """Give a view another name; answers it. Raises `NotFound`, `Invalid`, `Exists`."""
    name = _named(name)
    with asking.app.access.keeping() as connection:
        view = _own(view_of(connection, _user(asking), number))
        others = [each for each in views_seen(connection, view.user) if each.id != number]
        _check_free(others, view.user, name)
        change_view(connection, number, name=name)
    return name


def share_view(asking: Asking, number: int, *, is_shared: bool) -> SavedView:
    """Let everybody open a view, or nobody else any more; raises `NotFound`."""
    with asking.app.access.keeping() as connection:
        view = _own(view_of(connection, _user(asking), number))
        change_view(connection, number, is_shared=is_shared)
    _told_share(asking, view.name, is_shared=is_shared, was_shared=view.is_shared)
    return view


def update_view(asking: Asking, number: int, back: str) -> SavedView:
    """Let a view hold another address; raises `NotFound` and `Invalid`."""
    path, query = _address(back)
    with asking.app.access.keeping() as connection:
        view = _own(view_of(connection, _user(asking), number))
        change_view(connection, number, path=path, query=query)
    return view


def delete_view(asking: Asking, number: int) -> SavedView:
    """Delete a view; it can be restored for a day. Raises `NotFound`."""
    now = asking.now
    with asking.app.access.keeping() as connection:
        view = _own(view_of(connection, _user(asking), number))
        change_view(connection, number, deleted=now)
        forget_deleted(connection, now - _RESTORED_FOR)
    return view


def restore_view(asking: Asking, number: int) -> SavedView:
    """Bring a view back that was deleted; raises `NotFound`."""
    with asking.app.access.keeping() as connection:
        view = _own(view_of(connection, _user(asking), number), deleted=True)
        change_view(connection, number, deleted=None)
    return view


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


def address_to_save(view: View) -> str:
    """The address of a page as a view keeps it: the first page of its tables, no drawer."""
    return replace(view.changed(), evidence="").fixed()


def _address(back: str) -> tuple[str, str]:
    """Path and query of an address to keep; raises `Invalid`."""
    if local_path(back) != back or len(back) > _LONGEST_ADDRESS:
        raise Invalid("This address cannot be kept.", "Save the view from its own page.")
    path, _, query = back.partition("?")
    if {name for name, _ in parse_qsl(query)} & _TRANSIENT:
        raise Invalid("This address cannot be kept.", "Save the view from its own page.")
    return path, query


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise Invalid("A view needs a name.", "Write what it shows, such as: Finance, last month.")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has up to {LONGEST_NAME} letters.", "Choose a shorter one.")
    return name


def _check_free(views: Sequence[SavedView], user: int, name: str) -> None:
    if any(each.user == user and each.name == name for each in views):
        raise Exists(f"There is a view “{name}” of yours already.", "Choose another name.")


def _own(view: SavedView | None, *, deleted: bool = False) -> SavedView:
    if view is None or (view.deleted is not None) != deleted:
        raise NotFound("There is no such view of yours.", "It may have been deleted.")
    return view


def _may(asking: Asking) -> bool:
    return asking.who.kind == "user" and asking.may(Permission.REPORTS)


def _user(asking: Asking) -> int:
    asking.who.require(Permission.REPORTS)
    if asking.who.kind != "user":
        raise Forbidden("Only users have views.", "Sign in with a name and a password.")
    return asking.who.id


def _told_share(asking: Asking, name: str, *, is_shared: bool, was_shared: bool = False) -> None:
    """Note in the trail what others come to see, or see no more."""
    if is_shared != was_shared:
        act = "view.share" if is_shared else "view.unshare"
        asking.app.access.note(asking.who, act, name)
