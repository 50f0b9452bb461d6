"""Saved views: addresses under a name, somebody's own and those that others share.

A view holds an address and nothing else: whoever opens a shared one sees what their own rights
let them see. Users have views; keys open shared ones, and the operator those of everybody.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import parse_qsl

from sqlalchemy import Connection

from vaultmeter.access.users import user_seen
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound
from vaultmeter.model.instants import text_of
from vaultmeter.state.saved_views import (
    SavedView,
    add_view,
    change_view,
    every_view,
    forget_deleted,
    view_of,
    views_held,
    views_seen,
)

MOST = 100
"""Views that one reader may have."""
LONGEST_NAME = 80
_LONGEST_ADDRESS = 2_000
_RESTORED_FOR = timedelta(days=1)
_TRANSIENT = frozenset({"view", "evidence"})
"""Words of an address that no view keeps."""
_LONGEST_NUMBER = 9


def seen(app: App, who: Principal) -> list[SavedView]:
    """The views that somebody can open: their own first, each kind by name."""
    who.require(Permission.REPORTS)
    with app.state.reading() as connection:
        return _seen(connection, who)


def opened(app: App, who: Principal, word: str | int) -> SavedView:
    """The view of a number (12, v12), or of a name, their own before others'.

    Raises `NotFound`, and `Invalid` for a name that several others have.
    """
    found, text = seen(app, who), str(word)
    number = number_of(text)
    fitting = [each for each in found if each.id == number]
    fitting = fitting or [each for each in found if each.name == text]
    own = [each for each in fitting if (who.kind, who.id) == ("user", each.user)]
    fitting = own or fitting
    if len(fitting) > 1:
        known = ", ".join(f"v{each.id} of {each.owner}" for each in fitting)
        raise Invalid(f"Several views are called {text[:100]!r}: {known}.", "Give the number.")
    if not fitting:
        raise NotFound(
            f"There is no view {text[:100]!r} that you can open.",
            "vaultmeter views list shows all.",
        )
    return fitting[0]


def add(
    app: App,
    who: Principal,
    name: str,
    address: str,
    *,
    is_shared: bool = False,
    user: str | None = None,
) -> SavedView:
    """Keep the address of a page under a name; the operator names the `user` whose it is.

    Raises `Invalid`, `Exists` for a name of the same user's, `NotFound`, and `Forbidden`.
    """
    name, kept = _named(name), _address(address)
    now = app.clock()
    with app.access.keeping() as connection:
        owner = _owner(connection, who, user)
        if views_held(connection, owner) >= MOST:
            raise Invalid(f"There are {MOST} views of yours already.", "Delete some first.")
        _check_free(views_seen(connection, owner), owner, name)
        number = add_view(connection, owner, name, kept, now, is_shared=is_shared)
        made = _kept(view_of(connection, owner, number))
    _told_share(app, who, name, is_shared=is_shared)
    return made


def rename(app: App, who: Principal, number: int, name: str) -> SavedView:
    """Give a view another name. Raises `NotFound`, `Invalid`, `Exists`."""
    name = _named(name)
    with app.access.keeping() as connection:
        view = _own(connection, who, number)
        others = [each for each in views_seen(connection, view.user) if each.id != number]
        _check_free(others, view.user, name)
        change_view(connection, number, name=name)
        return _own(connection, who, number)


def share(app: App, who: Principal, number: int, *, is_shared: bool) -> SavedView:
    """Let everybody open a view, or nobody else any more; raises `NotFound`."""
    with app.access.keeping() as connection:
        view = _own(connection, who, number)
        change_view(connection, number, is_shared=is_shared)
        changed = _own(connection, who, number)
    _told_share(app, who, view.name, is_shared=is_shared, was_shared=view.is_shared)
    return changed


def update(app: App, who: Principal, number: int, address: str) -> SavedView:
    """Let a view hold another address; raises `NotFound` and `Invalid`."""
    path, query = _address(address)
    with app.access.keeping() as connection:
        _own(connection, who, number)
        change_view(connection, number, path=path, query=query)
        return _own(connection, who, number)


def delete(app: App, who: Principal, number: int) -> SavedView:
    """Delete a view; it can be restored for a day. Raises `NotFound`."""
    now = app.clock()
    with app.access.keeping() as connection:
        view = _own(connection, who, number)
        change_view(connection, number, deleted=now)
        forget_deleted(connection, now - _RESTORED_FOR)
    return view


def restore(app: App, who: Principal, number: int) -> SavedView:
    """Bring a view back that was deleted; raises `NotFound`."""
    with app.access.keeping() as connection:
        view = _own(connection, who, number, deleted=True)
        change_view(connection, number, deleted=None)
    return view


def listed(app: App, who: Principal) -> Object:
    """The views that somebody can open, as JSON has them."""
    return {"rows": [plain(each, who) for each in seen(app, who)], "next": None}


def show(app: App, who: Principal, view: str) -> Object:
    """A view by its number or name, as JSON has it; raises as `opened`."""
    return plain(opened(app, who, view), who)


def make(
    app: App,
    who: Principal,
    name: str,
    address: str,
    *,
    shared: bool = False,
    user: str | None = None,
) -> Object:
    """Keep an address under a name; raises as `add`."""
    return plain(add(app, who, name, address, is_shared=shared, user=user), who)


def change(
    app: App,
    who: Principal,
    view: str,
    *,
    name: str | None = None,
    address: str | None = None,
    shared: bool | None = None,
) -> Object:
    """Change what is given of a view; raises as `rename`, `update` and `share`."""
    found = opened(app, who, view)
    if name is not None:
        found = rename(app, who, found.id, name)
    if address is not None:
        found = update(app, who, found.id, address)
    if shared is not None:
        found = share(app, who, found.id, is_shared=shared)
    return plain(found, who)


def remove(app: App, who: Principal, view: str) -> Object:
    """Delete a view; raises as `opened` and `delete`."""
    return plain(delete(app, who, opened(app, who, view).id), who)


def plain(view: SavedView, who: Principal) -> Object:
    """A view as JSON has it."""
    return {
        "id": view.id,
        "name": view.name,
        "address": f"{view.path}?{view.query}" if view.query else view.path,
        "owner": view.owner,
        "own": (who.kind, who.id) == ("user", view.user),
        "shared": view.is_shared,
        "created": text_of(view.created),
    }


def number_of(word: str) -> int | None:
    """The number of a view as people write it: 12 or v12; `None` for other words."""
    text = word.removeprefix("v")
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else None


def _seen(connection: Connection, who: Principal) -> list[SavedView]:
    if who.kind == "user":
        return views_seen(connection, who.id)
    every = every_view(connection)
    return every if who.kind == "operator" else [each for each in every if each.is_shared]


def _owner(connection: Connection, who: Principal, user: str | None) -> int:
    """Whose view it is to be; raises `Forbidden`, `Invalid` and `NotFound`."""
    who.require(Permission.REPORTS)
    if who.kind == "operator":
        if user is None:
            raise Invalid("A view is somebody's.", "Name the user whose it is to be: --user NAME.")
        return user_seen(connection, who, user).id
    if who.kind != "user":
        raise Forbidden("Only users have views.", "Sign in with a name and a password.")
    if user is not None and user != who.name:
        raise Forbidden("A view is made by whose it is.", "Leave the user out.")
    return who.id


def _own(
    connection: Connection, who: Principal, number: int, *, deleted: bool = False
) -> SavedView:
    """A view that somebody may change; raises `Forbidden` and `NotFound`."""
    who.require(Permission.REPORTS)
    if who.kind == "operator":
        user = next((each.user for each in every_view(connection) if each.id == number), 0)
    elif who.kind == "user":
        user = who.id
    else:
        raise Forbidden("Only users have views.", "Sign in with a name and a password.")
    view = view_of(connection, user, number)
    if view is None or (view.deleted is not None) != deleted:
        raise NotFound("There is no such view of yours.", "It may have been deleted.")
    return view


def _kept(view: SavedView | None) -> SavedView:
    if view is None:
        raise NotFound("There is no such view of yours.", "It may have been deleted.")
    return view


def _address(address: str) -> tuple[str, str]:
    """Path and query of an address to keep; raises `Invalid`."""
    is_local = address.startswith("/") and not address.startswith(("//", "/\\"))
    if not is_local or not address.isprintable() or len(address) > _LONGEST_ADDRESS:
        raise Invalid("This address cannot be kept.", "Save the view from its own page.")
    path, _, query = address.partition("?")
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


def _told_share(
    app: App, who: Principal, name: str, *, is_shared: bool, was_shared: bool = False
) -> None:
    """Note in the trail what others come to see, or see no more."""
    if is_shared != was_shared:
        app.access.note(who, "view.share" if is_shared else "view.unshare", name)
