"""Evidence as text for people."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import indent
from typing import Any
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from vaultmeter.cli._options import told_period

Object = dict[str, Any]
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def as_text(told: Object) -> str:
    """The evidence for people, with local times."""
    return "\n".join(_lines(told))


def value_text(told: Object, name: str) -> str:
    """What the report has, or its events give, with a local time."""
    return _text(told[name], told_period(told).zone) or "nothing"


def _lines(told: Object) -> Iterator[str]:
    period = told_period(told)
    row = ", ".join(f"{name} {_text(value, period.zone)}" for name, value in told["row"].items())
    yield f"{told['title']}: {value_text(told, 'value')} {told['column']['unit']}".rstrip()
    yield f"{told['report']}{': ' if row else ''}{row}, {period.text()}"
    for name, words in told["filters"].items():
        yield f"{name}: {', '.join(words)}"
    yield f"\nRule ({told['version']})"
    yield indent(told["rule"], "  ")
    for word, text in told["definitions"].items():
        yield indent(f"{word}: {text}", "  ")
    if told["statement"] is not None:
        yield from _proof(told, period.zone)
    for note in told["notes"]:
        yield f"Note: {note}"


def _proof(told: Object, zone: ZoneInfo) -> Iterator[str]:
    verdict = "equal" if told["agrees"] else "NOT EQUAL"
    if told["excused"]:
        verdict = "not all of its events are there"
    yield f"\nCounted again: {value_text(told, 'counted')} ({verdict})"
    yield "\nSQL, over what may be seen, in the range, of the filters; --sql prints it whole"
    yield indent(told["query"], "  ")
    yield from _table(
        "Parts",
        ("kind", "outcome", "events", "counted"),
        [tuple(part.values()) for part in told["parts"]],
        zone,
    )
    yield from _table(
        "Sources",
        ("source", "events", "share", "complete to"),
        [
            (share["source"], share["events"], f"{share['percent']} %", share["complete_to"])
            for share in told["sources"]
        ],
        zone,
    )
    if told["things"]:
        yield from _table(
            f"{_which(told, len(told['things']), told['distinct'])} counted once each",
            ("name", "account", "kind", "first", "last", "events"),
            [tuple(thing.values()) for thing in told["things"]],
            zone,
        )
    yield from _events(told, zone)


def _events(told: Object, zone: ZoneInfo) -> Iterator[str]:
    names = ("time", "account", "user", "kind", "detail", "outcome", "item", "weight", "source")
    yield from _table(
        f"{_which(told, len(told['events']), told['total'])} events, newest first",
        (*names, "record"),
        [
            (*(event[name] for name in names), f"{event['file'] or '?'}:{event['line']}")
            for event in told["events"]
        ],
        zone,
        exact=True,
    )
    if told["page"] * told["size"] < told["total"]:
        yield f"More: --page {told['page'] + 1}"


def _which(told: Object, shown: int, total: int) -> str:
    first = (told["page"] - 1) * told["size"] + 1
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
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        local = datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)
        return local.isoformat(" ", "microseconds" if exact else "seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
