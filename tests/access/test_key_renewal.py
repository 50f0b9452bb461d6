"""Keys that stay, with another secret or another end: what opens from then on, and what not."""

from pathlib import Path

import pytest
from tests.access.test_keys import NOBODY, OPERATOR, Folder

from vaultmeter.access import key_acts, key_renewal
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.model.errors import Forbidden, Invalid, NotFound, Unauthenticated


@pytest.fixture
def folder(nobody_there: Path) -> Folder:
    """Give a new folder."""
    return Folder(nobody_there)


def _token(folder: Folder, made: dict[str, str]) -> str:
    told = key_acts.authenticate(folder, NOBODY, made["access_id"], made["access_key"])
    return str(told["token"])


def test_a_rotated_key_leaves_nothing_of_the_old_one(folder: Folder) -> None:
    """Another key opens the same access id; the old one and its tokens open nothing any more."""
    old = key_acts.make_key(folder, OPERATOR, "k", ["reader"])
    token = _token(folder, old)
    assert folder.access.bearer(token).name == "k"
    new = key_renewal.rotate_key(folder, OPERATOR, "k")
    assert new["access_id"] == old["access_id"]
    assert folder.access.bearer(_token(folder, new)).permissions >= {Permission.REPORTS}
    for gone in (token, f"{old['access_id']}:{old['access_key']}"):
        with pytest.raises(Unauthenticated):
            folder.access.bearer(gone)


def test_an_earlier_end_holds_for_tokens_too(folder: Folder) -> None:
    """Nobody stays signed in with a key for longer than it may be used."""
    made = key_acts.make_key(folder, OPERATOR, "k", ["reader"])
    token = _token(folder, made)
    told = key_renewal.expire_key(folder, OPERATOR, "k", "2026-11-22T12:10:00Z")
    assert told["expires"] == "2026-11-22T12:10:00Z"
    folder.clock.advance(minutes=9)
    assert folder.access.bearer(token).name == "k"
    folder.clock.advance(minutes=2)
    with pytest.raises(Unauthenticated):
        folder.access.bearer(token)
    assert key_renewal.expire_key(folder, OPERATOR, "k", None)["expires"] is None
    assert folder.access.bearer(_token(folder, made)).name == "k"


def test_nobody_renews_a_key_that_may_do_more(folder: Folder) -> None:
    """Whoever manages roles alone is refused; whoever is shown no such key does not learn of it."""
    key_acts.make_key(folder, OPERATOR, "k", ["admin"])
    clerk = Role("clerk", manages=frozenset({Permission.ROLES}))
    part = Role("part", manages=frozenset({Permission.ROLES}), accounts=("acme",))
    for role, refusal in ((clerk, Forbidden), (part, NotFound)):
        who = Principal("user", 9, role.name, (role,))
        with pytest.raises(refusal):
            key_renewal.rotate_key(folder, who, "k")
        with pytest.raises(refusal):
            key_renewal.expire_key(folder, who, "k", "2027-01-01")


def test_a_key_ends_in_the_future(folder: Folder) -> None:
    """A day that is over is no end to give."""
    key_acts.make_key(folder, OPERATOR, "k")
    with pytest.raises(Invalid, match="expired already"):
        key_renewal.expire_key(folder, OPERATOR, "k", "2026-11-21")
