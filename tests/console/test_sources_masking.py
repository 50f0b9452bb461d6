"""Rejected lines are shown by their shape: what they hold cannot be read from a page."""

import json

import pytest

from vaultmeter.console.pages.sources.masking import LONGEST, masked


def test_values_are_masked_and_names_stay() -> None:
    """Strings lose their letters and digits; names, numbers and structure stay."""
    line = '{"user": "Ada 7", "count": 3, "in": {"list": ["pässword", null, true]}}'
    told = json.loads(masked(line))
    assert told == {"user": "xxx 9", "count": 3, "in": {"list": ["xxxxxxxx", None, True]}}


def test_the_value_that_is_wrong_stays() -> None:
    """The field that the reason names is readable, wherever it is nested."""
    line = '{"time": "soon", "request": {"operation": "reed", "path": "kv/db"}}'
    told = json.loads(masked(line, "request.operation: one of read, list"))
    assert told == {"time": "xxxx", "request": {"operation": "reed", "path": "xx/xx"}}


@pytest.mark.parametrize(
    "line",
    [
        "password=hunter2",
        '{"password": "hunter2"',
        "hunter2",
        '"hunter2"',
        '{"a": "b", "c": "hunter2\\',
        "[" * 5_000 + '"hunter2"' + "]" * 5_000,
        '{"a":' * 900 + '"hunter2"' + "}" * 900,
        '{"a": "' + "hunter2" * 50_000,
    ],
)
def test_nothing_readable_is_left_of_lines_that_are_no_json(line: str) -> None:
    """Whatever is wrong with a line, its words are not shown."""
    assert "hunter2" not in masked(line)


def test_a_broken_line_shows_where_it_breaks() -> None:
    """Names before a colon stay in a line that cannot be read as JSON."""
    assert masked('{"user": "ada", "path": kv/db}') == '{"user": "xxx", "path": xx/xx}'


def test_long_lines_are_cut() -> None:
    """A long line shows its beginning and says how long it is."""
    told = masked("ä" * 5_000)
    assert told == f"{'x' * LONGEST}… of 5,000 characters"
