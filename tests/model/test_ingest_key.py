"""Ingest keys: long, unlike one another, known again by their hash alone."""

import re
from hashlib import sha256

import pytest

from vaultmeter.model.ingest_key import end_of, hash_of, is_whole, new_key, opens


def test_a_key_is_what_scanners_look_for() -> None:
    """Prefix, source, 32 random bytes and a checksum in base 62: no sign that needs quoting."""
    key = new_key("bao-eu")
    assert re.fullmatch(r"vm_ingest_bao-eu_[0-9A-Za-z]{49}", key)
    assert is_whole(key)
    assert key.endswith(end_of(key))


def test_keys_differ() -> None:
    """A thousand keys of one source have nothing but their prefix in common."""
    keys = {new_key("a") for _ in range(1000)}
    assert len(keys) == 1000
    for place in range(len("vm_ingest_a_"), 50):
        assert len({key[place] for key in keys}) > 30


def test_only_the_key_itself_opens() -> None:
    """The hash is plain SHA-256; another key, a shorter one, and none at all do not open."""
    key = new_key("bao")
    assert hash_of(key) == sha256(key.encode()).hexdigest()
    assert opens(key, hash_of(key))
    for wrong in (new_key("bao"), key[:-1], key + "x", "", key.upper(), "\udcff"):
        assert not opens(wrong, hash_of(key))


@pytest.mark.parametrize("place", [0, 12, 30, -7, -1])
def test_a_mistyped_key_is_no_key(place: int) -> None:
    """One changed sign shows in the checksum."""
    key = new_key("bao")
    other = "A" if key[place] != "A" else "B"
    begun = key[: place % len(key)]
    assert not is_whole(begun + other + key[len(begun) + 1 :])
    assert not is_whole("")
