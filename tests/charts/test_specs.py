"""Every chart compiles, has no colour of its own, and gets its colours from the tokens."""

import json
import re
from pathlib import Path

import pytest

import vaultmeter.charts
from vaultmeter.charts import chart_names, compiled, version
from vaultmeter.charts.specs import whole
from vaultmeter.charts.theme import COLOURS, colours, signal, tokens
from vaultmeter.model.errors import NotFound

_FOLDER = Path(vaultmeter.charts.__file__).parent
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(")


def test_every_chart_of_the_design_is_there() -> None:
    """The folder has the charts that pages name."""
    assert chart_names() == (
        "feature-rows",
        "forecast",
        "item-uses",
        "lines",
        "ranked-bars",
        "small-line",
        "stacked-columns",
    )


@pytest.mark.parametrize("name", chart_names())
def test_a_chart_compiles_without_data(name: str) -> None:
    """What browsers get is Vega, with the named data sets empty."""
    vega = json.loads(compiled(name))
    named = {data["name"]: data for data in vega["data"]}
    assert vega["$schema"].startswith("https://vega.github.io/schema/vega/")
    assert "values" in named
    assert all(data.get("values", [{}]) == [{}] for data in named.values())
    assert not any("url" in data for data in named.values())


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_a_spec_has_no_colour_of_its_own(path: Path) -> None:
    """Colours are named by tokens, never written."""
    assert not _COLOUR.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", chart_names())
def test_the_only_colours_of_a_compiled_chart_are_its_token_signals(name: str) -> None:
    """Nothing that Vega-Lite adds by itself has a colour either."""
    vega = json.loads(compiled(name))
    kept = [each for each in vega["signals"] if each["name"] not in colours()]
    assert not _COLOUR.search(json.dumps({**vega, "signals": kept}))


@pytest.mark.parametrize("name", chart_names())
def test_every_token_a_chart_uses_is_a_signal_with_the_light_colour(name: str) -> None:
    """A theme is changed by setting signals; without that a chart is light, as paper is."""
    vega = json.loads(compiled(name))
    values = {each["name"]: each.get("value") for each in vega["signals"]}
    used = set(re.findall(r"token_\w+", compiled(name).decode()))
    assert used <= values.keys()
    assert {key: values[key] for key in colours()} == {
        signal(token): tokens()[token] for token in COLOURS
    }


def test_the_light_set_is_read_not_the_dark_one() -> None:
    """The style sheet has three sets; charts without a page take the first."""
    assert tokens()["surface"] == "#FFFFFF"
    assert tokens()["chart-1"] == "#124A8E"


@pytest.mark.parametrize("name", chart_names())
def test_layers_named_in_a_spec_are_those_of_the_frame(name: str) -> None:
    """After the shared layers are put in, only layers are left."""
    layers = whole(name)["layer"]
    assert isinstance(layers, list)
    assert all(isinstance(layer, dict) for layer in layers)


def test_versions_differ_between_charts_and_stay_for_one() -> None:
    """An address changes exactly when the chart does."""
    assert len({version(name) for name in chart_names()}) == len(chart_names())
    version.cache_clear()
    again = version("lines")
    version.cache_clear()
    assert version("lines") == again


def test_an_unknown_chart_is_refused_by_name() -> None:
    """The error says which charts there are."""
    with pytest.raises(NotFound, match="No chart is called pie"):
        compiled("pie")
