"""Figures of columns: the chart, its table and its words have the numbers that came in."""

from datetime import timedelta

from vaultmeter.console.figures import Buckets, Mark, Series, columns_figure, item_uses_figure
from vaultmeter.console.words import NBSP, Words

_MACHINES = [100 * day + 7 for day in range(30)]
_PEOPLE = [None if day == 4 else 10 * day for day in range(30)]
_BEFORE = [100 * day for day in range(30)]


def _series() -> list[Series]:
    return [
        Series("people", "People", 2, _PEOPLE),
        Series("machines", "Machines", 1, _MACHINES, _BEFORE),
    ]


def test_rows_and_table_have_every_number(days: Buckets, words: Words) -> None:
    """Chart and table say what the report said, bucket by bucket."""
    figure = columns_figure("requests", "Requests a day", days, _series(), words)
    drawn = {(row["series"], row["slot"]): row["value"] for row in figure.values["values"]}
    listed = [tuple(cell.value for cell in row[1:]) for row in figure.table.rows]
    for slot in range(30):
        assert drawn["machines", slot] == _MACHINES[slot]
        assert drawn["people", slot] == _PEOPLE[slot]
        people = "" if _PEOPLE[slot] is None else str(_PEOPLE[slot])
        assert listed[slot] == (people, str(_MACHINES[slot]))
    assert figure.table.rows[4][1].text == "–"
    assert figure.table.rows[0][0].value == "2026-10-22"


def test_the_largest_series_is_at_the_base(days: Buckets, words: Words) -> None:
    """Order in the stack is by size, the legend keeps the order given."""
    figure = columns_figure("requests", "Requests a day", days, _series(), words)
    orders = {row["series"]: row["order"] for row in figure.values["values"]}
    assert orders == {"machines": 0, "people": 1}
    assert [entry.name for entry in figure.legend] == ["People", "Machines", "Not complete"]


def test_an_unfinished_bucket_is_marked_and_not_compared(days: Buckets, words: Words) -> None:
    """Today has no mark of the compared day, in the chart and in the table."""
    compared = "17 Sep – 16 Oct"
    figure = columns_figure("requests", "Requests", days, _series(), words, compared=compared)
    rows = [row for row in figure.values["values"] if row["series"] == "machines"]
    assert [row.get("compared") for row in rows] == [*_BEFORE[:-1], None]
    assert [row.get("part", False) for row in rows] == [False] * 29 + [True]
    assert [row[-1].value for row in figure.table.rows] == [*map(str, _BEFORE[:-1]), ""]
    assert figure.table.columns == ["Day", "People", "Machines", f"All, {compared}"]


def test_changes_are_those_of_the_words(days: Buckets, words: Words) -> None:
    """A tooltip's change is the one that tables show."""
    figure = columns_figure("requests", "Requests", days, _series(), words)
    row = next(
        row for row in figure.values["values"] if row["series"] == "machines" and row["slot"] == 10
    )
    assert row["change"] == words.signed(1007, 1000) == "+0.7%"


def test_the_description_says_highest_lowest_direction_and_what_is_missing(
    days: Buckets, words: Words
) -> None:
    """Totals of all series are told; today counts for nothing in it."""
    figure = columns_figure("requests", "Requests a day", days, _series(), words)
    totals = [(a or 0) + b for a, b in zip(_PEOPLE, _MACHINES, strict=True)][:-1]
    assert figure.description.startswith("Requests a day, a day, Thu 22 Oct 2026 to Fri 20 Nov")
    assert f"Highest {max(totals):,} (Thu 19 Nov 2026), lowest 7 (Thu 22 Oct 2026)" in (
        figure.description
    )
    more = words.change(sum(totals[-14:]), sum(totals[:14])).strong.replace(NBSP, " ")
    assert f"the later half is {more} than the earlier half" in figure.description
    assert figure.description.endswith("Not complete: today, until 14:52.")


def test_totals_of_buckets_are_sums_of_their_series(days: Buckets, words: Words) -> None:
    """What a tooltip calls all is the sum, and unknown parts do not make it unknown."""
    slots = columns_figure("requests", "Requests", days, _series(), words).values["slots"]
    totals = [(a or 0) + b for a, b in zip(_PEOPLE, _MACHINES, strict=True)]
    assert [slot["total"] for slot in slots] == [words.number(total) for total in totals]


def test_only_known_series_are_switched_off(days: Buckets, words: Words) -> None:
    """The address may name series; without a known one all are shown."""
    figure = columns_figure("requests", "Requests", days, _series(), words)
    assert figure.showing(["people", "nonsense"]).hidden == ["machines"]
    assert figure.showing(["nonsense"]).hidden == []
    assert figure.showing([]).hidden == []


def test_marks_of_an_item_stand_where_they_happened(days: Buckets, words: Words) -> None:
    """Marks near each other are in rows of their own; the description tells them."""
    uses = Series("uses", "Uses", 1, _MACHINES)
    marks = [
        Mark(days.starts[10] + timedelta(hours=12), "rotated"),
        Mark(days.starts[11], "changed"),
        Mark(days.starts[25], "deleted"),
    ]
    figure = item_uses_figure("uses", "Uses", days, uses, marks, words)
    assert [(row["at"], row["row"]) for row in figure.values["marks"]] == [
        (10.5, 0),
        (11.0, 1),
        (25.0, 0),
    ]
    assert figure.signals["mark_rows"] == 2
    assert "rotated: 1 Nov, 12:00." in figure.description.replace(NBSP, " ")
    assert [row[1].value for row in figure.table.rows] == [str(value) for value in _MACHINES]
