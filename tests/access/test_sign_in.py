"""Signing in, the second factor, and sessions that end when they must."""

from dataclasses import dataclass, field

import pyotp
import pytest
from argon2 import extract_parameters
from sqlalchemy import select
from tests.access.people import CHEAP, OPERATOR, PASSWORD, People

from vaultmeter.access import own, user_acts
from vaultmeter.access.passwords import Cost, Passwords
from vaultmeter.access.sign_in import SignedIn
from vaultmeter.access.throttle import Throttle
from vaultmeter.model.errors import (
    CodeNeeded,
    Exists,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)
from vaultmeter.state.tables import RECOVERY_CODE, USER_LOGIN

NEW = "quite another otter"


class _Counting(Passwords):
    """Passwords that remember the cost of each hash they compute."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.costs: list[tuple[int, int, int]] = []

    def is_right(self, kept: str | None, password: str) -> bool:
        """Compare, and remember."""
        cost = extract_parameters(kept or self._nothing)
        self.costs.append((cost.memory_cost, cost.time_cost, cost.parallelism))
        return super().is_right(kept, password)

    def hashed(self, password: str) -> str:
        """Hash, and remember."""
        self.costs.append((0, 0, 0))
        return super().hashed(password)


@dataclass
class Authenticator:
    """What a person has in their pocket."""

    people: People
    seed: str
    codes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, people: People, signed: SignedIn) -> "Authenticator":
        """Set it up for somebody, and turn the second factor on."""
        enrolled = own.enrol(people.access, signed.who, PASSWORD)
        made = cls(people, enrolled["seed"])
        renewed = own.confirm(people.access, signed.who, signed.session, made.code())
        made.codes = renewed.told["recovery_codes"]
        people.clock.advance(seconds=30)
        return made

    def code(self, steps: int = 0) -> str:
        """The code of this moment, or of some steps later."""
        return pyotp.TOTP(self.seed).at(self.people.clock.now, counter_offset=steps)


@pytest.fixture
def people(people: People) -> People:
    """Add two people, one of whom is disabled."""
    people.add("ada", "admin")
    people.add("bob", "reader")
    people.add("old", "reader")
    user_acts.disable_user(people, OPERATOR, "old")
    return people


def test_the_right_password_signs_in(people: People) -> None:
    """Whoever knows the password gets a session with what their roles give."""
    signed = people.sign_in("ada")
    who, session = people.access.cookie(signed.cookie)
    assert (who.kind, who.name, who.roles[0].name) == ("user", "ada", "admin")
    assert session.csrf
    assert session.csrf not in signed.cookie
    assert len(signed.cookie) >= 43
    told = own.told_of(people.access, who, session)
    assert (told["name"], told["csrf"]) == ("ada", session.csrf)
    assert "trail" in told["permissions"]


def test_who_is_wrong_is_told_the_same_after_the_same_work(people: People) -> None:
    """An unknown name, a disabled user and a wrong password differ neither in words nor work."""
    counting = people.access.passwords = _Counting()
    told = []
    for number, (name, password) in enumerate(
        [
            ("ada", "wrong"),
            ("nobody", PASSWORD),
            ("old", PASSWORD),
            ("old", "x"),
            ("", ""),
            ("ada", ""),
        ]
    ):
        with pytest.raises(Unauthenticated) as caught:
            people.sign_in(name, password, address=f"192.0.2.{number}")
        told.append((type(caught.value), caught.value.message, caught.value.hint))
        people.clock.advance(minutes=20)
    assert len(set(told)) == 1
    assert counting.costs == [(19 << 10, 2, 1)] * 6
    people.sign_in("ada")
    assert counting.costs == [(19 << 10, 2, 1)] * 7


def test_a_thousand_wrong_tries_cost_little_and_lock_nobody_out(people: People) -> None:
    """Few of many tries are looked at, and whom they are meant for gets in after the wait."""
    counting = people.access.passwords = _Counting()
    turned_away = 0
    for _ in range(1000):
        try:
            people.sign_in("ada", "wrong", address="203.0.113.9")
        except TooMany as error:
            turned_away += 0 < error.seconds <= 1800
        except Unauthenticated:
            pass
        people.clock.advance(seconds=1)
    assert len(counting.costs) + turned_away == 1000
    assert len(counting.costs) < 12
    with pytest.raises(TooMany) as caught:
        people.sign_in("ada")
    assert caught.value.seconds <= 900
    people.clock.advance(seconds=caught.value.seconds)
    assert people.sign_in("ada").who.name == "ada"
    results = [result for _, act, _, result in people.acts() if act == "sign_in"]
    assert results.count("refused") == len(counting.costs) - 1
    assert results.count("turned away") <= results.count("refused") + 1


def test_tries_are_in_the_trail(people: People) -> None:
    """Good and refused tries are written down, and names that nobody has are not."""
    people.sign_in("ada")
    for name in ("bob", "my-password-typed-as-a-name"):
        with pytest.raises(Unauthenticated):
            people.sign_in(name, "wrong")
    assert people.acts()[-3:] == [
        ("ada", "sign_in", "ada", "ok"),
        ("nobody", "sign_in", "bob", "refused"),
        ("nobody", "sign_in", "", "refused"),
    ]
    assert b"my-password-typed-as-a-name" not in people.files()


def test_an_older_hash_is_made_again(people: People) -> None:
    """When hashes are to cost more, a password is hashed again as soon as it is known."""
    people.access.passwords = Passwords(Cost(24 << 10, 2, 1))
    assert people.sign_in("ada").who.name == "ada"
    with people.access.state.reading() as connection:
        rows = connection.execute(select(USER_LOGIN.c.name, USER_LOGIN.c.password_hash))
        kept = {name: hash_ for name, hash_ in rows}  # noqa: C416  as the types are
    assert extract_parameters(str(kept["ada"])).memory_cost == 24 << 10
    assert extract_parameters(str(kept["bob"])).memory_cost == 19 << 10
    assert people.sign_in("ada").who.name == "ada"


def test_no_password_is_kept(people: People) -> None:
    """Neither a password nor a cookie, a code or a seed is in any file of the folder."""
    signed = people.sign_in("ada")
    authenticator = Authenticator.of(people, signed)
    again = people.sign_in("ada", code=authenticator.code())
    kept = people.files()
    codes = authenticator.codes + [code.replace("-", "") for code in authenticator.codes]
    for secret in (PASSWORD, signed.cookie, again.cookie, authenticator.seed, *codes):
        assert secret.encode() not in kept


class TestSecondFactor:
    """Six digits of an authenticator, and codes for its loss."""

    def test_the_password_alone_is_not_enough(self, people: People) -> None:
        """With the second factor on, a password without a code says what is missing, for free."""
        authenticator = Authenticator.of(people, people.sign_in("ada"))
        for _ in range(5):
            with pytest.raises(CodeNeeded):
                people.sign_in("ada")
        assert people.sign_in("ada", code=authenticator.code()).who.name == "ada"
        assert people.sign_in("bob").who.name == "bob"

    def test_no_code_is_taken_twice(self, people: People) -> None:
        """A code that was used, and any of an earlier step, opens nothing any more."""
        authenticator = Authenticator.of(people, people.sign_in("ada"))
        used = authenticator.code(1)
        assert people.sign_in("ada", code=used).who.name == "ada"
        for code in (used, authenticator.code(), authenticator.code(-1)):
            people.access.throttle = Throttle(people.clock)
            with pytest.raises(Unauthenticated):
                people.sign_in("ada", code=code)
        people.access.throttle = Throttle(people.clock)
        people.clock.advance(seconds=30)
        assert people.sign_in("ada", code=authenticator.code(1)).who.name == "ada"

    @pytest.mark.parametrize("steps", [-3, -2, 2, 3])
    def test_codes_of_other_times_are_wrong(self, people: People, steps: int) -> None:
        """A code counts a step before and after its own, and not longer."""
        authenticator = Authenticator.of(people, people.sign_in("ada"))
        people.clock.advance(minutes=10)
        with pytest.raises(Unauthenticated):
            people.sign_in("ada", code=authenticator.code(steps))

    def test_guessing_codes_takes_for_ever(self, people: People) -> None:
        """Whoever has the password and guesses codes is held back as for passwords."""
        Authenticator.of(people, people.sign_in("ada"))
        looked_at = 0
        for number in range(600):
            try:
                people.sign_in("ada", code=f"{number:06}", address="203.0.113.9")
            except TooMany:
                pass
            except Unauthenticated:
                looked_at += 1
            people.clock.advance(seconds=1)
        assert looked_at < 12

    def test_a_recovery_code_is_good_once(self, people: People) -> None:
        """Each of ten codes stands in for the authenticator once; only hashes of them are kept."""
        authenticator = Authenticator.of(people, people.sign_in("ada"))
        assert len(set(authenticator.codes)) == 10
        with people.access.state.reading() as connection:
            hashes = set(connection.execute(select(RECOVERY_CODE.c.code_hash)).scalars())
        assert {len(each) for each in hashes} == {64}
        code = authenticator.codes[3]
        signed = people.sign_in("ada", code=code.lower().replace("-", " "))
        assert own.told_of(people.access, signed.who, signed.session)["recovery_codes"] == 9
        with pytest.raises(Unauthenticated):
            people.sign_in("ada", code=code)

    def test_one_persons_codes_open_nothing_of_anothers(self, people: People) -> None:
        """Codes count for whom they were made."""
        ada = Authenticator.of(people, people.sign_in("ada"))
        bob = Authenticator.of(people, people.sign_in("bob"))
        for code in (bob.codes[0], bob.code()):
            with pytest.raises(Unauthenticated):
                people.sign_in("ada", code=code)
            people.clock.advance(minutes=1)
        assert people.sign_in("ada", code=ada.code()).who.name == "ada"

    def test_half_set_up_it_is_not_asked_for(self, people: People) -> None:
        """Until a first code is told, the password is enough; a wrong one turns nothing on."""
        signed = people.sign_in("ada")
        own.enrol(people.access, signed.who, PASSWORD)
        with pytest.raises(Invalid):
            own.confirm(people.access, signed.who, signed.session, "000000")
        assert people.sign_in("ada").who.name == "ada"
        signed = people.sign_in("bob")
        with pytest.raises(Invalid):
            own.confirm(people.access, signed.who, signed.session, "000000")

    def test_it_is_changed_with_the_password_alone(self, people: People) -> None:
        """A session that somebody left open neither sets it up nor turns it off."""
        signed = people.sign_in("ada")
        with pytest.raises(Forbidden):
            own.enrol(people.access, signed.who, "wrong")
        people.clock.advance(seconds=2)
        authenticator = Authenticator.of(people, signed)
        signed = people.sign_in("ada", code=authenticator.code())
        with pytest.raises(Exists):
            own.enrol(people.access, signed.who, PASSWORD)
        with pytest.raises(Forbidden):
            own.turn_off(people.access, signed.who, signed.session, "wrong")
        people.clock.advance(seconds=2)
        own.turn_off(people.access, signed.who, signed.session, PASSWORD)
        assert people.sign_in("ada").who.name == "ada"
        with people.access.state.reading() as connection:
            assert connection.execute(select(RECOVERY_CODE)).first() is None

    def test_an_administrator_helps_who_lost_it(self, people: People) -> None:
        """A reset lets the new password alone be enough, until a second factor is set up again."""
        Authenticator.of(people, people.sign_in("bob"))
        told = user_acts.set_password(people, OPERATOR, "bob", reset_second_factor=True)
        signed = people.sign_in("bob", told["password"])
        assert not own.told_of(people.access, signed.who, signed.session)["has_second_factor"]


class TestSessions:
    """A browser's sessions."""

    def test_each_sign_in_has_a_session_of_its_own(self, people: People) -> None:
        """A cookie is made anew at each sign-in, and with each change of what proves who one is."""
        first, second = people.sign_in("ada"), people.sign_in("ada")
        renewed = own.change_password(people.access, second.who, second.session, PASSWORD, NEW)
        assert renewed.session is not None
        cookies = [first.cookie, second.cookie, renewed.cookie]
        assert len(set(cookies)) == 3
        assert renewed.told["csrf"] not in {first.session.csrf, second.session.csrf}
        for ended in cookies[:2]:
            with pytest.raises(Unauthenticated):
                people.access.cookie(ended)
        assert people.access.cookie(renewed.cookie)[0].name == "ada"
        assert renewed.session.expires == second.session.expires

    def test_a_cookie_of_ones_own_making_is_none(self, people: People) -> None:
        """A session that somebody else chose is not taken on: there is nothing to fixate."""
        people.sign_in("ada")
        for made_up in ("", "A" * 43, "t-" + "A" * 43):
            with pytest.raises(Unauthenticated):
                people.access.cookie(made_up)

    def test_who_is_idle_or_long_there_signs_in_again(self, people: People) -> None:
        """A session ends after 30 minutes without use, and after 12 hours whatever happens."""
        idle = people.sign_in("ada")
        people.clock.advance(minutes=29)
        people.access.cookie(idle.cookie)
        people.clock.advance(minutes=30)
        with pytest.raises(Unauthenticated):
            people.access.cookie(idle.cookie)
        busy = people.sign_in("ada")
        for _ in range(71):
            people.clock.advance(minutes=10)
            people.access.cookie(busy.cookie)
        people.clock.advance(minutes=10)
        with pytest.raises(Unauthenticated):
            people.access.cookie(busy.cookie)

    def test_who_is_disabled_is_out_at_once(self, people: People) -> None:
        """The request after the change is refused, also where the session was remembered."""
        signed = people.sign_in("bob")
        assert people.access.cookie(signed.cookie)[0].name == "bob"
        user_acts.disable_user(people, OPERATOR, "bob")
        with pytest.raises(Unauthenticated):
            people.access.cookie(signed.cookie)
        user_acts.enable_user(people, OPERATOR, "bob")
        with pytest.raises(Unauthenticated):
            people.access.cookie(signed.cookie)
        assert people.sign_in("bob").who.name == "bob"

    def test_another_password_ends_all(self, people: People) -> None:
        """When an administrator sets a password, whoever had the old one is out."""
        signed = people.sign_in("bob")
        told = user_acts.set_password(people, OPERATOR, "bob")
        with pytest.raises(Unauthenticated):
            people.access.cookie(signed.cookie)
        with pytest.raises(Unauthenticated):
            people.sign_in("bob")
        people.clock.advance(seconds=1)
        assert people.sign_in("bob", told["password"]).who.name == "bob"

    def test_who_signs_out_is_out(self, people: People) -> None:
        """A cookie that was signed out opens nothing, and other sessions go on."""
        out, other = people.sign_in("ada"), people.sign_in("ada")
        own.sign_out(people.access, out.who, out.session)
        with pytest.raises(Unauthenticated):
            people.access.cookie(out.cookie)
        assert people.access.cookie(other.cookie)[0].name == "ada"

    def test_people_see_and_end_their_own_alone(self, people: People) -> None:
        """Sessions are listed with where they came from, and ended one by one or all others."""
        here, there = people.sign_in("ada"), people.sign_in("ada", address="203.0.113.9")
        foreign = people.sign_in("bob")
        rows = own.list_sessions(people.access, here.who, here.session)["rows"]
        assert {row["address"] for row in rows} == {"198.51.100.7", "203.0.113.9"}
        assert [row["id"] for row in rows if row["is_this"]] == [here.session.id]
        assert not any(cookie.cookie in str(rows) for cookie in (here, there))
        with pytest.raises(NotFound):
            own.end_session(people.access, here.who, foreign.session.id)
        own.end_session(people.access, here.who, there.session.id)
        with pytest.raises(Unauthenticated):
            people.access.cookie(there.cookie)
        again = people.sign_in("ada")
        assert own.end_others(people.access, again.who, again.session) == {"ended": 1}
        with pytest.raises(Unauthenticated):
            people.access.cookie(here.cookie)
        assert people.access.cookie(foreign.cookie)[0].name == "bob"

    def test_ones_password_is_changed_by_who_knows_it(self, people: People) -> None:
        """The old password is asked for, a bad new one is refused, and tries are held back."""
        signed = people.sign_in("ada")
        with pytest.raises(Forbidden):
            own.change_password(people.access, signed.who, signed.session, "wrong", NEW)
        with pytest.raises(TooMany):
            own.change_password(people.access, signed.who, signed.session, PASSWORD, NEW)
        people.clock.advance(seconds=1)
        with pytest.raises(Invalid):
            own.change_password(people.access, signed.who, signed.session, PASSWORD, "password1234")
        own.change_password(people.access, signed.who, signed.session, PASSWORD, NEW)
        assert people.sign_in("ada", NEW).who.name == "ada"

    def test_keys_have_no_password(self, people: People) -> None:
        """What is a person's is refused to keys, and to the operator, in words."""
        for who in (OPERATOR, people.who("key", "admin")):
            with pytest.raises(Invalid):
                own.enrol(people.access, who, PASSWORD)
            with pytest.raises(Invalid):
                own.confirm(people.access, who, None, "000000")
