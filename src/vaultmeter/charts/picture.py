"""A chart drawn on the server, always with the light colours: for PDF and e-mail."""

import json
import re
from collections.abc import Mapping, Sequence

from vaultmeter.charts.specs import compiled
from vaultmeter.charts.theme import tokens

_HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0v6" stroke="{colour}" stroke-width="1.5" '
    'opacity="0.55"/></pattern></defs>'
)
_FONT = re.compile(r'font-family="[^"]*"')
_LEAST = 24
"""Pixels a small chart is high at least: less would leave no room for a column."""


def svg(
    name: str,
    values: Mapping[str, Sequence[Mapping[str, object]]],
    signals: Mapping[str, object],
    *,
    width: int,
    height: int,
    separators: tuple[str, str] = (".", ","),
    font: str | None = None,
) -> str:
    """The chart as an SVG picture; width and height are CSS pixels. Raises `NotFound`.

    `values` are the data sets by name; `separators` are those of decimals and of thousands; `font`
    is the family that text is set in, where it is not the reader's own. A signal the chart does not
    have is a `KeyError`.
    """
    import vl_convert  # noqa: PLC0415  a command that draws nothing does not load it

    vega = json.loads(compiled(name))
    size = {"outer_width": width, "outer_height": max(height, _LEAST)}
    _set_signals(vega, {**signals, **size})
    for data in vega["data"]:
        if data["name"] in values:
            data["values"] = [dict(row) for row in values[data["name"]]]
    decimal, thousands = separators
    locale = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    drawn = vl_convert.vega_to_svg(vega, allowed_base_urls=[], format_locale=locale)
    if font is not None:
        drawn = _FONT.sub(f'font-family="{font}"', drawn)
    start = drawn.index(">", drawn.index("<svg")) + 1
    return drawn[:start] + _HATCH.format(colour=tokens()["control"]) + drawn[start:]


def _set_signals(vega: dict[str, list[dict[str, object]]], signals: Mapping[str, object]) -> None:
    known = {each["name"]: each for each in vega["signals"]}
    for name, value in signals.items():
        known[name].pop("update", None)
        known[name]["value"] = value
