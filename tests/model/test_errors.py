"""Checks the tree of errors: codes, exit codes, and the help against typing errors."""

import pytest

from vaultmeter.model import errors
from vaultmeter.model.errors import VaultmeterError, did_you_mean

REPORTS = ["accounts", "actions", "activity", "auth-methods", "clients", "items", "users"]


def every_error(of: type[VaultmeterError] = VaultmeterError) -> list[type[VaultmeterError]]:
    """All classes of the tree; a surface may have its own, for what only it can refuse."""
    own = [below for below in of.__subclasses__() if below.__module__ == errors.__name__]
    return [of, *(each for below in own for each in every_error(below))]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("user", "users"),
        ("itmes", "items"),
        ("auth-method", "auth-methods"),
        ("activty", "activity"),
        ("Users", "users"),
        ("ITEMS", "items"),
    ],
)
def test_a_mistyped_word_gets_the_nearest(word: str, meant: str) -> None:
    """One letter too few, two swapped, or a capital: the word meant is named."""
    assert did_you_mean(word, REPORTS) == f"Did you mean {meant!r}?"


def test_a_word_near_to_none_gets_the_whole_list() -> None:
    """Where nothing is near, all choices are named, sorted."""
    assert did_you_mean("zzzz", ["b", "a"]) == "Choose one of: a, b."


def test_without_choices_there_is_no_hint() -> None:
    """Where there is nothing to choose from, nothing is suggested."""
    assert did_you_mean("zzzz", []) == ""


@pytest.mark.parametrize("error", every_error())
def test_every_error_can_be_acted_on(error: type[VaultmeterError]) -> None:
    """Each error has a code of its own, a documented exit code, a sentence and a hint."""
    raised = error("It is so.", "Do that.")
    assert (str(raised), raised.message, raised.hint) == ("It is so.", "It is so.", "Do that.")
    assert error.exit_code in range(1, 7)
    assert error.__doc__


def test_codes_are_stable_and_distinct() -> None:
    """Programs can tell errors apart by a code, and learn whether to try again."""
    codes = {error.code: error.exit_code for error in every_error()}
    assert len(codes) == len(every_error())
    assert codes == {
        "error": 1,
        "invalid": 2,
        "exists": 2,
        "not_found": 3,
        "busy": 4,
        "unavailable": 5,
        "took_too_long": 5,
        "full": 5,
        "store_damaged": 5,
        "archive_damaged": 5,
        "unauthenticated": 6,
        "code_needed": 6,
        "forbidden": 6,
        "too_many": 6,
    }
    assert errors.Busy.retry
    assert errors.StoreDamaged.retry
    assert not errors.Invalid.retry
