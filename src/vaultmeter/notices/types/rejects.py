"""`rejects`: lines of a source could not be read; told once a source and day (UTC) of receipt."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta

from vaultmeter.inbox.batches import Source
from vaultmeter.notices.finding import Finding, Found, Looking, RuleType

_REASONS = 5
"""How many reasons are told."""
_COUNTED = """
    select
        reason,
        count(*) as lines
    from reject
    join source on source.id = reject.source
    where source.name = $source
        and batch between $first and $last
    group by reason
    order by lines desc, reason
"""
_Batches = tuple[int, int]


def _find(looking: Looking) -> Found:
    return Found(tuple(_findings(looking)))


def _findings(looking: Looking) -> Iterator[Finding]:
    """The sources of whose lines of today, or the day before, some are rejected."""
    today = looking.now.astimezone(UTC).date()
    days = [(today - timedelta(days=1)).isoformat(), today.isoformat()]
    received = _received(looking, days)
    for source in looking.app.inbox.sources():
        if not (looking.viewer.covers(source.account) and looking.is_about(source.account)):
            continue
        for day in days:
            if (batches := received.get((source.name, day))) is None:
                continue
            first, last = batches
            values = {"source": source.name, "first": first, "last": last}
            if reasons := dict(looking.store.query(_COUNTED, values)):
                yield _finding(source, day, reasons)


def _received(looking: Looking, days: list[str]) -> Mapping[tuple[str, str], _Batches]:
    """The first and the last batch that came in, by source and day."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for source, day, seq, _ in looking.app.inbox.received():
        if day in days:
            found[source, day].append(seq)
    return {place: (min(batches), max(batches)) for place, batches in found.items()}


def _finding(source: Source, day: str, reasons: Mapping[str, int]) -> Finding:
    lines = sum(reasons.values())
    told = ", ".join(f"{reason} ({count})" for reason, count in _first(reasons).items())
    were = "line was" if lines == 1 else "lines were"
    return Finding(
        f"rejects {day} {source.name}",
        f"{lines} {were} rejected of those that the source {source.name} sent on {day}: {told}.",
        {
            "source": source.name,
            "connector": source.connector,
            "day": day,
            "lines": lines,
            "reasons": _first(reasons),
        },
        account=source.account,
    )


def _first(reasons: Mapping[str, int]) -> dict[str, int]:
    return dict(list(reasons.items())[:_REASONS])


TYPE = RuleType("rejects", "Lines are rejected", (), _find, timedelta(hours=1), on_change=True)
