"""The time axis of one user's or item's chart: its buckets, what is not over, what is not known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from vaultmeter.console.asking import Asking
from vaultmeter.console.figures import Buckets, Gap
from vaultmeter.model.period import Bucket
from vaultmeter.model.table import Table
from vaultmeter.reports.shape import bucket_starts


def size_of(asking: Asking) -> Bucket:
    """The bucket that suits the range, or is asked for: day, week or month."""
    asked = {"day": "day", "week": "week", "month": "month"}.get(asking.view.bucket)
    usual = asking.period.bucket()
    return cast("Bucket", asked or ("day" if usual == "hour" else usual))


def starts_of(asking: Asking, size: Bucket) -> list[datetime]:
    """When the buckets of the range begin that have begun already."""
    return [start for start in bucket_starts(asking.period, size) if start <= asking.now]


def buckets_of(
    asking: Asking, size: str, starts: Sequence[datetime], table: Table, links: Sequence[str] = ()
) -> Buckets:
    """The buckets from these starts, with what `table` tells of how far the sources go."""
    known = min(max(table.complete_to.values()), asking.now) if table.complete_to else None
    return Buckets(
        size,
        starts,
        unfinished=_unfinished(asking, size, starts, known),
        gaps=_gaps(asking, size, starts, known),
        links=links,
    )


def _unfinished(
    asking: Asking, size: str, starts: Sequence[datetime], known: datetime | None
) -> str:
    """What is said of the last bucket where it is not over: "today, until 14:52"."""
    if not starts or known is None or known < starts[-1] or asking.now >= asking.period.end:
        return ""
    local = known.astimezone(asking.period.zone)
    if size == "day" and local.date() == asking.words.today:
        return f"today, until {local:%H:%M}"
    return f"until {asking.words.instant(known).text}"


def _gaps(
    asking: Asking, size: str, starts: Sequence[datetime], known: datetime | None
) -> list[Gap]:
    """Days of which no source tells anything, side by side as one."""
    if known is None or size != "day":
        return []
    told = {row["day"] for row in asking.rows("coverage-days") if row["state"] != "silent"}
    gaps: list[Gap] = []
    for slot, start in enumerate(starts):
        # A day of another zone touches two of those that coverage is told by.
        last = start + timedelta(days=1, microseconds=-1)
        if {start.astimezone(UTC).date(), last.astimezone(UTC).date()} & told:
            continue
        if gaps and gaps[-1].last == slot - 1:
            gaps[-1] = Gap(gaps[-1].first, slot, gaps[-1].reason)
        else:
            gaps.append(Gap(slot, slot, "no source told anything"))
    return gaps
