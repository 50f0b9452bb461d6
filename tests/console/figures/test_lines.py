"""Figures of lines: numbers, ends, tails, and points that stand alone."""

from vaultmeter.console.figures import (
    Buckets,
    Series,
    feature_rows_figure,
    lines_figure,
    small_line_figures,
)
from vaultmeter.console.words import Words

_LOGINS = [None if day in {8, 10} else 50 + day for day in range(30)]
_ADDED = [day % 3 for day in range(30)]


def _series() -> list[Series]:
    return [Series("logins", "Logins", 1, _LOGINS), Series("added", "Added", 5, _ADDED)]


def test_rows_and_table_have_every_number(days: Buckets, words: Words) -> None:
    """Chart and table agree with what came in, unknown ones included."""
    figure = lines_figure("trend", "Usage trend", days, _series(), words)
    drawn = {(row["series"], row["slot"]): row["value"] for row in figure.values["values"]}
    for slot, row in enumerate(figure.table.rows):
        assert drawn["logins", slot] == _LOGINS[slot]
        assert drawn["added", slot] == _ADDED[slot]
        known = "" if _LOGINS[slot] is None else str(_LOGINS[slot])
        assert [cell.value for cell in row[1:]] == [known, str(_ADDED[slot])]


def test_a_line_ends_at_its_last_whole_bucket_and_goes_on_dotted(
    days: Buckets, words: Words
) -> None:
    """Yesterday has the name; yesterday and today make the tail."""
    rows = lines_figure("trend", "Trend", days, _series(), words).values["values"]
    assert [row["slot"] for row in rows if row.get("last")] == [28, 28]
    assert [row["slot"] for row in rows if row.get("tail")] == [28, 29, 28, 29]


def test_a_point_between_gaps_is_shown_as_a_point(days: Buckets, words: Words) -> None:
    """A line through one point would not be seen."""
    rows = lines_figure("trend", "Trend", days, _series(), words).values["values"]
    assert [(row["series"], row["slot"]) for row in rows if row.get("lone")] == [("logins", 9)]


def test_the_description_tells_each_series(days: Buckets, words: Words) -> None:
    """Each has its own highest and lowest."""
    told = lines_figure("trend", "Usage trend", days, _series(), words).description
    assert "Logins: highest 78 (Thu 19 Nov 2026), lowest 50 (Thu 22 Oct 2026)" in told
    assert "Added: highest 2 (Sat 24 Oct 2026), lowest 0 (Thu 22 Oct 2026)" in told


def test_side_by_side_each_has_a_figure_of_its_own(days: Buckets, words: Words) -> None:
    """The same numbers, one series each, with ids of their own."""
    figures = small_line_figures("trend", days, _series(), words)
    assert [figure.id for figure in figures] == ["trend-logins", "trend-added"]
    for figure, values in zip(figures, (_LOGINS, _ADDED), strict=True):
        assert [row["value"] for row in figure.values["values"]] == values


def test_a_legend_is_needed_for_several_lines_or_a_comparison(days: Buckets, words: Words) -> None:
    """One line alone is named by the title."""
    first = _series()[:1]
    several = lines_figure("a", "A", days, _series(), words)
    alone = lines_figure("a", "A", days, first, words)
    compared = lines_figure("a", "A", days, first, words, compared="17 Sep – 16 Oct")
    assert [entry.name for entry in several.legend] == ["Logins", "Added"]
    assert not alone.legend
    assert [entry.sign for entry in compared.legend] == ["line", "dash"]


def test_feature_rows_have_their_own_scales_and_totals(days: Buckets, words: Words) -> None:
    """Shares are of a feature's own highest day; the total is the sum."""
    figure = feature_rows_figure("breakdown", "Activity", days, _series(), words)
    rows = [row for row in figure.values["values"] if row["series"] == "added"]
    assert [row["share"] for row in rows] == [value / 2 for value in _ADDED]
    totals = [row["total"] for row in figure.values["features"]]
    assert totals == [words.number(sum(value or 0 for value in _LOGINS)), str(sum(_ADDED))]
    listed = [cell.value for cell in figure.table.rows[1]]
    assert listed == ["Added", *(str(value) for value in _ADDED), str(sum(_ADDED))]


def test_a_feature_nobody_used_says_so(days: Buckets, words: Words) -> None:
    """No division by its highest day, and words in place of the busiest one."""
    unused = Series("remote", "Remote", 2, [0] * 30)
    figure = feature_rows_figure("breakdown", "Activity", days, [unused], words)
    assert figure.values["features"][0]["busiest"] == "not used"
    assert {row["share"] for row in figure.values["values"]} == {0}
