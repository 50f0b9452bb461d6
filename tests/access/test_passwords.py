"""Passwords: which are taken, what is kept, and what hashing them costs."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from unicodedata import normalize

import pytest
from argon2 import Type, extract_parameters
from tests.access.people import CHEAP
from tests.conftest import seeded

from vaultmeter.access.passwords import (
    Cost,
    Passwords,
    checked_password,
    common_passwords,
    new_password,
)
from vaultmeter.model.errors import Invalid, TooMany

LONG = "".join(chr(97 + place * 7 % 26) for place in range(200))
SCRIPTS = "пароль из слов 漢字かな ünïcödé 🦦🦦"


def test_what_is_kept_says_what_it_cost() -> None:
    """A hash is argon2id with 64 MiB and three passes unless it is said otherwise."""
    kept = extract_parameters(Passwords().hashed(LONG))
    assert (kept.type, kept.version) == (Type.ID, 19)
    assert (kept.memory_cost, kept.time_cost, kept.parallelism) == (65536, 3, 4)
    assert (kept.salt_len, kept.hash_len) == (16, 32)


@pytest.mark.parametrize("cost", [(19 * 1024 - 1, 2, 1), (19 * 1024, 1, 1), (65536, 3, 0)])
def test_hashes_are_never_cheaper_than_recommended(cost: tuple[int, int, int]) -> None:
    """Less than 19 MiB, or fewer than two passes, cannot be chosen."""
    with pytest.raises(ValueError, match="too cheap"):
        Cost(*cost)


@pytest.mark.parametrize("password", [LONG, SCRIPTS, "x kqz vbn mwp", LONG * 5 + "-" * 24])
def test_passwords_count_whole_and_in_any_script(password: str) -> None:
    """Long ones and those of any script are taken, and every character of them counts."""
    passwords = Passwords(CHEAP)
    kept = passwords.hashed(checked_password(password))
    assert passwords.is_right(kept, password)
    assert not passwords.is_right(kept, password[:-1])
    assert not passwords.is_right(kept, password[:-1] + "?")
    assert not passwords.is_right(kept, password.swapcase() + " ")


def test_the_same_letters_typed_otherwise_are_the_same() -> None:
    """Letters with their accents beside them, as some machines send them, are the same password."""
    passwords, composed = Passwords(CHEAP), normalize("NFC", "drei müde Füße")
    assert passwords.is_right(passwords.hashed(composed), normalize("NFD", composed))


@pytest.mark.parametrize(
    "password", ["", "eleven char", "x" * 1025, "lone \ud800 surrogate", "e\u0301" * 6 + "a" * 5]
)
def test_what_is_too_short_too_long_or_no_text_is_refused(password: str) -> None:
    """Twelve to 1,024 characters, counted as people count them, are taken."""
    with pytest.raises(Invalid):
        checked_password(password)


def test_common_passwords_are_refused() -> None:
    """Each of 30,000 common ones is refused, in capitals too, and what is made of two of them."""
    common = sorted(common_passwords() - {""})
    assert len(common) == 30_000
    choices = seeded(1)
    for word in common:
        with pytest.raises(Invalid):
            checked_password(word)
    for word in choices.sample([word for word in common if len(word) >= 8], 3000):
        other = choices.choice(common)
        for made in (word.upper() + "2026", "a1!" + word + "!", word + other, word * 2):
            with pytest.raises(Invalid):
                checked_password(made)


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "123456789012", "9876543210987", "zyxwvutsrqpon"],
)
def test_what_goes_along_a_row_is_refused(password: str) -> None:
    """Characters that repeat or follow one another are tried first, however many they are."""
    with pytest.raises(Invalid):
        checked_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "vaultmeter-2026",
        "ada.lovelace1815",
        "Lovelace-ADA-1!",
        "analytics.example",
        "Vaultmeter!!Ada",
    ],
)
def test_what_is_about_oneself_is_refused(password: str) -> None:
    """A name, an address and the product's name with little beside them are guessed."""
    with pytest.raises(Invalid):
        checked_password(password, ["ada", "ada.lovelace@analytics.example.org"])
    assert checked_password("ada went 3 miles by tram", ["ada"])


def test_random_passwords_are_taken_and_differ() -> None:
    """What is made for somebody is taken when they type it in, and nobody gets it twice."""
    made = [new_password() for _ in range(200)]
    assert len(set(made)) == len(made)
    assert all(checked_password(each, ["ada"]) == each for each in made)


def test_nobody_is_right_where_nothing_is_kept() -> None:
    """Without a hash, or with one that is none, no password is right."""
    passwords = Passwords(CHEAP)
    assert not any(passwords.is_right(kept, LONG) for kept in (None, "", "no hash"))


def test_an_older_cost_is_seen() -> None:
    """A hash of another cost is to be made again, and one of the same is not."""
    kept = Passwords(CHEAP).hashed(LONG)
    assert Passwords(Cost(20 << 10, 2, 1)).is_outdated(kept)
    assert not Passwords(CHEAP).is_outdated(kept)


_PARALLEL = """
import re, sys
from concurrent.futures import ThreadPoolExecutor
from vaultmeter.access.passwords import Passwords
passwords = Passwords(at_once=int(sys.argv[1]), waiting=64)
kept = passwords.hashed("seven lazy otters")
tries = [(kept, "seven lazy otters")] * int(sys.argv[2])
with ThreadPoolExecutor(50) as pool:
    assert all(pool.map(lambda each: passwords.is_right(*each), tries))
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) >> 10)
"""


def test_many_at_once_stay_below_a_ceiling_of_memory() -> None:
    """Fifty sign-ins at the same time need the memory of two; eight at once would need more."""

    def mebibytes(at_once: int, tries: int) -> int:
        words = [sys.executable, "-c", _PARALLEL, str(at_once), str(tries)]
        return int(subprocess.run(words, capture_output=True, check=True).stdout)  # noqa: S603

    two, eight = mebibytes(2, 50), mebibytes(8, 16)
    assert two < 64 * 2 + 96
    assert eight > two + 64


class _Standing(Passwords):
    """Passwords whose hashing stands still until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(CHEAP, at_once=1, waiting=1)
        self.begun, self.go_on = Event(), Event()

    def wait(self) -> bool:
        self.begun.set()
        return self.go_on.wait(20)


def test_who_comes_when_many_wait_is_turned_away() -> None:
    """Beyond those that wait nobody takes a thread: the others are told to come back."""
    standing = _Standing()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(standing._in_turn, standing.wait)
        assert standing.begun.wait(20)
        with standing._counted(), pytest.raises(TooMany):
            standing.hashed(LONG)
        standing.go_on.set()
        assert first.result()
    assert standing.hashed(LONG)
