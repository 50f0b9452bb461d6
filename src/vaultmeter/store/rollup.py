"""Which parts of a stretch of time the rollups answer, and which the events themselves.

Whole months in UTC come from the monthly rollup, whole days from the daily one, the hours before
and after them from the events. Either way the answer is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from vaultmeter.model.kinds import USAGE_INTENTS, Intent, words_in_sql
from vaultmeter.model.period import EPOCH
from vaultmeter.store.measures import MEASURES, MOMENTS, Measure


@dataclass(frozen=True)
class Rollup:
    """A stored table of events added up by UTC bucket and dimensions.

    `sums`, `latest` and `earliest` are its other columns, each with the SQL over events whose sum,
    latest or earliest it holds.
    """

    table: str
    bucket: Literal["month", "day"]
    dimensions: tuple[str, ...]
    sums: Mapping[str, str]
    latest: Mapping[str, str]
    earliest: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"
    measured: bool = False
    """Whether its columns are measures, so that kinds, intents and outcomes are not in it."""
    outlives: bool = True
    """Whether the rows of whole months stay when retention deletes their events."""

    @property
    def order(self) -> str:
        """How its rows are stored, so that those that are added up in a report lie together."""
        return f"start, {'item' if 'item' in self.dimensions else 'identity'}"

    def counted(self, where: str) -> str:
        """The select that counts events, those that meet a condition, into rows of this table."""
        sums = [f"coalesce(sum({value}), 0)" for value in self.sums.values()]
        latest = [f"max({value})" for value in self.latest.values()]
        earliest = [f"min({value})" for value in self.earliest.values()]
        columns = ", ".join([*self.dimensions, *sums, *latest, *earliest])
        return f"""
            select
                date_trunc('{self.bucket}', time) as start,
                {columns}
            from event
            where {self.where}
                and {where}
            group by all
        """

    def added_up(self, where: str = "true") -> str:
        """The select that makes one row of each group, of the rows that meet a condition."""
        sums = [f"sum({column}) as {column}" for column in self.sums]
        latest = [f"max({column}) as {column}" for column in self.latest]
        earliest = [f"min({column}) as {column}" for column in self.earliest]
        columns = ", ".join([*self.dimensions, *sums, *latest, *earliest])
        return f"""
            select
                start,
                {columns}
            from {self.table}
            where {where}
            group by all
        """


def sum_in(measure: Measure, rollup: Rollup | None, *, every_intent: bool = False) -> str:
    """What one row of a rollup, or of the events, adds to a measure."""
    if rollup and rollup.measured:
        return f"event.{measure.name}"
    values = {name: name for name in _COUNTS} if rollup else _COUNTS
    return f"if({_counts(measure, every_intent)}, {values[measure.value]}, 0)"


def latest_in(moment: Measure, rollup: Rollup | None, *, every_intent: bool = False) -> str:
    """The time that one row of a rollup, or of the events, brings to a moment."""
    if rollup and rollup.measured:
        return f"event.{moment.name}"
    time = "last_time" if rollup else "time"
    return f"if({_counts(moment, every_intent)}, event.{time}, null)"


def any_counts(measures: Iterable[Measure], *, every_intent: bool) -> str:
    """The condition on events, or rows of a rollup without measures, that one of them counts."""
    each_once = dict.fromkeys(_counts(measure, every_intent) for measure in measures)
    found = sorted(each_once, key=len)
    # What only narrows another condition adds nothing to it.
    wide = [each for each in found if not any(each.startswith(f"{one} and ") for one in found)]
    return f"({' or '.join(wide)})"


def _counts(measure: Measure, every_intent: bool) -> str:  # noqa: FBT001  as its callers
    if every_intent:
        return measure.where
    return (
        f"intent in ({words_in_sql(SIGNS if measure.signs else USAGE_INTENTS)}) and {measure.where}"
    )


BEGINNING = EPOCH.replace(tzinfo=None)
"""Where the past begins (UTC, naive)."""
SIGNS = (*USAGE_INTENTS, Intent.HEARTBEAT)
"""The intents of any sign that an identity is there."""
_IS_SIGN = f"intent in ({words_in_sql(SIGNS)})"
IS_NO_SIGN = f"intent in ({words_in_sql(tuple(each for each in Intent if each not in SIGNS))})"
"""The condition on events that the rollups of use lack."""
_COUNTS = {"requests": "1", "weight": "weight", "glances": "cast(glance as integer)"}
_WHO = ("source", "account", "identity")
_WHAT = ("kind", "detail", "intent", "outcome", "product", "auth_method")
_LAST = {"last_time": "time"}
_FIRST = {
    "first_seen": "time",
    "first_succeeded": f"if({_counts(MEASURES['succeeded'], every_intent=False)}, time, null)",
}
_MEASURED = {name: sum_in(measure, None) for name, measure in MEASURES.items()}
_MOMENTS = {name: latest_in(moment, None) for name, moment in MOMENTS.items()}


MONTHLY = Rollup("activity_month", "month", (*_WHO, *_WHAT), _COUNTS, _LAST)
DAILY = Rollup("activity_day", "day", (*_WHO, *_WHAT), _COUNTS, _LAST)
ITEMS_MONTHLY = Rollup("item_month", "month", (*_WHO, *_WHAT, "item"), _COUNTS, _LAST)
ITEMS_DAILY = Rollup("item_day", "day", (*_WHO, *_WHAT, "item"), _COUNTS, _LAST)
_USAGE = (*_WHO, "product", "auth_method")
USAGE_MONTHLY = Rollup(
    "usage_month", "month", _USAGE, _MEASURED, _MOMENTS, _FIRST, _IS_SIGN, measured=True
)
USAGE_DAILY = Rollup(
    "usage_day", "day", _USAGE, _MEASURED, _MOMENTS, _FIRST, _IS_SIGN, measured=True
)
_OF_ITEMS = ("requests", "used", "uses", "reads", "denied")


def _item_usage(table: str, bucket: Literal["month", "day"]) -> Rollup:
    return Rollup(
        table,
        bucket,
        ("source", "account", "item", "product"),
        {name: _MEASURED[name] for name in _OF_ITEMS},
        {"last_use": _MOMENTS["last_use"]},
        where=f"{_IS_SIGN} and item is not null",
        measured=True,
    )


ITEM_USAGE_MONTHLY = _item_usage("item_usage_month", "month")
ITEM_USAGE_DAILY = _item_usage("item_usage_day", "day")
SESSIONS_MONTHLY = Rollup(
    "session_month",
    "month",
    (*_WHO, "product", "session"),
    {},
    _LAST,
    {"first_time": "time"},
    f"session is not null and intent in ({words_in_sql(USAGE_INTENTS)})",
    outlives=False,
)
"""When each session that has a name began and ended."""


def _no_sign(table: str, bucket: Literal["month", "day"]) -> Rollup:
    return Rollup(table, bucket, (*_USAGE, "item"), {}, {}, where=IS_NO_SIGN)


NO_SIGN_MONTHLY = _no_sign("no_sign_month", "month")
NO_SIGN_DAILY = _no_sign("no_sign_day", "day")
ROLLUPS = (
    MONTHLY,
    DAILY,
    ITEMS_MONTHLY,
    ITEMS_DAILY,
    USAGE_MONTHLY,
    USAGE_DAILY,
    ITEM_USAGE_MONTHLY,
    ITEM_USAGE_DAILY,
    SESSIONS_MONTHLY,
    NO_SIGN_MONTHLY,
    NO_SIGN_DAILY,
)
"""Every rollup that is kept."""


@dataclass(frozen=True)
class Rolled:
    """How far the rollups reach: their last batch, and the last event there is (UTC, naive).

    `first_time` is that of the first event there was, and `cut_offs` say, by product, before when
    events are deleted, so that rollups of whole months alone still hold them. `late` says whether
    there may be later batches, whose events are read beside the rollups.
    """

    batch: int = 0
    last_time: datetime | None = None
    first_time: datetime | None = None
    cut_offs: Mapping[str, datetime] = field(default_factory=dict)
    late: bool = True


@dataclass(frozen=True)
class Piece:
    """A stretch of time, `[start, end)`, and the rollup that answers it; `None` for the events."""

    start: datetime
    end: datetime
    rollup: Rollup | None = None


def pieces(
    start: datetime, end: datetime, rolled: Rolled, usable: tuple[Rollup, ...]
) -> list[Piece]:
    """A stretch cut into pieces, each answered by the coarsest usable rollup, in order of time."""
    if start >= end:
        return []
    if not usable or not rolled.batch or rolled.last_time is None:
        return [Piece(start, end)]
    bucket = usable[0].bucket
    first, last = _whole(start, end, rolled.last_time, bucket)
    if rolled.first_time is not None and start <= rolled.first_time < end:
        # No event is earlier, so that the bucket of the start is as good as whole.
        first = _floor(start, bucket)
    if first >= last:
        return pieces(start, end, rolled, usable[1:])
    return [
        *pieces(start, first, rolled, usable[1:]),
        Piece(first, last, usable[0]),
        *pieces(last, end, rolled, usable[1:]),
    ]


def is_expired(rollup: Rollup, name: str | None = None) -> str:
    """The condition that the events of a row are deleted, so that they cannot be counted again.

    `name` is what a statement calls the table.
    """
    table = name or rollup.table
    return f"""coalesce({table}.start < (
        select cut_off.before
        from cut_off
        where cut_off.product = {table}.product
    ), false)"""


def _whole(
    start: datetime, end: datetime, last_time: datetime, bucket: Literal["month", "day"]
) -> tuple[datetime, datetime]:
    """The whole buckets between two instants, as one stretch, which may be empty.

    A bucket that is not over counts as whole when no event is later than the end.
    """
    first = _floor(start, bucket)
    if first < start:
        first = _following(first, bucket)
    last = _floor(end, bucket)
    if last_time < end:
        last = max(last, _following(_floor(last_time, bucket), bucket))
    return first, min(last, _following(_floor(end, bucket), bucket))


def _floor(instant: datetime, bucket: Literal["month", "day"]) -> datetime:
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.replace(day=1) if bucket == "month" else midnight


def _following(start: datetime, bucket: Literal["month", "day"]) -> datetime:
    return (
        _floor(start + timedelta(days=31), "month") if bucket == "month" else start + timedelta(1)
    )
