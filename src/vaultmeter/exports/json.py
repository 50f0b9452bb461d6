"""The whole answer as one JSON object, for programs; several tables are a list in one object.

A file says behind the answer who made it and when; a bare one is the answer alone.
It is written row by row: a million rows need no more memory than one.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from json.encoder import encode_basestring
from typing import Any, BinaryIO, TextIO

from vaultmeter.exports import Export, Options, Row, as_text, with_rows
from vaultmeter.model.document import Document, Part
from vaultmeter.model.instants import text_of
from vaultmeter.model.period import Period
from vaultmeter.model.table import Table

_STEP = "  "
_LITERALS = {None: "null", True: "true", False: "false"}


def document(table: Table) -> dict[str, Any]:
    """The object that programs read: the rows, and all that is needed to read them rightly."""
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.dicts()]
    return {**_before(table), "rows": rows, **_behind(table)}


def _before(table: Table) -> dict[str, Any]:
    return {
        "report": table.report,
        "title": table.title,
        "period": _period(table.period),
        "filters": table.filters,
        "definitions": table.definitions,
        "columns": [asdict(column) for column in table.columns],
    }


def _behind(table: Table) -> dict[str, Any]:
    return {
        "total": table.total,
        "complete_to": {source: _plain(last) for source, last in table.complete_to.items()},
        "as_of": table.as_of,
        "notes": list(table.notes),
    }


def _write(document: Document, out: BinaryIO, options: Options) -> None:
    with as_text(out) as text:
        parts = with_rows(document, options)
        if len(document.parts) == 1:
            about = None if options.bare else _about(document)
            for part, rows in parts:
                _object(part, rows, text, 0, about)
        else:
            _bundle(document, parts, text)
        text.write("\n")


def _bundle(document: Document, parts: Iterator[tuple[Part, Iterator[Row]]], out: TextIO) -> None:
    """Write several tables as one object."""
    about = {"title": document.title, **_about(document)}
    out.write("{\n" + "".join(_pair(name, value, 1) + ",\n" for name, value in about.items()))
    out.write(f'{_STEP}"reports": [')
    before = "\n"
    for part, rows in parts:
        out.write(before + _STEP * 2)
        _object(part, rows, out, 2, {})
        before = ",\n"
    out.write(("" if before == "\n" else f"\n{_STEP}") + "]\n}")


def _about(document: Document) -> dict[str, str]:
    """Whose a file is, and of when."""
    return {
        "view": document.view,
        "made": text_of(document.made),
        "made_by": document.made_by,
    }


def _object(
    part: Part, rows: Iterator[Row], out: TextIO, depth: int, about: dict[str, str] | None
) -> None:
    """Write one table as an object that stands so many steps deep; `about` goes behind it.

    It is `None` for a bare one, which is what programs are answered.
    """
    own = depth + 1
    head = _before(part.about).items()
    tail = dict(_behind(part.about))
    if part.is_limited and about is not None:
        tail["rows_limited"] = {"rows": part.row_count, "total": part.about.total}
    tail |= about or {}
    out.write("{\n" + "".join(_pair(name, value, own) + ",\n" for name, value in head))
    out.write(f'{_STEP * own}"rows": [')
    is_first = True
    for text in _rows(part.about, rows, own + 1):
        out.write(("\n" if is_first else ",\n") + text)
        is_first = False
    out.write("],\n" if is_first else f"\n{_STEP * own}],\n")
    out.write(",\n".join(_pair(name, value, own) for name, value in tail.items()))
    out.write(f"\n{_STEP * depth}}}")


def _rows(table: Table, rows: Iterator[Row], depth: int) -> Iterator[str]:
    """Each row as text; the names are encoded once and not once a row."""
    inner = _STEP * (depth + 1)
    names = [f"{inner}{encode_basestring(column.name)}: " for column in table.columns]
    start, end = f"{_STEP * depth}{{\n", f"\n{_STEP * depth}}}"
    for row in rows:
        pairs = [name + _cell(value, depth + 1) for name, value in zip(names, row, strict=True)]
        yield start + ",\n".join(pairs) + end


def _cell(value: Any, depth: int) -> str:  # noqa: ANN401  a cell is of any type
    if isinstance(value, str):
        return encode_basestring(value)
    if type(value) is int:
        return int.__repr__(value)
    if value is None or isinstance(value, bool):
        return _LITERALS[value]
    if isinstance(value, datetime):
        return f'"{_plain(value)}"'
    return _indented(_plain(value), depth)


def _pair(name: str, value: Any, depth: int) -> str:  # noqa: ANN401  whatever JSON can hold
    return f"{_STEP * depth}{encode_basestring(name)}: {_indented(value, depth)}"


def _indented(value: Any, depth: int) -> str:  # noqa: ANN401  whatever JSON can hold
    # A line break inside of text is written as an escape, so that the others are all our own.
    text = json.dumps(value, ensure_ascii=False, indent=len(_STEP))
    return text.replace("\n", "\n" + _STEP * depth)


def _period(period: Period) -> dict[str, str]:
    return {
        "from": _plain(period.start.astimezone(period.zone)),
        "to": _plain(period.end.astimezone(period.zone)),
        "time_zone": period.zone.key,
    }


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    if isinstance(value, datetime):
        return text_of(value) if value.tzname() == "UTC" else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


EXPORT = Export("one JSON object, for programs", ".json", "application/json", _write)
