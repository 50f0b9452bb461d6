"""Saved views as schedules find them: the owner's own, and those that others share."""

from sqlalchemy import Connection

from vaultmeter.model.errors import NotFound
from vaultmeter.state.saved_views import SavedView, views_seen


def view_of_owner(connection: Connection, kind: str, owner: int, number: int | None) -> SavedView:
    """The saved view of a number that an owner can open; raises `NotFound`."""
    seen = views_seen(connection, owner if kind == "user" else 0)
    for view in seen:
        if view.id == number:
            return view
    raise NotFound(
        f"There is no saved view {number} that the owner of the schedule can open.",
        "Users schedule their own views, and those that are shared.",
    )
