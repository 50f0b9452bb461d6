"""The usage trend: six measures over time, as one chart or side by side, with their totals."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.figures import Buckets, Gap, Series, lines_figure, small_line_figures
from vaultmeter.console.pages.product_usage.measures import MEASURES, Measure, changes_of
from vaultmeter.model.period import midnight

_SIDE = "side"
_SHORT, _LONG = 2, 92
"""Days up to which hours are offered, and from which on months are."""
_BUCKETS = {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}


def trend(asking: Asking) -> dict[str, Any]:
    """The switches with totals and changes, and the chart of what they let through."""
    size = bucket_of(asking)
    rows = _begun(asking, asking.rows("activity", per=size))
    buckets = _buckets(asking, size, rows)
    shown = _shown(asking)
    series = _series(asking, size, rows, buckets)
    chosen = [each for each in series if each.key in shown]
    return {
        "switches": _switches(asking, shown),
        "figure": None if is_side(asking) else _together(asking, buckets, chosen),
        "figures": _side_by_side(asking, buckets, chosen) if is_side(asking) else (),
        "size": size,
        "layouts": [
            ("Together", asking.view.changed(layout="").url(), not is_side(asking)),
            ("Side by side", asking.view.changed(layout=_SIDE).url(), is_side(asking)),
        ],
        "buckets": [
            (
                _BUCKETS[each],
                asking.view.changed(bucket=_left_out(asking, each)).url(),
                each == size,
            )
            for each in offered(asking)
        ],
    }


def bucket_of(asking: Asking) -> str:
    """The bucket of the chart: the one asked for, else the usual one of the range."""
    return asking.view.bucket or asking.period.bucket()


def offered(asking: Asking) -> list[str]:
    """The buckets that make sense in the range, and the one that is asked for."""
    days = asking.period.days()
    usual = (
        ("hour", "day")
        if days <= _SHORT
        else ("day", "week")
        if days <= _LONG
        else ("week", "month")
    )
    return [each for each in _BUCKETS if each in usual or each == bucket_of(asking)]


def is_side(asking: Asking) -> bool:
    """Whether the charts stand side by side."""
    return asking.view.layout == _SIDE


def _left_out(asking: Asking, bucket: str) -> str:
    """A bucket as the address has it: the usual one is not said."""
    return "" if bucket == asking.period.bucket() else bucket


def _begun(asking: Asking, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of buckets that have begun: what is to come is no zero."""
    return [row for row in rows if row["start"] <= asking.now]


def _shown(asking: Asking) -> set[str]:
    """The keys of the series that are on; all unless some are named."""
    keys = {measure.key for measure in MEASURES}
    return keys & set(asking.view.series) or keys


def _switches(asking: Asking, shown: set[str]) -> list[dict[str, Any]]:
    """Each measure with its total, its change, and the address that turns it on or off."""
    return [
        {
            "measure": each.measure,
            "total": each.total,
            "change": "" if each.before is None else asking.words.signed(each.total, each.before),
            "door": _door(asking, each.measure),
            "is_on": each.measure.key in shown,
            "is_last": shown == {each.measure.key},
            "url": _toggled(asking, each.measure.key, shown),
        }
        for each in changes_of(asking)
    ]


def _door(asking: Asking, measure: Measure) -> str:
    """The evidence of a total; of the latest sign-ins, which are people, these people."""
    if measure.is_summed:
        return evidence_url(asking, "overview", measure.column)
    cols = ("user", "account", "status", "login_sessions", "last_login")
    return asking.view.with_table(cols=cols, sort="-last_login").url()


def _toggled(asking: Asking, key: str, shown: set[str]) -> str:
    """The address with one series turned; all of them are not named, and one always stays."""
    left = shown ^ {key} or shown
    keys = tuple(measure.key for measure in MEASURES if measure.key in left)
    named = () if len(keys) == len(MEASURES) else keys
    return asking.view.changed(series=named).url()


def _series(
    asking: Asking, size: str, rows: Sequence[dict[str, Any]], buckets: Buckets
) -> list[Series]:
    before = _rows_before(asking, size, len(rows))
    unknown = {slot for gap in buckets.gaps for slot in range(gap.first, gap.last + 1)}
    return [
        Series(
            measure.key,
            measure.name,
            measure.tone,
            [None if slot in unknown else row[measure.column] for slot, row in enumerate(rows)],
            [row[measure.column] for row in before],
        )
        for measure in MEASURES
    ]


def _rows_before(asking: Asking, size: str, length: int) -> list[dict[str, Any]]:
    """The buckets compared with, where each has one of its own."""
    if asking.compared is None:
        return []
    rows = asking.rows("activity", per=size, **asking.between(asking.compared))
    return rows[:length] if len(rows) >= length else []


def _together(asking: Asking, buckets: Buckets, series: Sequence[Series]) -> Any:  # noqa: ANN401
    return lines_figure("usage-trend", "Usage trend", buckets, series, asking.words)


def _side_by_side(asking: Asking, buckets: Buckets, series: Sequence[Series]) -> list[Any]:
    figures = small_line_figures("usage-trend", buckets, series, asking.words, height=120)
    return list(zip(series, figures, strict=True))


def _buckets(asking: Asking, size: str, rows: Sequence[dict[str, Any]]) -> Buckets:
    starts = [row["start"] for row in rows]
    links = [
        evidence_url(asking, "activity", "requests", {"start": start.isoformat()}, per=size)
        for start in starts
    ]
    part = unfinished(asking, size, starts[-1]) if starts else ""
    gaps = _gaps(asking, rows) if size == "day" else ()
    return Buckets(size, starts, part, gaps, links)


def unfinished(asking: Asking, size: str, last: datetime) -> str:
    """What is said of the last bucket while it goes on."""
    words = asking.words
    local = last.astimezone(words.zone)
    step = {"hour": timedelta(hours=1), "week": timedelta(weeks=1)}.get(size)
    if size == "month":
        following = (local.date().replace(day=28) + timedelta(days=4)).replace(day=1)
        end = midnight(following, words.zone)
    elif size == "day":
        end = midnight(local.date() + timedelta(days=1), words.zone)
    else:
        end = last + (step or timedelta())
    if asking.now >= min(end, asking.period.end):
        return ""
    now = words.instant(asking.now).text
    return now.replace(", ", ", until ") if size in {"hour", "day"} else f"until {now}"


def _gaps(asking: Asking, rows: Sequence[dict[str, Any]]) -> list[Gap]:
    """Days of which no source has a record, side by side as one gap."""
    told = {row["day"] for row in asking.rows("coverage-days") if row["state"] != "silent"}
    zone = asking.words.zone
    silent = [
        slot
        for slot, row in enumerate(rows)
        if row["start"].astimezone(zone).date() not in told
        and not any(row[measure.column] for measure in MEASURES)
        and row["start"].astimezone(zone).date() < asking.words.today
    ]
    firsts = [slot for slot in silent if slot - 1 not in silent]
    lasts = [slot for slot in silent if slot + 1 not in silent]
    return [
        Gap(first, last, "no source has a record")
        for first, last in zip(firsts, lasts, strict=True)
    ]
