"""Secrets at rest: sealed for one place, with a key that is elsewhere and can be changed."""

from base64 import b64encode
from pathlib import Path
from secrets import token_bytes

import pytest
from sqlalchemy import insert, select, update
from tests.access.people import OPERATOR, People
from tests.access.test_sign_in import Authenticator
from tests.conftest import SetClock, run

from vaultmeter.access import rotation
from vaultmeter.access.first_start import check_secrets
from vaultmeter.access.sealing import SEALED, Sealer
from vaultmeter.access.secret_key import SecretKey, add_key
from vaultmeter.model.errors import Forbidden, Invalid
from vaultmeter.state.tables import METADATA, PROVIDER, USER_LOGIN

CANARY = "canary-5f0c2a"


def key() -> str:
    """Make a key as people write it."""
    return b64encode(token_bytes(32)).decode()


def provider(people: People, secret: str) -> int:
    """Add a provider with a sealed secret; answers its id."""
    with people.access.changing() as connection:
        made = connection.execute(
            insert(PROVIDER).values(
                name=f"provider {secret}"[:8],
                issuer="https://id.example",
                client_id="vaultmeter",
                settings="{}",
                created=people.clock().replace(tzinfo=None),
            )
        )
        id_ = int((made.inserted_primary_key or [0])[0])
        sealed = people.access.sealer.seal(PROVIDER, "secret_sealed", id_, secret)
        connection.execute(
            update(PROVIDER).where(PROVIDER.c.id == id_).values(secret_sealed=sealed)
        )
    return id_


def opened(people: People, id_: int) -> str:
    """Open the secret of a provider."""
    with people.access.state.reading() as connection:
        sealed = connection.execute(
            select(PROVIDER.c.secret_sealed).where(PROVIDER.c.id == id_)
        ).scalar_one()
    return people.access.sealer.open(PROVIDER, "secret_sealed", id_, sealed)


def test_every_sealed_column_is_known() -> None:
    """Rotation, and the look for lost keys, leave out no column of sealed values."""
    there = {
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.c
        if column.name.endswith("_sealed")
    }
    assert {(table.name, column) for table, column in SEALED} == there


def test_nothing_sealed_can_be_read_in_the_folder(people: People) -> None:
    """A sealed text is in no file, and whoever has the key reads it."""
    id_ = provider(people, CANARY)
    assert CANARY.encode() not in people.files()
    assert opened(people, id_) == CANARY
    assert opened(people.again(), id_) == CANARY


def test_the_same_text_is_sealed_otherwise_each_time() -> None:
    """Equal secrets cannot be told to be equal."""
    sealer = Sealer(SecretKey(token_bytes(32)))
    sealed = {sealer.seal(PROVIDER, "secret_sealed", 1, CANARY) for _ in range(100)}
    assert len(sealed) == 100


def test_a_sealed_value_opens_in_its_place_alone() -> None:
    """Moved to another record, column or table, or changed by a bit, it opens nowhere."""
    sealer = Sealer(SecretKey(token_bytes(32)))
    sealed = sealer.seal(USER_LOGIN, "totp_sealed", 7, CANARY)
    assert sealer.open(USER_LOGIN, "totp_sealed", 7, sealed) == CANARY
    for table, column, record in (
        (USER_LOGIN, "totp_sealed", 8),
        (USER_LOGIN, "email", 7),
        (PROVIDER, "totp_sealed", 7),
    ):
        with pytest.raises(Invalid, match="not as it was written"):
            sealer.open(table, column, record, sealed)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Invalid):
            sealer.open(USER_LOGIN, "totp_sealed", 7, bytes(changed))
    for cut in range(len(sealed)):
        with pytest.raises(Invalid):
            sealer.open(USER_LOGIN, "totp_sealed", 7, sealed[:cut])


def test_a_new_key_keeps_all_working(people: People) -> None:
    """After the key is changed everything opens, also without the old one, and new files too."""
    people.add("ada", "admin")
    authenticator = Authenticator.of(people, people.sign_in("ada"))
    id_ = provider(people, CANARY)
    told = rotation.rotate(people, OPERATOR)
    assert told["sealed_again"] == 2
    assert len(told["older"]) == 1
    assert rotation.rotate(people, OPERATOR)["sealed_again"] == 2
    path = people.path / "secret.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text().split()) == 3
    path.write_text(path.read_text().split()[0])
    again = people.again()
    check_secrets(again.access)
    assert opened(again, id_) == CANARY
    assert again.sign_in("ada", code=authenticator.code()).who.name == "ada"


