"""Checks what filters let through: wildcards, letters that mean something elsewhere, errors."""

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.filters import FILTERS, Filters, like, matching
from vaultmeter.model.kinds import Kind, Outcome, Product

PIECES = st.lists(st.sampled_from(["*", "%", "_", "\\", "a", "B", "é", "[", "]", "?", "'", "\n"]))
TEXTS = PIECES.map("".join)


def test_no_filter_is_no_filter() -> None:
    """Filters without words are not set."""
    assert Filters.of({}) == Filters.of({"user": ()}) == Filters()
    assert Filters.of({"user": (), "item": ["a"]}).patterns == {"item": ("a",)}


def test_filters_are_shown_in_one_order() -> None:
    """Whatever the order they are given in, filters are printed in that of their list."""
    filters = Filters.of({"outcome": ["ok"], "account": ["b", "a"]})
    assert list(filters.shown()) == ["account", "outcome"]
    assert filters.shown()["account"] == ["b", "a"]


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_can_be_set(name: str) -> None:
    """Each filter of the list takes a wildcard, and says what it is about."""
    assert Filters.of({name: ["*"]}).patterns == {name: ("*",)}
    assert FILTERS[name]


def test_a_mistyped_filter_is_an_error() -> None:
    """An unknown filter is never left out in silence."""
    with pytest.raises(Invalid, match="Unknown filter 'usr'") as raised:
        Filters.of({"usr": ["ada"]})
    assert raised.value.hint == "Did you mean 'user'?"


@pytest.mark.parametrize(
    ("name", "word", "hint"),
    [
        ("kind", "secret_reed", "Did you mean 'secret_read'?"),
        ("kind", "LOGIN", "Did you mean 'login'?"),
        ("kind", "zzz*", "Choose one of: "),
        ("outcome", "okay", "Did you mean 'ok'?"),
        ("outcome", "fine", "Choose one of: denied, error, not_found, ok."),
        ("product", "secrets", "Choose one of: pm, sm, sra."),
    ],
)
def test_words_of_closed_lists_are_checked(name: str, word: str, hint: str) -> None:
    """A kind, outcome or product that does not exist is an error, also beside one that does."""
    with pytest.raises(Invalid, match=re.escape(f"Unknown {name} {word!r}")) as raised:
        Filters.of({name: [{"kind": "login", "outcome": "ok", "product": "sm"}[name], word]})
    assert raised.value.hint.startswith(hint)


@pytest.mark.parametrize("name", FILTERS)
def test_an_empty_word_is_an_error(name: str) -> None:
    """An empty word, as an unset variable of a shell leaves it, is not taken for any name."""
    with pytest.raises(Invalid, match=f"The filter '{name}' is empty"):
        Filters.of({name: [""]})


def test_wildcards_in_closed_lists() -> None:
    """A pattern stands for the words it fits, in the order of their list, each once."""
    filters = Filters.of({"kind": ["*_read", "item_*", "item_added"], "product": ["s*"]})
    assert filters.words("kind") == [
        "secret_read",
        "item_added",
        "item_updated",
        "item_deleted",
        "item_shared",
    ]
    assert filters.words("product") == ["sm", "sra"]
    assert filters.words("outcome") is None
    assert Filters.of({"kind": ["*"]}).words("kind") == list(Kind)
    assert Filters.of({"outcome": ["*o*"]}).words("outcome") == [
        Outcome.OK,
        Outcome.NOT_FOUND,
        Outcome.ERROR,
    ]
    assert Filters.of({"product": ["pm"]}).words("product") == [Product.PM]


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("a", ["a"]),
        ("a*", ["a", "ab", "a[b", "a?"]),
        ("*b", ["ab", "b", "a[b"]),
        ("a?", ["a?"]),
        ("a[b", ["a[b"]),
        ("[ab]", []),
        ("*", ["a", "ab", "b", "a[b", "a?"]),
    ],
)
def test_only_the_star_is_special(pattern: str, kept: list[str]) -> None:
    """Question marks and brackets stand for themselves."""
    assert matching(pattern, ["a", "ab", "b", "a[b", "a?"]) == kept


@pytest.mark.parametrize(
    ("pattern", "escaped"),
    [
        ("ada", "ada"),
        ("*@example.org", "%@example.org"),
        ("100%", "100\\%"),
        ("a_b", "a\\_b"),
        ("back\\slash", "back\\\\slash"),
        ("\\*", "\\\\%"),
        ("x' or 1=1 --", "x' or 1=1 --"),
    ],
)
def test_patterns_become_like(pattern: str, escaped: str) -> None:
    """What `like` takes for a wildcard is escaped, and the star becomes one."""
    assert like(pattern) == escaped


@given(pattern=TEXTS, text=TEXTS)
def test_the_engine_and_python_agree_on_patterns(pattern: str, text: str) -> None:
    """For any pattern and text, `like` in SQL lets through what the pattern means."""
    parts = (re.escape(part) for part in pattern.split("*"))
    means = re.fullmatch(".*".join(parts), text, re.DOTALL) is not None
    sql = "select $text like $pattern escape '\\'"
    row = duckdb.execute(sql, {"text": text, "pattern": like(pattern)}).fetchone()
    assert row == (means,)


def test_a_group_stands_for_its_accounts_and_those_below() -> None:
    """Each account of a group brings the accounts below it, and patterns stay as they are."""
    groups = {"eu": ("acme/europe", "globex/*"), "us": ("acme/west",)}
    filters = Filters.of({"account": ["acme", "@eu", "@us", "acme"], "user": ["@eu"]})
    assert filters.expanded(groups).patterns == {
        "account": (
            "acme",
            "acme/europe",
            "acme/europe/*",
            "globex/*",
            "acme/west",
            "acme/west/*",
        ),
        "user": ("@eu",),
    }
    assert filters.shown()["account"] == ["acme", "@eu", "@us", "acme"]


@pytest.mark.parametrize(
    ("groups", "hint"),
    [
        ({"eu": ("acme",)}, "Did you mean 'eu'?"),
        ({}, "There are none yet: vaultmeter accounts group NAME ACCOUNT makes one."),
    ],
)
def test_a_group_that_does_not_exist(groups: dict[str, tuple[str, ...]], hint: str) -> None:
    """A group nobody made is an error that names the nearest one, or how to make one."""
    with pytest.raises(NotFound, match="There is no group 'euu'") as raised:
        Filters.of({"account": ["@euu"]}).expanded(groups)
    assert raised.value.hint == hint


def test_names_to_the_letter_are_no_groups() -> None:
    """An account whose name begins like a group's is itself when names are meant to the letter."""
    filters = Filters({"account": ("@eu",)}, literal=True)
    assert filters.expanded({}) == filters
