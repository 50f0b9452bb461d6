"""The picture of a notice that brings a series along, as a PNG that every mail program shows.

A notice's payload may have `chart`: `{"title": ..., "points": [[LABEL, NUMBER], ...],
"limit": NUMBER}`, the limit where there is one.
"""

from collections.abc import Mapping
from typing import Any

from vaultmeter.charts.theme import tokens
from vaultmeter.model.message import Notice

_WIDTH, _HEIGHT = 520, 200
_SCALE = 2.0
"""Pixels of the picture for one of the mail, for sharp screens."""
_MOST = 400
"""Points that are drawn; a longer series is cut at its beginning."""


def picture(notice: Notice) -> bytes | None:
    """The chart of a notice, or `None` where it brings none."""
    chart = notice.payload.get("chart")
    if not isinstance(chart, Mapping) or not chart.get("points"):
        return None
    import vl_convert  # noqa: PLC0415  most mail has no picture

    drawn: bytes = vl_convert.vegalite_to_png(_spec(chart), scale=_SCALE, allowed_base_urls=[])
    return drawn


def described(notice: Notice) -> str:
    """What the chart shows, for whoever does not see it."""
    chart = notice.payload["chart"]
    label, value = chart["points"][-1]
    limit = chart.get("limit")
    return f"{chart.get('title', notice.text)}: {value:,} in {label}" + (
        "." if limit is None else f", and the limit is {limit:,}."
    )


def _spec(chart: Mapping[str, Any]) -> dict[str, Any]:
    rows = [{"label": str(label), "value": value} for label, value in chart["points"][-_MOST:]]
    look = tokens()
    axis = {"title": None, "labelColor": look["text-muted"], "labelFontSize": 12, "ticks": False}
    bars = {
        "mark": {"type": "bar", "color": look["chart-1"]},
        "encoding": {
            "x": {"field": "label", "type": "ordinal", "sort": None, "axis": _labels(axis)},
            "y": {"field": "value", "type": "quantitative", "axis": {**axis, "tickCount": 4}},
        },
    }
    layers: list[dict[str, Any]] = [bars]
    if chart.get("limit") is not None:
        layers.append(
            {
                "data": {"values": [{"limit": chart["limit"]}]},
                "mark": {"type": "rule", "color": look["bad"], "strokeWidth": 2},
                "encoding": {"y": {"field": "limit", "type": "quantitative"}},
            }
        )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": _WIDTH,
        "height": _HEIGHT,
        "background": look["surface"],
        "padding": 8,
        "config": {
            "view": {"stroke": None},
            "axis": {"gridColor": look["chart-grid"], "domainColor": look["chart-axis"]},
        },
        "data": {"values": rows},
        "layer": layers,
    }


def _labels(axis: Mapping[str, Any]) -> dict[str, Any]:
    return {**axis, "labelAngle": 0, "labelOverlap": True}
