"""Which chart a table gets in a file, and that the chart shows the table."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from vaultmeter.charts.chosen import MOST_BARS, Chosen, chosen
from vaultmeter.charts.drawn import Paper, drawn
from vaultmeter.model.table import Column

START = datetime(2026, 11, 1, tzinfo=UTC)
NAME, TIME = Column("user", "User"), Column("start", "From", "instant")
ONE, TWO = Column("requests", "Requests", "integer"), Column("denied", "Denied", "integer")
PAPER = Paper(700, ZoneInfo("UTC"), START + timedelta(days=30), "Inter")


def _days(count: int) -> list[tuple[Any, ...]]:
    return [(START + timedelta(days=day), 10 + day, 0) for day in range(count)]


def _names(*numbers: int | None) -> list[tuple[Any, ...]]:
    return [(f"name {place}", number) for place, number in enumerate(numbers)]


def test_a_time_that_rises_beside_numbers_is_lines() -> None:
    """Columns of zeros are left out; the last row counts as well as the first."""
    assert chosen([TIME, ONE, TWO], _days(5), 5) == Chosen("lines", 0, (1,), 5)
    months = [(date(2026, month, 1), month) for month in (1, 2, 3)]
    assert chosen([Column("month", "Month", "date"), ONE], months, 3) == Chosen("lines", 0, (1,), 3)


def test_names_in_the_order_of_a_number_are_bars() -> None:
    """The first number that falls decides; more rows than fit are left out."""
    assert chosen([NAME, ONE], _names(9, 5, 5, 1), 4) == Chosen("bars", 0, (1,), 4)
    many = chosen([NAME, ONE], _names(*range(40, 0, -1)), 40)
    assert many == Chosen("bars", 0, (1,), MOST_BARS)


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ([NAME, ONE], _names(1, 5, 3)),
        ([NAME, ONE], _names(5, 5, 5)),
        ([NAME, ONE], _names(5, None, 1)),
        ([NAME, ONE], _names(2, 1)),
        ([NAME, ONE], [("a", 3), ("a", 2), ("b", 1)]),
        ([Column("measure", "Measure"), ONE], _names(3, 2, 1)),
        ([TIME, ONE, NAME], [(*row[:2], "x") for row in _days(4)]),
        ([TIME, ONE, TWO], [*_days(3), _days(1)[0]]),
        ([TIME, TWO], [(row[0], 0) for row in _days(4)]),
        ([NAME, ONE], [("*", 5), ("acme", 3), ("acme/asia", 2)]),
        ([NAME, ONE], []),
    ],
)
def test_everything_else_has_no_chart(columns: list[Column], rows: list[Any]) -> None:
    """No order, names twice, different measures, one that has all others, events, only zeros."""
    assert chosen(columns, rows, len(rows)) is None
    assert drawn(columns, rows, len(rows), PAPER) is None


def test_a_series_longer_than_was_looked_at_has_no_chart() -> None:
    """A part of a line would be mistaken for all of it."""
    assert chosen([TIME, ONE, TWO], _days(5), 6) is None


def test_bars_are_as_long_as_their_numbers_and_say_them() -> None:
    """Names and numbers stand beside bars, in the order of the table, in the font of the paper."""
    found = drawn([NAME, ONE], [("a<b", 4000), ("c", 1000), ("d", 500)], 3, PAPER)
    assert found is not None
    wide = [float(part) for part in re.findall(r'd="M0,[\d.]+h([\d.]+)v', found.svg)]
    shown = sorted(wide, reverse=True)[-3:]
    assert shown[0] / shown[1] == pytest.approx(4, rel=0.01)
    assert shown[1] / shown[2] == pytest.approx(2, rel=0.01)
    assert "a&lt;b" in found.svg
    assert ">4,000</text>" in found.svg
    assert set(re.findall(r'font-family="([^"]*)"', found.svg)) == {"Inter"}
    assert found.words == ("Bars of the first 3 rows, User by Requests: a<b 4,000, c 1,000, d 500.")
    assert found.finding == "a<b comes first with 4,000 (Requests)."


def test_lines_say_where_they_are_highest() -> None:
    """The words tell each line, and the finding the highest of them."""
    found = drawn([TIME, ONE, TWO], [(*row[:2], 1) for row in _days(5)], 5, PAPER)
    assert found is not None
    assert found.words.startswith("Lines from 1 Nov to 5 Nov. Requests were highest at 5 Nov")
    assert found.finding == "Requests were highest at 5 Nov, with 14."
    assert ">Denied</text>" in found.svg


def test_a_bucket_that_is_not_over_is_dotted() -> None:
    """A line does not fall to today's few: its last step is no part of it."""
    early = Paper(700, ZoneInfo("UTC"), START + timedelta(days=4, hours=2), "Inter")
    found = drawn([TIME, ONE, TWO], _days(5), 5, early)
    assert found is not None
    assert 'stroke-dasharray="2,4"' in found.svg
    whole = drawn([TIME, ONE, TWO], _days(5), 5, PAPER)
    assert whole is not None
    assert 'stroke-dasharray="2,4"' not in whole.svg
