"""Figures: what pages hand to charts. Plain rows go in; data sets, words and a table come out."""

from vaultmeter.console.figures.buckets import Buckets, Gap, Mark
from vaultmeter.console.figures.columns import columns_figure, item_uses_figure
from vaultmeter.console.figures.features import feature_rows_figure
from vaultmeter.console.figures.figure import Cell, Figure, FigureTable, LegendEntry, Series
from vaultmeter.console.figures.forecast import Expected, Month, Outlook, forecast_figure
from vaultmeter.console.figures.lines import lines_figure, small_line_figures

__all__ = [
    "Buckets",
    "Cell",
    "Expected",
    "Figure",
    "FigureTable",
    "Gap",
    "LegendEntry",
    "Mark",
    "Month",
    "Outlook",
    "Series",
    "columns_figure",
    "feature_rows_figure",
    "forecast_figure",
    "item_uses_figure",
    "lines_figure",
    "small_line_figures",
]
