"""Saved views: whose they are, who sees them, and how long a deleted one can come back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vaultmeter.access.users import insert_user
from vaultmeter.state.database import State
from vaultmeter.state.saved_views import (
    add_view,
    change_view,
    forget_deleted,
    newest_change,
    view_of,
    views_held,
    views_seen,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HERE = ("/product-usage", "range=last-week")


def test_views_are_seen_by_their_owner_and_where_shared(tmp_path: Path) -> None:
    """One's own come first, then shared ones of others; each kind by name, whatever its case."""
    with State(tmp_path).changing() as connection:
        ann, bob = (insert_user(connection, name, "", "x", NOW) for name in ("ann", "bob"))
        for name, is_shared in (("beta", False), ("Alpha", True), ("gamma", True)):
            add_view(connection, ann, name, HERE, NOW, is_shared=is_shared)
        own = add_view(connection, bob, "zeta", HERE, NOW, is_shared=False)
        assert [view.name for view in views_seen(connection, ann)] == ["Alpha", "beta", "gamma"]
        seen = views_seen(connection, bob)
        assert [(view.name, view.owner) for view in seen] == [
            ("zeta", "bob"),
            ("Alpha", "ann"),
            ("gamma", "ann"),
        ]
        assert (seen[0].path, seen[0].query, seen[0].created) == (*HERE, NOW)
        assert view_of(connection, ann, own) is None


def test_a_deleted_view_is_forgotten_later(tmp_path: Path) -> None:
    """Until then it can be restored, and its number never comes again."""
    with State(tmp_path).changing() as connection:
        ann = insert_user(connection, "ann", "", "x", NOW)
        first = add_view(connection, ann, "first", HERE, NOW, is_shared=True)
        change_view(connection, first, deleted=NOW + timedelta(hours=1))
        assert views_seen(connection, ann) == []
        assert views_held(connection, ann) == 0
        latest = newest_change(connection, ann)
        assert latest is not None
        assert (latest.id, latest.deleted) == (first, NOW + timedelta(hours=1))
        assert forget_deleted(connection, NOW) == 0
        assert forget_deleted(connection, NOW + timedelta(days=1)) == 1
        assert view_of(connection, ann, first) is None
        assert add_view(connection, ann, "second", HERE, NOW, is_shared=False) > first
