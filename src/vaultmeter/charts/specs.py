"""The charts there are, and each of them compiled for a browser (Vega), once per process."""

import json
from functools import cache
from hashlib import blake2b
from importlib.metadata import version as version_of
from pathlib import Path

from vaultmeter.charts.theme import colours, config
from vaultmeter.model.errors import NotFound

_HERE = Path(__file__).parent
_ENDING = ".vl.json"
_GRAMMAR = "6.4"
"""The version of Vega-Lite that specs are written in."""

Spec = dict[str, object]


def chart_names() -> tuple[str, ...]:
    """Every chart: one file of this folder each."""
    return tuple(sorted(path.name.removesuffix(_ENDING) for path in _HERE.glob(f"*{_ENDING}")))


@cache
def compiled(name: str) -> bytes:
    """A chart as Vega, in JSON; its data sets are empty. Raises `NotFound`."""
    import vl_convert  # noqa: PLC0415  a command that draws nothing does not load it

    vega = vl_convert.vegalite_to_vega(whole(name), vl_version=_GRAMMAR)
    return json.dumps(_sized(vega), separators=(",", ":")).encode()


@cache
def version(name: str) -> str:
    """A hash that changes when the compiled chart may: for its address. Raises `NotFound`."""
    parts = json.dumps(whole(name)) + version_of("vl-convert-python")
    return blake2b(parts.encode(), digest_size=8).hexdigest()


def whole(name: str) -> Spec:
    """A spec with the shared layers put in, the signals of the frame, and the theme."""
    if name not in chart_names():
        raise NotFound(f"No chart is called {name}.", f"There are: {', '.join(chart_names())}.")
    spec = json.loads((_HERE / f"{name}{_ENDING}").read_text(encoding="utf-8"))
    frame = json.loads((_HERE / "frame.json").read_text(encoding="utf-8"))
    shared = frame["layers"]
    layers = [shared[each] if isinstance(each, str) else [each] for each in spec["layer"]]
    own = {each["name"]: each for each in spec.get("params", [])}
    given = {each["name"]: each for each in frame["params"]}
    return {
        **spec,
        "params": [
            *({"name": key, "value": colour} for key, colour in colours().items()),
            *{**given, **own}.values(),
        ],
        "layer": [layer for some in layers for layer in some],
        "config": config(),
    }


def _sized(vega: Spec) -> Spec:
    """The chart with the size it is told: `outer_width` and `outer_height`, in CSS pixels."""
    return {
        **vega,
        "width": {"signal": "max(1, outer_width - space_left - space_right)"},
        "height": {"signal": "max(1, outer_height - space_top - space_bottom)"},
        "padding": {
            "signal": "{left: space_left, right: space_right, top: space_top, bottom: space_bottom}"
        },
        "autosize": "none",
    }
