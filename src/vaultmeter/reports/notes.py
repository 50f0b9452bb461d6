"""What every report says of its sources: what they cannot show, lack and refuse.

It is about the sources that tell of the accounts and sources asked for, and that the viewer may
see; a source that none of a report's columns rests on is not spoken of.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from vaultmeter.model.period import Period
from vaultmeter.model.visibility import SEEN, Visible
from vaultmeter.reports.head import Report
from vaultmeter.reports.sights import rests_on
from vaultmeter.store.question import Question

LookUp = Callable[[str], list[tuple[Any, ...]]]
"""Answers a select over logical tables."""

_GAPS_TOLD = 3
"""Gaps of one source that a note names; the report of gaps has all."""
_TELLING = """
    select name, connector
    from telling_sources
    order by name
"""
_GAPS = """
    select sources.name, gaps.since, gaps.until
    from gaps
    join sources on sources.source = gaps.source
    order by sources.name, epoch(gaps.until - gaps.since) desc, gaps.since
"""
_FIRST = """
    select min(sources.first_time)
    from sources
    join telling_sources on telling_sources.source = sources.source
"""
_REMARKS = "select distinct text from source_notes order by text"
_REFUSED = """
    select
        (select coalesce(sum(lines), 0) from rejects),
        (select coalesce(sum(events), 0) from unknown_codes)
"""
_EVERYWHERE = frozenset({"account", "source"})


def source_notes(
    look_up: LookUp, report: Report, question: Question, rows: Iterable[tuple[Any, ...]]
) -> Iterator[str]:
    """The notes, each a sentence, in order; `look_up` answers what is asked under the question."""
    is_coverage = report.name.startswith("coverage")
    if is_coverage and set(question.filters.patterns) - _EVERYWHERE:
        yield "Coverage is told by source and account: the other filters do not narrow it."
    yield from (text for (text,) in look_up(_REMARKS))
    if not is_coverage:
        yield from _hidden(look_up, report, question, rows)
        yield from _silent(look_up, question)
    ((rejected, unknown),) = look_up(_REFUSED)
    if rejected:
        yield f"{rejected:,} lines were rejected and are in no number: vaultmeter rejects."
    if unknown:
        yield f"{unknown:,} events are of kinds no connector knows; they count as other."


def _hidden(
    look_up: LookUp, report: Report, question: Question, rows: Iterable[tuple[Any, ...]]
) -> Iterator[str]:
    """Which columns of the report are empty, or not whole, because a source cannot show them."""
    wanted = rests_on(report, rows)
    if not wanted:
        return
    told = [
        (name, measure, sight.visible)
        for name, connector in look_up(_TELLING)
        for measure, sight in question.sights[connector].items()
        if measure in wanted
    ]
    for visible, words in ((Visible.NOT, "Not visible"), (Visible.PARTLY, "Only partly visible")):
        by_source: dict[str, list[str]] = {}
        for name, measure, seen in told:
            if seen == visible:
                by_source.setdefault(name, []).append(SEEN[measure].title)
        those = sorted(by_source.items(), key=lambda pair: (pair[1], pair[0]))
        for titles, sources in groupby(those, key=lambda pair: pair[1]):
            names = ", ".join(name for name, _ in sources)
            yield f"{words} in {names}: {', '.join(titles)}. vaultmeter report coverage says why."


def _silent(look_up: LookUp, question: Question) -> Iterator[str]:
    """The longest gaps of each source within the period."""
    for source, found in groupby(look_up(_GAPS), key=lambda row: row[0]):
        gaps = [(since, until) for _, since, until in found]
        end = question.period.end.astimezone(UTC).replace(tzinfo=None)
        shown = ", ".join(_text(*gap, end) for gap in sorted(gaps[:_GAPS_TOLD]))
        more = len(gaps) - _GAPS_TOLD
        others = f", and {more:,} more: vaultmeter report coverage-gaps" if more > 0 else ""
        yield f"No records of {source} {shown}{others}."


def compared_note(look_up: LookUp, before: Period) -> str | None:
    """What is said where the period compared with begins before all records."""
    ((first,),) = look_up(_FIRST)
    if first is None or first.replace(tzinfo=UTC) <= before.start:
        return None
    day = first.replace(tzinfo=UTC).astimezone(before.zone).date()
    if first.replace(tzinfo=UTC) >= before.end:
        return f"No records before {day}: there is nothing to compare with."
    return f"No records before {day}: what it is compared with is not whole."


def _text(since: datetime, until: datetime, end: datetime) -> str:
    """A gap in words, by its first and last day (UTC); one that lasts to the end is open."""
    if until >= end:
        # A range may end in the future, of which nobody knows anything.
        return f"from {since:%Y-%m-%d} on"
    last = until - timedelta(microseconds=1)
    return f"from {since:%Y-%m-%d} to {last:%Y-%m-%d}"