def test_a_key_of_the_settings_is_changed_there(people: People) -> None:
    """Where the settings have the keys, the first seals from now on, and the others open."""
    old, new = key(), key()
    people = people.again(old)
    id_ = provider(people, CANARY)
    both = people.again(f"{new},{old}")
    assert opened(both, id_) == CANARY
    assert rotation.rotate(both, OPERATOR)["sealed_again"] == 1
    assert opened(people.again(new), id_) == CANARY
    with pytest.raises(Invalid):
        opened(people.again(old), id_)
    assert not (people.path / "secret.key").exists()


def test_a_key_that_was_added_and_not_used_yet_breaks_nothing(people: People) -> None:
    """A rotation that ended in between is gone through again."""
    id_ = provider(people, CANARY)
    add_key(people.path / "secret.key")
    again = people.again()
    check_secrets(again.access)
    assert opened(again, id_) == CANARY
    assert rotation.rotate(again, OPERATOR)["sealed_again"] == 1


def test_a_lost_key_is_told_at_the_start(people: People) -> None:
    """Without its key nothing starts as if there had been none, and the error says what to do."""
    people.add("ada", "admin")
    Authenticator.of(people, people.sign_in("ada"))
    path = people.path / "secret.key"
    kept = path.read_bytes()
    path.unlink()
    for _ in range(2):
        with pytest.raises(Invalid, match="lost") as caught:
            check_secrets(people.again().access)
        assert "VAULTMETER_SECRET_KEY" in caught.value.hint
        assert not path.exists()
    with pytest.raises(Invalid, match="is not there"):
        check_secrets(people.again(key()).access)
    path.write_bytes(kept)
    path.chmod(0o600)
    check_secrets(people.again().access)


def test_a_trail_alone_needs_its_key_too(people: People) -> None:
    """Where something was written down, a missing key is not made anew unseen."""
    people.add("ada")
    (people.path / "secret.key").unlink()
    with pytest.raises(Invalid, match="lost"):
        people.again().add("bob")


def test_what_is_lost_is_forgotten_when_somebody_says_so(people: People) -> None:
    """With another key, what the old one sealed can be given up: codes are not asked for then."""
    people.add("ada", "admin")
    Authenticator.of(people, people.sign_in("ada"))
    provider(people, CANARY)
    other = people.again(key())
    told = rotation.forget(other, OPERATOR)
    assert told["forgotten"] == ["user_login 1", "provider 1"]
    check_secrets(other.access)
    assert other.sign_in("ada").who.name == "ada"
    assert rotation.forget(other, OPERATOR)["forgotten"] == []


def test_a_server_does_not_start_without_its_key(tmp_path: Path) -> None:
    """The process ends with the sentence and what to do, before it listens."""
    data = tmp_path / "data"
    data.mkdir()
    people = People.of(data, SetClock())
    provider(people, CANARY)
    people.access.state.close()
    (data / "secret.key").unlink()
    done = run("serve", "--data", data, "--listen", "127.0.0.1:0")
    assert done.returncode == 2
    assert b"is lost" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["short", "=", "A" * 43, f"{'A' * 43}=,nothing", ","])
def test_what_is_no_key_is_refused(people: People, text: str) -> None:
    """A text that is not 32 bytes in base64, or several, is named by where it stands."""
    with pytest.raises(Invalid, match="VAULTMETER_SECRET_KEY"):
        _ = people.again(text).access.secret_key


def test_a_key_that_others_may_read_is_refused(people: People) -> None:
    """A file that is open to others is no secret."""
    people.add("ada")
    (people.path / "secret.key").chmod(0o640)
    with pytest.raises(Invalid, match="Others may read"):
        people.again().add("bob")


def test_only_who_manages_everything_changes_the_key(people: People) -> None:
    """Neither a reader nor a key without roles changes the key."""
    for roles in ((), ("reader",)):
        for act in (rotation.rotate, rotation.forget):
            with pytest.raises(Forbidden):
                act(people, people.who("somebody", *roles))
