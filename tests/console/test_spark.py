"""Small lines, and meters of tiles: worked out right at their edges."""

from vaultmeter.console.spark import spark_path
from vaultmeter.console.tiles import Meter, tone_of
from vaultmeter.console.words import Change


def test_a_line_goes_from_its_lowest_to_its_highest() -> None:
    """The lowest value lies at the bottom, the highest at the top, from edge to edge."""
    assert spark_path([0, 5, 10]) == "M3.0 29.0L80.0 16.0L157.0 3.0"


def test_a_line_of_equal_values_is_in_the_middle() -> None:
    """What never changes is neither low nor high; what never happened has no line."""
    assert spark_path([4, 4]) == "M3.0 16.0L157.0 16.0"
    assert spark_path([0, 0, 0]) == spark_path([7]) == spark_path([]) == ""


def test_a_meter_is_full_at_its_limit() -> None:
    """Beyond the limit the bar stays full and turns bad; from four fifths on it warns."""
    assert [(Meter(part).width, Meter(part).tone) for part in (0.0, 0.5, 0.8, 1.0, 1.5)] == [
        ("0.0", ""),
        ("80.0", ""),
        ("128.0", "warn"),
        ("160.0", "warn"),
        ("160.0", "bad"),
    ]


def test_a_change_has_a_tone_where_one_direction_is_good() -> None:
    """More refused requests are bad, fewer are good; most changes are neither."""
    more, fewer, same = Change("2 more", "", 1), Change("2 fewer", "", -1), Change("the same")
    assert [tone_of(each, -1) for each in (more, fewer, same)] == ["bad", "good", ""]
    assert tone_of(more) == ""
