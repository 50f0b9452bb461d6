"""The part of a page that holds a chart: its data, its table, and no markup from names."""

import json
import re
from pathlib import Path

import jinja2
import pytest

import vaultmeter.console
from vaultmeter.charts import compiled
from vaultmeter.console.figures import (
    Buckets,
    Expected,
    Figure,
    Mark,
    Month,
    Outlook,
    Series,
    columns_figure,
    feature_rows_figure,
    forecast_figure,
    item_uses_figure,
    lines_figure,
    small_line_figures,
)
from vaultmeter.console.words import Words

_TEMPLATES = Path(vaultmeter.console.__file__).with_name("templates")
_VALUES = [None if day == 3 else day for day in range(30)]
_NAME = '</script><b title="x">&'


@pytest.fixture
def figures(days: Buckets, words: Words) -> list[Figure]:
    """One of each kind."""
    series = [Series("first", _NAME, 1, _VALUES, _VALUES), Series("second", "Second", 2, _VALUES)]
    outlook = Outlook(Month("November", _VALUES), None, [Expected(29, 30, 28, 32)], 40)
    return [
        columns_figure("columns", "Columns", days, series, words, compared="before"),
        lines_figure("lines", "Lines", days, series, words),
        *small_line_figures("small", days, series, words),
        feature_rows_figure("features", "Features", days, series, words),
        forecast_figure("forecast", "Forecast", days, outlook, words),
        item_uses_figure("item", "Item", days, series[0], [Mark(days.starts[4], _NAME)], words),
    ]


def _html(figure: Figure, macro: str = "chart") -> str:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined
    )
    text = f'{{% from "parts/chart.html" import {macro} %}}{{{{ {macro}(figure) }}}}'
    return environment.from_string(text).render(figure=figure)


def test_a_page_hands_over_exactly_the_figure(figures: list[Figure]) -> None:
    """The JSON in the page is what the figure sends, whatever names hold."""
    for figure in figures:
        html = _html(figure)
        found = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
        assert [json.loads(text) for text in found] == [figure.sent()]
        assert _NAME not in html


def test_a_chart_knows_every_signal_and_data_set_of_its_figure(figures: list[Figure]) -> None:
    """What a page sends is understood by the spec it names."""
    for figure in figures:
        vega = json.loads(compiled(figure.chart))
        sent = figure.sent()
        assert isinstance(sent["signals"], dict)
        assert isinstance(sent["data"], dict)
        assert sent["signals"].keys() <= {each["name"] for each in vega["signals"]}
        assert sent["data"].keys() <= {each["name"] for each in vega["data"]}


def test_the_table_in_the_page_has_the_figures_numbers(figures: list[Figure]) -> None:
    """Every cell of the table is there for programs, in order."""
    for figure in figures:
        cells = re.findall(r'<td class="num" data-value="([^"]*)">', _html(figure))
        assert cells == [cell.value for row in figure.table.rows for cell in row[1:]]


def test_a_chart_keeps_its_room_and_its_words(figures: list[Figure]) -> None:
    """Height, description and the address of its spec stand in the page; styles do not."""
    for figure in figures:
        html = _html(figure)
        assert f'height="{figure.height}"' in html
        assert f'data-chart="{figure.spec_url}"' in html
        assert 'role="img" aria-label="' in html
        assert "style=" not in html
        assert 'tabindex="0"' in html


def test_downloads_name_their_chart(figures: list[Figure]) -> None:
    """Three formats, no script in the markup."""
    html = _html(figures[0], "chart_menu")
    assert re.findall(r'data-chart-save="(\w+)" data-chart-of="(\w+)"', html) == [
        ("png", "columns"),
        ("svg", "columns"),
        ("csv", "columns"),
    ]
