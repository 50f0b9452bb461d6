"""Rows of the data sets that all charts over time share."""

from collections.abc import Iterable, Sequence

from vaultmeter.console.figures.buckets import Buckets
from vaultmeter.console.figures.figure import NOTHING, Row, Series
from vaultmeter.console.words import Words

_SEVERAL = 2


def value_rows(
    buckets: Buckets, series: Iterable[tuple[Series, int]], words: Words
) -> list[dict[str, object]]:
    """The data set `values`: one row a bucket and series, with its texts for the tooltip.

    Each series comes with its order. A bucket that is not over is not compared.
    """
    return [
        _value_row(buckets, one, order, slot, words)
        for one, order in series
        for slot in range(len(buckets))
    ]


def _value_row(
    buckets: Buckets, series: Series, order: int, slot: int, words: Words
) -> dict[str, object]:
    value = series.values[slot]
    part = buckets.is_part(slot)
    compared = None if part else series.compared_at(slot)
    row: dict[str, object] = {
        "slot": slot,
        "series": series.key,
        "name": series.name,
        "tone": series.tone,
        "order": order,
        "value": value,
        "text": NOTHING if value is None else words.number(value),
    }
    if part:
        row["part"] = True
    if compared is not None:
        row["compared"] = compared
        if value is not None:
            row["change"] = words.signed(value, compared)
    return row


def slots_with_totals(buckets: Buckets, series: Sequence[Series], words: Words) -> list[Row]:
    """The data set `slots` with the sum of all series, where there are several."""
    slots = buckets.slots(words)
    if len(series) < _SEVERAL:
        return [*slots]
    totals = summed([each.values for each in series], len(buckets))
    before = summed([each.compared for each in series if each.compared], len(buckets))
    for place, (slot, total, compared) in enumerate(zip(slots, totals, before, strict=True)):
        slot["total"] = NOTHING if total is None else words.number(total)
        if total is not None and compared is not None and not buckets.is_part(place):
            slot["change"] = words.signed(total, compared)
    return [*slots]


def summed(columns: Sequence[Sequence[int | None]], length: int) -> list[int | None]:
    """Sums over series, bucket by bucket; nothing where no series knows."""
    sums: list[int | None] = []
    for slot in range(length):
        known = [value for column in columns if (value := column[slot]) is not None]
        sums.append(sum(known) if known else None)
    return sums
