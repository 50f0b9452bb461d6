"""Requests over time: machines, people and agents, against the range compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.figures import Buckets, Gap, Series, columns_figure
from vaultmeter.model.table import Table

Row = Mapping[str, Any]
REPORT = "requests-by-kind"
KINDS = (
    ("machines", "Machines", 1),
    ("people", "People", 2),
    ("agents", "Agents", 3),
    ("others", "Others", 0),
)
"""Parts of a column: their key, name and colour on every page."""
_HOURS, _DAYS = 2, 92
"""Up to how many days hours, and days, can be told apart."""
_LATER = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
}


@dataclass(frozen=True)
class Switch:
    """One of the buckets that can be chosen."""

    name: str
    title: str
    url: str
    is_current: bool


def bucket_of(asking: Asking) -> str:
    """The bucket that is asked for where it suits the range, else the usual one."""
    suiting = _suiting(asking)
    return asking.view.bucket if asking.view.bucket in suiting else suiting[0]


def switches(asking: Asking) -> list[Switch]:
    """The buckets that suit the range; the usual one leaves no word in the address."""
    usual, current = _suiting(asking)[0], bucket_of(asking)
    return [
        Switch(
            name,
            name.capitalize(),
            asking.view.changed(bucket="" if name == usual else name).url(),
            name == current,
        )
        for name in ("hour", "day", "week", "month")
        if name in _suiting(asking)
    ]


def _suiting(asking: Asking) -> tuple[str, ...]:
    days = asking.period.days()
    if days <= _HOURS:
        return ("hour", "day")
    return ("day", "week") if days <= _DAYS else ("week", "month")


def requests_block(asking: Asking) -> dict[str, Any]:
    """The stacked columns of requests."""
    bucket = bucket_of(asking)
    table = asking.report(REPORT, per=bucket)
    rows = [row for row in table.dicts() if row["start"] <= asking.now]
    before = _before(asking, bucket, len(rows))
    known = _known_until(table, asking)
    gaps = _gaps(asking, bucket, rows, known)
    hidden = {slot for gap in gaps for slot in range(gap.first, gap.last + 1)}
    parts = [
        Series(
            key,
            name,
            tone,
            [None if slot in hidden else row[key] for slot, row in enumerate(rows)],
            [row[key] if row else None for row in before],
        )
        for key, name, tone in KINDS
        if any(row[key] for row in rows)
    ]
    title = f"Requests {'an' if bucket == 'hour' else 'a'} {bucket}"
    figure = columns_figure(
        "requests-chart",
        title,
        Buckets(
            bucket,
            [row["start"] for row in rows],
            unfinished=_unfinished(asking, bucket, rows, known),
            gaps=gaps,
            links=[_door(asking, bucket, row) for row in rows],
        ),
        parts or [Series("requests", "Requests", 1, [row["requests"] for row in rows])],
        asking.words,
        compared=asking.compared_words if before and parts else "",
    )
    return {
        "title": title,
        "figure": figure.showing(asking.view.series),
        "finding": _finding(asking, parts),
        "switches": switches(asking),
    }


def _before(asking: Asking, bucket: str, length: int) -> list[Row | None]:
    """The buckets compared with, one beside each; nothing where nothing is compared."""
    if asking.compared is None:
        return []
    rows: list[Row | None] = [*asking.rows(REPORT, per=bucket, **asking.between(asking.compared))]
    return [*rows, *[None] * length][:length]


def _finding(asking: Asking, parts: Sequence[Series]) -> str:
    """Who makes how much of all: "Machines make 85.5% of them, people 11.9%"."""
    whole = sum(part.total for part in parts)
    if not whole:
        return "No requests in this range"
    first, *others = sorted(parts, key=lambda part: -part.total)
    share = asking.words.share
    told = [f"{first.name} make {share(first.total, whole)} of them"]
    told += [f"{part.name.lower()} {share(part.total, whole)}" for part in others]
    return ", ".join(told)


def _known_until(table: Table, asking: Asking) -> datetime | None:
    """Up to when any source has told something; `None` where none ever did."""
    return min(max(table.complete_to.values()), asking.now) if table.complete_to else None


def _unfinished(asking: Asking, bucket: str, rows: Sequence[Row], known: datetime | None) -> str:
    """What is said of the last bucket where it is not over: "today, until 14:52"."""
    if not rows or known is None:
        return ""
    start = rows[-1]["start"]
    if not start <= known < _end(start, bucket, asking):
        return ""
    if asking.now >= _end(start, bucket, asking):
        return ""
    local = known.astimezone(asking.period.zone)
    if bucket in {"hour", "day"} and local.date() == asking.words.today:
        return f"today, until {local:%H:%M}"
    return f"until {asking.words.instant(known).text}"


def _end(start: datetime, bucket: str, asking: Asking) -> datetime:
    """When a bucket ends, to the wall clock of the zone."""
    if bucket == "hour":
        return start + _LATER["hour"]
    local = start.astimezone(asking.period.zone)
    day = local.date() + _LATER[bucket]
    if bucket == "month":
        day = day.replace(day=1)
    return datetime.combine(day, time(), asking.period.zone).astimezone(UTC)


def _gaps(asking: Asking, bucket: str, rows: Sequence[Row], known: datetime | None) -> list[Gap]:
    """Buckets of which nobody has told anything: before the first record, after the last."""
    if known is None or not rows:
        return []
    found = [*_silent(asking, bucket, rows)]
    late = [slot for slot, row in enumerate(rows) if row["start"] > known]
    if late:
        told = asking.words.instant(known).text
        found.append(Gap(late[0], late[-1], f"no record since {told}"))
    return found


def _silent(asking: Asking, bucket: str, rows: Sequence[Row]) -> list[Gap]:
    """Days on which all sources were silent, or none was there yet."""
    if bucket != "day":
        return []
    told = {row["day"] for row in asking.rows("coverage-days") if row["state"] != "silent"}
    first = min(told, default=None)
    gaps: list[Gap] = []
    for slot, row in enumerate(rows):
        start, end = row["start"], _end(row["start"], bucket, asking) - timedelta(microseconds=1)
        # A day of another zone touches two of those that coverage is told by.
        if row["requests"] or {start.date(), end.date()} & told:
            continue
        is_early = first is not None and end.date() < first
        reason = "before the first record" if is_early else "no source told anything"
        if gaps and gaps[-1].last == slot - 1 and gaps[-1].reason == reason:
            gaps[-1] = Gap(gaps[-1].first, slot, reason)
        else:
            gaps.append(Gap(slot, slot, reason))
    return gaps


def _door(asking: Asking, bucket: str, row: Row) -> str:
    """The evidence of a bucket's requests."""
    start = row["start"].astimezone(asking.period.zone).isoformat()
    return evidence_url(asking, REPORT, "requests", {"start": start}, per=bucket)
