"""The figure of a month against its limit."""

from datetime import UTC, datetime, timedelta

import pytest

from vaultmeter.console.figures import Buckets, Expected, Month, Outlook, forecast_figure
from vaultmeter.console.words import NBSP, Words

_COUNTS = [100 + 10 * day if day < 20 else None for day in range(30)]
_BEFORE = [90 + 8 * day for day in range(31)]
_EXPECTED = [Expected(19 + day, 290 + 10 * day, 290 + 8 * day, 290 + 12 * day) for day in range(11)]


@pytest.fixture
def month() -> Buckets:
    """November 2026 in UTC, as billing has it; today is the 20th."""
    first = datetime(2026, 11, 1, 12, tzinfo=UTC)
    return Buckets("day", [first + timedelta(days=day) for day in range(30)])


def _outlook(month: Buckets) -> Outlook:
    return Outlook(
        Month("November", _COUNTS),
        Month("October", _BEFORE),
        _EXPECTED,
        limit=350,
        reached=month.starts[25],
    )


def test_rows_and_table_have_every_number(month: Buckets, words: Words) -> None:
    """So far, before, and expected with its band: in the chart as in the table."""
    figure = forecast_figure("clients", "Clients", month, _outlook(month), words)
    rows = figure.values["values"]
    assert [row["value"] for row in rows if row["kind"] == "now"] == _COUNTS
    assert [row["value"] for row in rows if row["kind"] == "before"] == _BEFORE[:30]
    assert [
        (row["slot"], row["value"], row["low"], row["high"])
        for row in rows
        if row["kind"] == "expected"
    ] == [(each.slot, each.value, each.low, each.high) for each in _EXPECTED]
    last = [cell.value for cell in figure.table.rows[29]]
    assert last == ["2026-11-30", "", "322", "370", "390", "410"]


def test_the_scale_has_room_for_limit_band_and_last_month(month: Buckets, words: Words) -> None:
    """Nothing that is drawn is higher than the axis."""
    figure = forecast_figure("clients", "Clients", month, _outlook(month), words)
    assert figure.signals["most"] == max(350, *_BEFORE, *(each.high for each in _EXPECTED))


def test_labels_say_today_about_and_when(month: Buckets, words: Words) -> None:
    """Words of the design: today, about, and the month before."""
    figure = forecast_figure("clients", "Clients", month, _outlook(month), words)
    last = [row["label"] for row in figure.values["values"] if row.get("last")]
    assert last == ["290 today"]
    assert [(row["first"], row["second"]) for row in figure.values["ends"]] == [
        ("about 390", "expected"),
        ("330", "in October"),
    ]
    assert figure.values["reached"] == [
        {"at": 25.0, "limit": 350, "label": f"limit reached about 26{NBSP}Nov"}
    ]
    assert figure.signals["limit_label"] == "Limit 350"


def test_a_limit_that_was_reached_is_not_about(month: Buckets, words: Words) -> None:
    """What is past is known."""
    outlook = Outlook(Month("November", _COUNTS), limit=150, reached=month.starts[5])
    figure = forecast_figure("clients", "Clients", month, outlook, words)
    assert figure.values["reached"][0]["label"] == f"limit reached 6{NBSP}Nov"


def test_the_description_tells_state_limit_and_forecast(month: Buckets, words: Words) -> None:
    """All that the picture shows, in words."""
    figure = forecast_figure("clients", "Clients", month, _outlook(month), words)
    assert figure.description == (
        "Clients. November: 290 today. The limit is 350. "
        "At this pace: limit reached about 26 Nov. "
        "Expected: about 390 on Mon 30 Nov 2026, 370 to 410. October: 330."
    )


def test_a_month_nobody_knows_is_told_so(month: Buckets, words: Words) -> None:
    """Without a count there is no point, no label and no zero."""
    figure = forecast_figure("clients", "Clients", month, Outlook(Month("May", [None] * 30)), words)
    assert figure.description == "Clients. May: nothing known."
    assert not [row for row in figure.values["values"] if row.get("last")]
