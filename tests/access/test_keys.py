"""Keys of programs: what they open, for how long, and what is kept of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.conftest import SetClock

from vaultmeter.access import key_acts, user_acts
from vaultmeter.access.access import Access
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound, Unauthenticated
from vaultmeter.state.database import State
from vaultmeter.state.tables import SESSION, TRAIL

OPERATOR = Principal.operator()
NOBODY = Principal("nobody", 0, "nobody", (), "192.0.2.1")


class Folder:
    """A folder, as far as who may do what is concerned, with a clock to set."""

    def __init__(self, path: Path) -> None:
        """Open it."""
        self.path = path
        self.clock = SetClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
        self.access = Access(State(path), self.clock, path)

    def refused(self) -> list[tuple[str, str]]:
        """Read the refused sign-ins: what was named, and the result."""
        with self.access.state.reading() as connection:
            statement = select(TRAIL.c.object, TRAIL.c.result).where(TRAIL.c.result != "ok")
            return [(row.object, row.result) for row in connection.execute(statement)]


@pytest.fixture
def folder(nobody_there: Path) -> Folder:
    """Give a new folder."""
    return Folder(nobody_there)


def test_a_key_is_kept_as_a_hash(folder: Folder) -> None:
    """The key itself is in no file of the folder and in no list; its access id is."""
    made = key_acts.make_key(folder, OPERATOR, "k", ["reader"])
    (listed,) = key_acts.list_keys(folder, OPERATOR)["rows"]
    assert made.pop("access_key").startswith("vm_key_")
    assert listed == made
    key = key_acts.make_key(folder, OPERATOR, "k2")["access_key"]
    held = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
    assert made["access_id"].encode() in held
    assert key.encode() not in held


def test_a_key_signs_in_for_an_hour(folder: Folder) -> None:
    """A token opens what the key does, until it ends."""
    made = key_acts.make_key(folder, OPERATOR, "k", ["reader"])
    token = key_acts.authenticate(folder, NOBODY, made["access_id"], made["access_key"])["token"]
    assert folder.access.bearer(token).permissions == {Permission.REPORTS, Permission.ANALYTICS}
    folder.clock.advance(minutes=59, seconds=59)
    assert folder.access.bearer(token).name == "k"
    folder.clock.advance(seconds=1)
    with pytest.raises(Unauthenticated):
        folder.access.bearer(token)


@pytest.mark.parametrize(("minutes", "ends"), [(0, 60), (1, 1), (90, 90), (1440, 1440)])
def test_a_key_says_how_long_its_tokens_hold(folder: Folder, minutes: int, ends: int) -> None:
    """Tokens hold as many minutes as the key says, an hour unless it does."""
    made = key_acts.make_key(folder, OPERATOR, "k", settings={"jwt_ttl": minutes})
    session, _ = key_acts.sign_in(
        folder.access, made["access_id"], made["access_key"], NOBODY, "agent"
    )
    assert session.expires - folder.clock() == timedelta(minutes=ends)


@pytest.mark.parametrize("minutes", [-1, 1441])
def test_tokens_hold_a_day_at_most(folder: Folder, minutes: int) -> None:
    """A key whose tokens would hold longer, or less than nothing, is not made."""
    with pytest.raises(Invalid):
        key_acts.make_key(folder, OPERATOR, "k", settings={"jwt_ttl": minutes})


def test_a_token_ends_with_its_key(folder: Folder) -> None:
    """A token that would outlive its key ends with it, and so does signing in."""
    made = key_acts.make_key(
        folder, OPERATOR, "k", expires="2026-11-22T12:10:00Z", settings={"jwt_ttl": 1440}
    )
    key = (made["access_id"], made["access_key"])
    token = key_acts.authenticate(folder, NOBODY, *key)["token"]
    folder.clock.advance(minutes=10)
    with pytest.raises(Unauthenticated):
        folder.access.bearer(token)
    with pytest.raises(Unauthenticated):
        key_acts.authenticate(folder, NOBODY, *key)


def test_a_day_is_included(folder: Folder) -> None:
    """A key that expires on a day holds to the end of it, UTC."""
    made = key_acts.make_key(folder, OPERATOR, "k", expires="2026-11-22")
    assert made["expires"] == "2026-11-23T00:00:00Z"


@pytest.mark.parametrize("expires", ["2026-11-21", "soon", "2026-13-01", "9999-12-31", ""])
def test_a_wrong_end_is_refused(folder: Folder, expires: str) -> None:
    """A day that is over, and what is no day, make no key."""
    with pytest.raises(Invalid):
        key_acts.make_key(folder, OPERATOR, "k", expires=expires)
    assert key_acts.list_keys(folder, OPERATOR)["rows"] == []


def test_names_are_taken_once(folder: Folder) -> None:
    """A second key of a name is refused, and so is one with a role that there is not."""
    key_acts.make_key(folder, OPERATOR, "k")
    with pytest.raises(Exists):
        key_acts.make_key(folder, OPERATOR, "k")
    with pytest.raises(NotFound):
        key_acts.make_key(folder, OPERATOR, "other", ["nothing"])
    rows = key_acts.list_keys(folder, OPERATOR)["rows"]
    assert [row["name"] for row in rows] == ["k"]


def test_a_new_key_inherits_nothing_of_a_deleted_one(folder: Folder) -> None:
    """Tokens and roles of a deleted key are gone, also when its number is given again."""
    old = key_acts.make_key(folder, OPERATOR, "old", ["admin"])
    token = key_acts.authenticate(folder, NOBODY, old["access_id"], old["access_key"])["token"]
    key_acts.drop_key(folder, OPERATOR, "old")
    new = key_acts.make_key(folder, OPERATOR, "new")
    assert new["roles"] == []
    for text in (token, f"{old['access_id']}:{old['access_key']}"):
        with pytest.raises(Unauthenticated):
            folder.access.bearer(text)


def test_last_use_is_told(folder: Folder) -> None:
    """A key tells when it was last used, to sign in and as a bearer."""
    made = key_acts.make_key(folder, OPERATOR, "k")
    for minutes, use in (
        (5, lambda: key_acts.authenticate(folder, NOBODY, made["access_id"], made["access_key"])),
        (9, lambda: folder.access.bearer(f"{made['access_id']}:{made['access_key']}")),
    ):
        folder.clock.now = datetime(2026, 11, 22, 12, minutes, tzinfo=UTC)
        use()
        (told,) = key_acts.list_keys(folder, OPERATOR)["rows"]
        assert told["last_used"] == f"2026-11-22T12:{minutes:02}:00Z"


def test_a_key_of_more_is_not_deleted_by_less(folder: Folder) -> None:
    """A manager of roles without reports does not delete the key that sees them."""
    key_acts.make_key(folder, OPERATOR, "k", ["reader"])
    manager = Role("m", manages=frozenset({Permission.ROLES}))
    with pytest.raises(Forbidden):
        key_acts.drop_key(folder, Principal("user", 1, "ada", (manager,)), "k")
    assert len(key_acts.list_keys(folder, OPERATOR)["rows"]) == 1


def test_wrong_keys_are_written_down_and_do_not_fill_the_disk(folder: Folder) -> None:
    """The first wrong key is in the trail; of a thousand more, a few are; the right one works."""
    made = key_acts.make_key(folder, OPERATOR, "k")
    for _ in range(1000):
        with pytest.raises(Unauthenticated):
            key_acts.authenticate(folder, NOBODY, made["access_id"], "wrong")
    assert folder.refused() == [(made["access_id"], "refused"), (made["access_id"], "turned away")]
    assert key_acts.authenticate(folder, NOBODY, made["access_id"], made["access_key"])
    folder.clock.advance(hours=1)
    for number in range(1000):
        with pytest.raises(Unauthenticated):
            key_acts.authenticate(folder, NOBODY, f"p-{number}", "wrong")
    assert len(folder.refused()) < 40


def test_a_key_in_the_wrong_place_is_not_written_down(folder: Folder) -> None:
    """A key that is sent as access id is in no trail."""
    made = key_acts.make_key(folder, OPERATOR, "k")
    with pytest.raises(Unauthenticated):
        key_acts.authenticate(folder, NOBODY, made["access_key"], made["access_id"])
    assert folder.refused() == [("", "refused")]


def test_users_sign_in_for_a_token(folder: Folder) -> None:
    """A user gets a token by name or e-mail address and password, and no browser's session."""
    made = user_acts.add_user(folder, OPERATOR, "ada", "ada@example.org", ["reader"])
    for name in ("ada", "ada@example.org"):
        session, token = key_acts.sign_in_with_password(
            folder.access, name, made["password"], None, NOBODY
        )
        assert (session.kind, folder.access.bearer(token).name) == ("token", "ada")
    with folder.access.state.reading() as connection:
        kinds = set(connection.execute(select(SESSION.c.kind)).scalars())
    assert kinds == {"token"}


def test_an_address_of_two_users_is_nobody(folder: Folder) -> None:
    """Where two users have an address, neither signs in by it."""
    made = [
        user_acts.add_user(folder, OPERATOR, name, "team@example.org")["password"]
        for name in ("ada", "bob")
    ]
    for password in made:
        with pytest.raises(Unauthenticated):
            key_acts.sign_in_with_password(
                folder.access, "team@example.org", password, None, NOBODY
            )
        folder.clock.advance(hours=1)
