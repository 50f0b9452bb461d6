"""Charts drawn on the server: right lengths, right labels, light colours."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from vaultmeter.charts import svg
from vaultmeter.charts.theme import tokens

_RECT = re.compile(r"M[\d.]+,[\d.]+h[\d.]+v([\d.]+)h-[\d.]+Z")


def _slots() -> list[dict[str, object]]:
    return [{"slot": slot, "label": f"{slot + 1} Nov"} for slot in (0, 1)]


def _values(*rows: tuple[str, int, int, int]) -> list[dict[str, object]]:
    return [
        {"series": key, "name": key, "tone": tone, "order": tone, "slot": slot, "value": value}
        for key, tone, slot, value in rows
    ]


def _heights(picture: str, colour: str) -> list[float]:
    """How high the columns of a colour are, left to right."""
    drawn = ET.fromstring(picture)  # noqa: S314  our own picture
    found = [each for each in drawn.iter() if each.get("fill") == tokens()[colour]]
    return [float(match[1]) for each in found if (match := _RECT.fullmatch(each.get("d") or ""))]


def _columns(width: int = 714, separators: tuple[str, str] = (".", ",")) -> str:
    rows = _values(
        ("machines", 1, 0, 3000),
        ("machines", 1, 1, 6000),
        ("people", 2, 0, 1500),
        ("people", 2, 1, 600),
    )
    return svg(
        "stacked-columns",
        {"values": rows, "slots": _slots()},
        {"slots": 2},
        width=width,
        height=310,
        separators=separators,
    )


def _column(value: int) -> str:
    rows = {"values": _values(("all", 1, 0, value)), "slots": _slots()[:1]}
    return svg("stacked-columns", rows, {"slots": 1}, width=500, height=200)


def test_columns_are_as_high_as_their_numbers() -> None:
    """Heights stand to each other as the values do, in both series."""
    first, second = _heights(_columns(), "chart-1")
    third, fourth = _heights(_columns(), "chart-2")
    assert second / first == pytest.approx(6000 / 3000, rel=0.001)
    assert third / first == pytest.approx(1500 / 3000, rel=0.001)
    assert fourth / second == pytest.approx(600 / 6000, rel=0.001)


def test_a_hidden_series_is_not_drawn() -> None:
    """A switch takes a series out of the picture."""
    rows = _values(("machines", 1, 0, 3000), ("people", 2, 0, 1500))
    picture = svg(
        "stacked-columns",
        {"values": rows, "slots": _slots()[:1]},
        {"slots": 1, "hidden": ["machines"]},
        width=400,
        height=200,
    )
    assert not _heights(picture, "chart-1")
    assert len(_heights(picture, "chart-2")) == 1


@pytest.mark.parametrize("width", [1100, 714, 520, 326])
def test_a_picture_has_the_size_asked_for_and_its_labels(width: int) -> None:
    """The same spec fits every width; days and values are written."""
    picture = _columns(width)
    assert f'width="{width}" height="310"' in picture
    assert ">1 Nov</text>" in picture
    assert ">6,000</text>" in picture


def test_the_readers_separators_are_used() -> None:
    """An axis in a German report says 6.000."""
    assert ">6.000</text>" in _columns(separators=(",", "."))


@pytest.mark.parametrize(("value", "label"), [(40_000, "40k"), (4_000_000, "4M"), (4_000, "4,000")])
def test_axes_shorten_thousands_from_ten_thousand_on(value: int, label: str) -> None:
    """Shortened numbers stand on axes only, where they save room."""
    assert f">{label}</text>" in _column(value)


def test_labels_at_line_ends_keep_their_distance() -> None:
    """Six lines that end in one point are still named one under the other, inside the chart."""
    rows = _values(*((f"s{tone}", tone, slot, 100) for tone in range(1, 7) for slot in (0, 1)))
    for row in rows:
        row["last"] = row["slot"] == 1
    picture = svg(
        "lines",
        {"values": rows, "slots": _slots()},
        {"slots": 2, "series_count": 6},
        width=714,
        height=320,
    )
    found = re.findall(r'translate\([\d.]+,([\d.]+)\)"[^>]*>(s\d)</text>', picture)
    heights = sorted(float(y) for y, _ in found)
    assert len(heights) == 6
    gaps = [lower - upper for upper, lower in pairwise(heights)]
    assert min(gaps) == pytest.approx(17)
    assert heights[0] >= 0
    assert heights[-1] <= 320


def test_a_single_empty_chart_is_drawn_from_zero() -> None:
    """A true zero has an axis and no columns."""
    picture = _column(0)
    assert ">0</text>" in picture
    assert ">1</text>" in picture


def test_an_unknown_signal_is_an_error() -> None:
    """A word that the chart does not know is not dropped silently."""
    with pytest.raises(KeyError, match="colour"):
        svg("lines", {}, {"colour": "red"}, width=300, height=100)


def test_names_from_vaults_are_written_as_text() -> None:
    """A name with markup in it stays a name."""
    mark: dict[str, object] = {"at": 0.5, "label": "<script>alert(1)</script>", "row": 0}
    values = {"values": _values(), "slots": _slots(), "marks": [mark]}
    picture = svg("item-uses", values, {"slots": 2, "mark_rows": 1}, width=500, height=200)
    assert "&lt;script&gt;" in picture
    assert "<script" not in picture
