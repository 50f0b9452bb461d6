"""The looks of all charts: Vega's `config`, made of the design tokens.

Colours are signals, so that a page changes them without a request; the values here are the light
set, which paper has too. The style sheet of the tokens is the only place where a colour is written.
"""

import re
from functools import cache
from pathlib import Path

import vaultmeter

_TOKENS = Path(vaultmeter.__file__).parent / "console" / "static" / "css" / "00-tokens.css"
_LIGHT = re.compile(r":root \{(.*?)\n\}", re.DOTALL)
_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
_TEXT_SIZE = 12
_SHORT = (
    "datum.value >= 1e6 ? format(datum.value / 1e6, ',~r') + 'M' : "
    "datum.value >= 1e4 ? format(datum.value / 1e3, ',~r') + 'k' : format(datum.value, ',')"
)
"""Values on an axis: 4,000 in full, then 40k and 4M."""

COLOURS = (
    "surface",
    "surface-sunken",
    "control",
    "text",
    "text-muted",
    "bad",
    "chart-grid",
    "chart-axis",
    "chart-compare",
    "chart-1",
    "chart-2",
    "chart-3",
    "chart-4",
    "chart-5",
    "chart-6",
    "chart-other",
)
"""The tokens that charts use. A spec has them as signals: `chart-1` is `token_chart_1`."""
TONES = (*COLOURS[-7:],)
"""Colours of series: tone 1 to 6, and 0 for everything else."""


@cache
def tokens() -> dict[str, str]:
    """Every token of the light set as it is written, by its name without the dashes before it."""
    light = _LIGHT.search(_TOKENS.read_text(encoding="utf-8"))
    if light is None:
        raise ValueError(f"{_TOKENS.name} has no block ':root {{ … }}'.")
    return dict(_TOKEN.findall(light[1]))


def signal(token: str) -> str:
    """The signal that has a token's colour."""
    return f"token_{token.replace('-', '_')}"


def colours() -> dict[str, str]:
    """The light colours by the names of their signals."""
    return {signal(name): tokens()[name] for name in COLOURS}


def config() -> dict[str, object]:
    """Vega-Lite's `config`: fonts, the value axis, and the named styles of marks."""
    return {
        "font": tokens()["font"].replace('"', "'"),
        "aria": False,
        "background": _colour("surface"),
        "view": {"stroke": None},
        "bar": {"discreteBandSize": None},
        "axis": {"title": None},
        "axisX": {"disable": True},
        "axisY": {
            "domain": False,
            "ticks": False,
            "gridColor": _colour("chart-grid"),
            "labelColor": _colour("text-muted"),
            "labelFontSize": _TEXT_SIZE,
            "labelPadding": 8,
            "labelExpr": _SHORT,
            "tickMinStep": 1,
            "tickCount": {"expr": "height > 120 ? 4 : 2"},
        },
        "range": {"category": [{"signal": signal(name)} for name in TONES]},
        "style": _styles(),
    }


def _styles() -> dict[str, object]:
    text = {"fontSize": _TEXT_SIZE, "baseline": "alphabetic"}
    surface = _colour("surface")
    halo = {"color": surface, "stroke": surface, "strokeWidth": 4, "strokeJoin": "round"}
    return {
        "label": {**text, "color": _colour("text-muted")},
        "ink-label": {**text, "color": _colour("text")},
        "strong-label": {**text, "color": _colour("text"), "fontWeight": 600},
        "limit-label": {**text, "color": _colour("bad"), "fontWeight": 500},
        "halo": {**text, **halo},
        "weekend": {"color": _colour("surface-sunken"), "fillOpacity": 0.55},
        "not-complete": {"color": "url(#hatch)"},
        "blank": {"color": surface},
        "part": {"stroke": surface, "strokeWidth": 0.8},
        "series": {"strokeWidth": 2, "strokeJoin": "round", "strokeCap": "round"},
        "dotted": {"strokeWidth": 2, "strokeCap": "round", "strokeDash": [2, 4]},
        "compared": {"color": _colour("chart-compare"), "strokeWidth": 1.5, "strokeDash": [4, 4]},
        "mark-under": {"color": surface, "strokeWidth": 4},
        "mark": {"color": _colour("text"), "strokeWidth": 1.5},
        "reached": {"color": _colour("text-muted"), "strokeDash": [2, 3]},
        "limit": {"color": _colour("bad"), "strokeWidth": 1.5},
        "floor": {"color": _colour("chart-axis")},
        "cross": {"color": _colour("text-muted")},
        "under-cross": {"color": _colour("text"), "fillOpacity": 0.06},
        "dot": {"size": 49, "stroke": surface, "strokeWidth": 1.5, "opacity": 1},
    }


def _colour(token: str) -> dict[str, str]:
    return {"expr": signal(token)}
