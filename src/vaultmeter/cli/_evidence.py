"""Evidence as text for people and as an object for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from textwrap import indent
from typing import Any
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from vaultmeter.reports.evidence import Evidence
from vaultmeter.reports.pasteable import pasteable


def as_object(told: Evidence) -> dict[str, Any]:
    """The evidence as JSON has it; instants are in UTC."""
    fields = {name: value for name, value in vars(told).items() if name != "excused"}
    return {
        **{name: _plain(value) for name, value in fields.items()},
        "column": asdict(told.column),
        "period": {
            "from": told.period.start.astimezone(told.period.zone).isoformat(),
            "to": told.period.end.astimezone(told.period.zone).isoformat(),
            "time_zone": told.period.zone.key,
        },
        "statement": None if told.statement is None else pasteable(told.statement),
        **{
            name: [{key: _plain(cell) for key, cell in asdict(part).items()} for part in parts]
            for name, parts in (
                ("parts", told.parts),
                ("sources", told.sources),
                ("events", told.events),
                ("things", told.things),
            )
        },
        "agrees": told.agrees,
    }


def as_text(told: Evidence) -> str:
    """The evidence for people, with local times."""
    return "\n".join(_lines(told))


def _lines(told: Evidence) -> Iterator[str]:
    zone = told.period.zone
    row = ", ".join(f"{name} {_text(value, zone)}" for name, value in told.row.items())
    yield f"{told.title}: {_text(told.value, zone) or 'nothing'} {told.column.unit}".rstrip()
    yield f"{told.report}{': ' if row else ''}{row}, {told.period.text()}"
    for name, words in told.filters.items():
        yield f"{name}: {', '.join(words)}"
    yield f"\nRule ({told.version})"
    yield indent(told.rule, "  ")
    for word, text in told.definitions.items():
        yield indent(f"{word}: {text}", "  ")
    if told.statement is not None:
        yield from _proof(told, zone)
    for note in told.notes:
        yield f"Note: {note}"


def _proof(told: Evidence, zone: ZoneInfo) -> Iterator[str]:
    verdict = "equal" if told.agrees else "NOT EQUAL"
    if told.excused:
        verdict = "not all of its events are there"
    yield f"\nCounted again: {_text(told.counted, zone) or 'nothing'} ({verdict})"
    yield "\nSQL, over what may be seen, in the range, of the filters; --sql prints it whole"
    yield indent(told.query, "  ")
    yield from _table(
        "Parts",
        ("kind", "outcome", "events", "counted"),
        [(part.kind, part.outcome, part.events, part.counted) for part in told.parts],
        zone,
    )
    yield from _table(
        "Sources",
        ("source", "events", "share", "complete to"),
        [(s.source, s.events, f"{s.percent} %", s.complete_to) for s in told.sources],
        zone,
    )
    if told.things:
        yield from _table(
            f"{_which(told, len(told.things), told.distinct)} counted once each",
            ("name", "account", "kind", "first", "last", "events"),
            [tuple(vars(thing).values()) for thing in told.things],
            zone,
        )
    yield from _events(told, zone)


def _events(told: Evidence, zone: ZoneInfo) -> Iterator[str]:
    names = ("time", "account", "user", "kind", "detail", "outcome", "item", "weight", "source")
    yield from _table(
        f"{_which(told, len(told.events), told.total)} events, newest first",
        (*names, "record"),
        [
            (*(getattr(event, name) for name in names), f"{event.file or '?'}:{event.line}")
            for event in told.events
        ],
        zone,
        exact=True,
    )
    if told.page * told.size < told.total:
        yield f"More: --page {told.page + 1}"


def _which(told: Evidence, shown: int, total: int) -> str:
    first = (told.page - 1) * told.size + 1
    return f"{first:,} to {first + shown - 1:,} of {total:,}" if shown else f"None of {total:,}"


def _table(
    title: str,
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    zone: ZoneInfo,
    *,
    exact: bool = False,
) -> Iterator[str]:
    """Rows under a title, each column as wide as its widest cell."""
    yield f"\n{title}"
    if not rows:
        return
    cells = [names, *([_text(cell, zone, exact=exact) for cell in row] for row in rows)]
    wide = [max(cell_len(row[place]) for row in cells) for place in range(len(names))]
    right = [isinstance(cell, int) for cell in rows[0]]
    for row in cells:
        padded = [
            _padded(cell, width, is_number=is_number)
            for cell, width, is_number in zip(row, wide, right, strict=True)
        ]
        yield ("  " + "  ".join(padded)).rstrip()


def _padded(cell: str, width: int, *, is_number: bool) -> str:
    space = " " * (width - cell_len(cell))
    return space + cell if is_number else cell + space


def _text(value: Any, zone: ZoneInfo, *, exact: bool = False) -> str:  # noqa: ANN401  any cell
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.astimezone(zone).replace(tzinfo=None)
        return local.isoformat(" ", "microseconds" if exact else "seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _plain(value: Any) -> Any:  # noqa: ANN401  any cell
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return {n: _plain(v) for n, v in value.items()} if isinstance(value, dict) else value
