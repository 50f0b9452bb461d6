"""Who somebody is, and what follows when that changes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.conftest import SetClock

from vaultmeter.access import keys, sessions
from vaultmeter.access.access import Access
from vaultmeter.access.roles import add_member, create_role, role_named
from vaultmeter.model.access import ADMIN, Permission, Principal, Role
from vaultmeter.model.errors import Forbidden, Unauthenticated
from vaultmeter.state.database import State

OPERATOR = Principal.operator()


@pytest.fixture
def clock() -> SetClock:
    """Give a clock that stands still."""
    return SetClock(datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.fixture
def access(tmp_path: Path, clock: SetClock) -> Access:
    """Give the access of a new folder."""
    return Access(State(tmp_path), clock, tmp_path)


def made(access: Access, role: Role, expires: datetime | None = None) -> str:
    """Make a key with a new role; answers what it brings to requests."""
    with access.noting(OPERATOR, "test") as connection:
        held = create_role(connection, OPERATOR, role, access.clock())
        key, text = keys.create_key(connection, f"key of {role.name}", access.clock(), expires)
        add_member(connection, OPERATOR, held, "key", key.id)
    return f"{key.access_id}:{text}"


def test_a_key_may_do_what_its_roles_give(access: Access) -> None:
    """A key is known by its id and itself together, and sees what its role lets it see."""
    who = access.bearer(made(access, Role("eu", usage_reports="all", accounts=("acme/eu",))))
    assert who.permissions == {Permission.REPORTS}
    assert who.viewer().accounts == ("acme/eu",)
    with pytest.raises(Forbidden):
        who.require(Permission.ROLES)


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 16)])
def test_a_wrong_key_is_nobody(access: Access, cut: slice) -> None:
    """What lacks a character of id or key opens nothing."""
    with pytest.raises(Unauthenticated):
        access.bearer(made(access, Role("r", usage_reports="all"))[cut])


def test_a_changed_role_holds_at_once(access: Access) -> None:
    """Whoever was let in is asked again as soon as anything has changed."""
    brought = made(access, Role("r", usage_reports="all"))
    assert access.bearer(brought).permissions
    with access.noting(OPERATOR, "test") as connection:
        keys.delete_key(connection, "key of r")
    with pytest.raises(Unauthenticated):
        access.bearer(brought)


def test_keys_and_sessions_end_on_time(access: Access, clock: SetClock) -> None:
    """A key ends when it expires, and so does a token that was made with it."""
    end = clock.now + timedelta(minutes=10)
    brought = made(access, Role("r", usage_reports="all"), end)
    who = access.bearer(brought)
    with access.changing() as connection:
        _, token = sessions.begin(connection, "token", (who.kind, who.id), clock.now, end)
    assert access.bearer(token).name == who.name
    clock.advance(minutes=10)
    for text in (brought, token):
        with pytest.raises(Unauthenticated):
            access.bearer(text)


def test_nobody_hands_out_more_than_they_have(access: Access) -> None:
    """A manager of roles for one account makes roles of that account, and no others."""
    own = Role("own", manages=frozenset({Permission.ROLES}), accounts=("acme",))
    who = access.bearer(made(access, own))
    with access.changing() as connection:
        create_role(
            connection,
            who,
            Role("finance", manages=frozenset({Permission.ROLES}), accounts=("acme/finance",)),
            access.clock(),
        )
        for role in (Role("all", usage_reports="all"), Role("x", manages=own.manages)):
            with pytest.raises(Forbidden):
                create_role(connection, who, role, access.clock())
        with pytest.raises(Forbidden):
            add_member(connection, who, role_named(connection, ADMIN.name), "key", who.id)
