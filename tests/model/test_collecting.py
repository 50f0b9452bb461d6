"""What may be set of a source: names, accounts, lengths of time, addresses, sockets."""

from dataclasses import replace
from pathlib import Path

import pytest

from vaultmeter.model.collecting import (
    Poll,
    absolute,
    account_name,
    in_words,
    poll_checked,
    seconds_named,
    source_name,
)
from vaultmeter.model.errors import Invalid

POLL = Poll("https://bao.example.org:8200", "/etc/token", 3600)


@pytest.mark.parametrize("name", ["a", "openbao", "bao-eu.1_x", "0" * 64])
def test_names_of_sources(name: str) -> None:
    """A name may stand in an address as it is."""
    assert source_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "A", "ä", "-a", ".a", "_", "a/b", "a b", "a\n", "../a", "0" * 65, "a?", "a%2f"]
)
def test_what_a_source_cannot_be_called(name: str) -> None:
    """Anything else is refused, with what is allowed."""
    with pytest.raises(Invalid, match="cannot be called") as refused:
        source_name(name)
    assert "small letters" in refused.value.hint


def test_names_of_accounts() -> None:
    """An account is one account: no pattern, no group, no empty word."""
    assert account_name("/acme/finance/") == "acme/finance"
    for wrong in ("", "/", "acme/*", "@eu"):
        with pytest.raises(Invalid, match="is not one account"):
            account_name(wrong)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("6h", 21600), ("1d", 86400)]
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    """A length of time is read, and written the same."""
    assert seconds_named(text) == seconds
    assert in_words(seconds) == text


@pytest.mark.parametrize("text", ["", "h", "6", "-6h", "6 h", "0m", "1.5h", "6H", "²h"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Anything else is refused, with an example."""
    with pytest.raises(Invalid, match="no length of time"):
        seconds_named(text)


def test_a_poll_that_can_be_done() -> None:
    """The server has an address without a password, and files are named from the root."""
    assert poll_checked(POLL) == POLL
    for changed, said in (
        ({"address": "bao:8200"}, "no address"),
        ({"address": "file:///etc/passwd"}, "no address"),
        ({"address": "https://a:b@bao"}, "password"),
        ({"every": 59}, "too often"),
        ({"token_file": "token"}, "absolute"),
        ({"ca_cert": "ca.pem"}, "absolute"),
    ):
        with pytest.raises(Invalid, match=said):
            poll_checked(replace(POLL, **changed))


def test_paths_mean_the_same_everywhere() -> None:
    """A relative path would depend on where a server was started."""
    assert absolute(Path("/var/log/a")) == Path("/var/log/a")
    with pytest.raises(Invalid, match="absolute"):
        absolute(Path("var/log/a"))
