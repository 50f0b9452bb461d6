"""What managers of roles may do with them: within what they may do themselves, and no further."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import SetClock

from vaultmeter.access import key_acts, role_acts
from vaultmeter.access.access import Access
from vaultmeter.access.levels import LEVELS
from vaultmeter.model.access import ADMIN, BUILT_IN, Object, Permission, Principal, Role
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound
from vaultmeter.state.database import State
from vaultmeter.state.tables import TRAIL

OPERATOR = Principal.operator()
SUB = Principal(
    "key",
    1,
    "sub",
    (
        Role("acme", usage_reports="all", accounts=("acme",)),
        Role("people", manages=frozenset({Permission.ROLES}), accounts=("acme",)),
    ),
)
"""A manager of roles of one account, who sees its reports."""


class Folder:
    """A folder, as far as who may do what is concerned."""

    def __init__(self, path: Path) -> None:
        """Open it."""
        clock = SetClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
        self.access = Access(State(path), clock, path)


@pytest.fixture
def folder(nobody_there: Path) -> Folder:
    """Give a new folder."""
    return Folder(nobody_there)


def names(told: Object) -> list[str]:
    """Take the names out of a list."""
    return [str(row["name"]) for row in told["rows"]]


def acts(folder: Folder) -> list[tuple[str, str, str]]:
    """Read who did what to what."""
    with folder.access.state.reading() as connection:
        rows = connection.execute(select(TRAIL).order_by(TRAIL.c.seq))
        return [(row.who, row.act, row.object) for row in rows]


def test_a_role_is_told_as_it_was_asked_for(folder: Folder) -> None:
    """Every field comes back; what was left out gives nothing."""
    given: dict[str, Any] = {
        "name": "finance",
        "description": "Department",
        "usage_reports_access": "all",
        "analytics_access": "own",
        "accounts": ["acme/finance"],
        "products": ["sm"],
        "manages": ["limits", "sources"],
        "levels": {"audit-access": "own", "isi-access": "none"},
        "delete_protection": True,
    }
    made = role_acts.make_role(folder, OPERATOR, **given)
    told = role_acts.get_role(folder, OPERATOR, "finance")
    assert told == made
    assert {name: told[name] for name in given} == given | {"levels": {"audit-access": "own"}}
    bare = role_acts.make_role(folder, OPERATOR, name="bare")
    assert (bare["usage_reports_access"], bare["manages"], bare["accounts"]) == ("none", [], None)


def test_only_what_is_given_is_changed(folder: Folder) -> None:
    """The rest of a role stays as it is; `None` takes a narrowing back."""
    role_acts.make_role(
        folder, OPERATOR, name="r", usage_reports_access="all", accounts=["acme"], manages=["trail"]
    )
    before = role_acts.get_role(folder, OPERATOR, "r")
    after = role_acts.change_role(folder, OPERATOR, "r", accounts=None, name="s")
    assert {name for name in before if before[name] != after[name]} == {"name", "accounts"}
    assert after["accounts"] is None
    with pytest.raises(NotFound):
        role_acts.get_role(folder, OPERATOR, "r")


@pytest.mark.parametrize(
    "given",
    [
        {"usage_reports_access": "own"},
        {"usage_reports_access": "bogus"},
        {"analytics_access": "scoped"},
        {"manages": ["everything"]},
        {"manages": ["reports"]},
        {"products": ["vault"]},
        {"products": []},
        {"accounts": []},
        {"accounts": ["acme/*"]},
        {"levels": {"audit": "own"}},
        {"levels": {"event-forwarders-access": "own"}},
        {"is_admin": True},
        {"id": 1},
    ],
)
def test_what_a_role_cannot_have_is_refused(folder: Folder, given: dict[str, Any]) -> None:
    """A word or a field that there is not makes no role, and is in no trail."""
    with pytest.raises(Invalid):
        role_acts.make_role(folder, OPERATOR, name="r", **given)
    assert names(role_acts.list_roles(folder, OPERATOR)) == ["admin", "reader"]
    assert acts(folder) == []


def test_every_level_is_kept(folder: Folder) -> None:
    """Every area takes each of its words and tells it back; `none` is not kept."""
    for area, words in LEVELS.items():
        for word in words:
            name = f"{area} {word}"
            made = role_acts.make_role(folder, OPERATOR, name=name, levels={area: word})
            assert made["levels"] == ({} if word == "none" else {area: word})


@pytest.mark.parametrize("role", [role.name for role in BUILT_IN])
def test_built_in_roles_stay(folder: Folder, role: str) -> None:
    """Nobody changes or deletes the roles that exist from the start."""
    with pytest.raises(Invalid):
        role_acts.change_role(folder, OPERATOR, role, description="x")
    with pytest.raises(Invalid):
        role_acts.drop_role(folder, OPERATOR, role)


def test_a_manager_of_a_part_is_shown_that_part(folder: Folder) -> None:
    """Roles and keys of other accounts are not listed, not told of, and not found."""
    for name, accounts in (("own", ["acme/eu"]), ("other", ["globex"]), ("all", None)):
        role_acts.make_role(
            folder, OPERATOR, name=name, usage_reports_access="all", accounts=accounts
        )
        key_acts.make_key(folder, OPERATOR, f"key of {name}", [name])
    assert names(role_acts.list_roles(folder, SUB)) == ["own"]
    assert names(key_acts.list_keys(folder, SUB)) == ["key of own"]
    for act in (role_acts.get_role, role_acts.drop_role):
        with pytest.raises(NotFound) as error:
            act(folder, SUB, "other")
        assert "globex" not in error.value.hint
        assert "all" not in error.value.hint
    with pytest.raises(NotFound):
        key_acts.drop_key(folder, SUB, "key of other")
    with pytest.raises(NotFound):
        role_acts.give_role(folder, SUB, "all", "key", "key of own")


@pytest.mark.parametrize(
    "given",
    [
        {"usage_reports_access": "all"},
        {"usage_reports_access": "all", "accounts": ["globex"]},
        {"usage_reports_access": "all", "accounts": ["acme", "globex"]},
        {"analytics_access": "own", "accounts": ["acme"]},
        {"manages": ["trail"], "accounts": ["acme"]},
        {"description": "of nothing, for everybody"},
    ],
)
def test_a_manager_of_a_part_gives_no_more(folder: Folder, given: dict[str, Any]) -> None:
    """A role of more than its maker may do is refused, also by changing one that is there."""
    own = {"usage_reports_access": "all", "accounts": ["acme/eu"]}
    with pytest.raises(Forbidden):
        role_acts.make_role(folder, SUB, name="more", **given)
    role_acts.make_role(folder, SUB, name="own", **own)
    with pytest.raises(Forbidden):
        role_acts.change_role(folder, SUB, "own", **{"accounts": None, **given})
    assert role_acts.get_role(folder, SUB, "own")["accounts"] == ["acme/eu"]


def test_own_analytics_do_not_give_all(folder: Folder) -> None:
    """Somebody with the level own does not hand out the level all."""
    may = Role("may", analytics="own", manages=frozenset({Permission.ROLES}))
    who = Principal("user", 1, "ada", (may,))
    role_acts.make_role(folder, who, name="own", analytics_access="own")
    with pytest.raises(Forbidden):
        role_acts.make_role(folder, who, name="all", analytics_access="all")
    whole = Principal("user", 2, "bob", (replace(may, analytics="all"),))
    assert role_acts.make_role(folder, whole, name="all", analytics_access="all")


def test_whoever_manages_no_roles_does_nothing(folder: Folder) -> None:
    """Every act on roles and keys is refused to somebody without the permission."""
    who = Principal("user", 1, "ada", (Role("r", usage_reports="all", analytics="all"),))
    refused: tuple[Callable[[], object], ...] = (
        lambda: role_acts.list_roles(folder, who),
        lambda: role_acts.get_role(folder, who, "reader"),
        lambda: role_acts.make_role(folder, who, name="x"),
        lambda: role_acts.change_role(folder, who, "reader", description="x"),
        lambda: role_acts.drop_role(folder, who, "reader"),
        lambda: role_acts.give_role(folder, who, "reader", "user", "ada"),
        lambda: role_acts.take_role(folder, who, "reader", "user", "ada"),
        lambda: role_acts.take_membership(folder, who, "ass-x"),
        lambda: key_acts.list_keys(folder, who),
        lambda: key_acts.make_key(folder, who, "x"),
        lambda: key_acts.drop_key(folder, who, "x"),
    )
    for act in refused:
        with pytest.raises(Forbidden):
            act()
    assert acts(folder) == []


def test_a_role_is_given_once_and_taken(folder: Folder) -> None:
    """A key has a role from when it is given, once, until it is taken."""
    role_acts.make_role(folder, OPERATOR, name="r", usage_reports_access="all")
    key = key_acts.make_key(folder, OPERATOR, "k")
    bearer = f"{key['access_id']}:{key['access_key']}"
    given = role_acts.give_role(folder, OPERATOR, "r", "key", "k")
    assert folder.access.bearer(bearer).permissions == {Permission.REPORTS}
    assert role_acts.get_role(folder, OPERATOR, "r")["members"] == [
        {"id": given["id"], "kind": "key", "name": "k"}
    ]
    with pytest.raises(Exists):
        role_acts.give_role(folder, OPERATOR, "r", "key", "k")
    assert role_acts.take_role(folder, OPERATOR, "r", "key", "k") == given
    assert not folder.access.bearer(bearer).permissions
    for kind, name in (("key", "k"), ("user", "nobody"), ("group", "k")):
        with pytest.raises(NotFound):
            role_acts.take_role(folder, OPERATOR, "r", kind, name)
    with pytest.raises(Invalid):
        role_acts.give_role(folder, OPERATOR, "r", "robot", "k")


def test_a_deleted_role_gives_nothing(folder: Folder) -> None:
    """Whoever had a role that is deleted has it no more, and a new one of its name is another."""
    role_acts.make_role(folder, OPERATOR, name="r", usage_reports_access="all")
    key = key_acts.make_key(folder, OPERATOR, "k", ["r"])
    bearer = f"{key['access_id']}:{key['access_key']}"
    assert folder.access.bearer(bearer).permissions
    role_acts.drop_role(folder, OPERATOR, "r")
    role_acts.make_role(folder, OPERATOR, name="r", usage_reports_access="all")
    assert not folder.access.bearer(bearer).permissions


def test_changes_are_in_the_trail_with_what_was_before(folder: Folder) -> None:
    """Each act has its row; that of a change says what it was and what it is, and no more."""
    role_acts.make_role(folder, OPERATOR, name="r")
    role_acts.change_role(folder, OPERATOR, "r", usage_reports_access="all")
    key_acts.make_key(folder, OPERATOR, "k", ["r"])
    role_acts.take_role(folder, OPERATOR, "r", "key", "k")
    key_acts.drop_key(folder, OPERATOR, "k")
    role_acts.drop_role(folder, OPERATOR, "r")
    assert acts(folder) == [
        ("operator", "role.create", "r"),
        ("operator", "role.update", "r"),
        ("operator", "key.create", "k"),
        ("operator", "role.take", "r"),
        ("operator", "key.delete", "k"),
        ("operator", "role.delete", "r"),
    ]
    with folder.access.state.reading() as connection:
        (details,) = connection.execute(
            select(TRAIL.c.details).where(TRAIL.c.act == "role.update")
        ).one()
    assert details == (
        '{"after": {"usage_reports_access": "all"}, "before": {"usage_reports_access": "none"}}'
    )


def test_the_operator_may_everything() -> None:
    """Nothing that the built-in role of everything gives is kept from the operator."""
    assert Principal.operator().permissions == ADMIN.permissions == set(Permission)
