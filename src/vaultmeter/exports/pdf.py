"""A PDF to hand to a board: title, summary, charts as vectors, tables, page numbers, definitions.

It is tagged for readers by ear (PDF/UA-1, where every sign has a glyph in a font of this machine),
and says the times of the period's zone. A table has at most 10,000 rows in it and a cell at most
300 characters: what is left out is said, and other formats have it. With a password it is encrypted
with AES-256. It is set by a process of its own, with limits of memory and time, from a fixed
template: names from vaults are values there and nothing else.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from io import BytesIO
from itertools import islice
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from vaultmeter.charts.chosen import LOOKED_AT, MEASURE
from vaultmeter.charts.drawn import Drawn, Paper, drawn
from vaultmeter.charts.theme import tokens
from vaultmeter.exports import Export, Options, Row, cell_text, with_rows
from vaultmeter.model.document import Document, Part
from vaultmeter.model.errors import Unavailable
from vaultmeter.model.facts import Fact, facts, limited_text, local
from vaultmeter.model.printable import plainly, printable
from vaultmeter.model.table import Column
from vaultmeter.model.totals import Tally

MOST_ROWS = 10_000
"""Rows of a table in a document: nobody reads more, and spreadsheets are better at it."""
MOST_TEXT = 300
MEMORY = 3 * 1024**3
"""Bytes of address space that setting a document may take, most of which it never touches."""
SECONDS = 120
_SET = Path(__file__).parent / "_pdf" / "render.py"
_KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""What of the environment the process that sets it is given."""
_FONT = "Inter"
_COLOURS = ("text", "text-muted", "accent", "line", "surface-sunken", "bad", "bad-tint")
_PORTRAIT, _LANDSCAPE = 493, 740
"""Points between the margins."""
_WIDE = 7
"""Columns from which a page lies on its side."""
_WORD = 16
"""Letters of a word that may not be broken."""
_UNBROKEN = 11
"""Letters of a word of a title that is better not broken."""
_DAY = 10
"""Letters of a date, behind which an instant may be broken."""
_FEW = 3
_MIDNIGHT = time()
_PIECE = re.compile(r"[^/@._:-]*[/@._:-]?")
"""What stands together in a word: up to one of the signs that names are made with."""
_CROWDED = 12
"""Columns from which those that are the same in every row are told below the table instead."""
_LARGEST, _SMALLEST = 8.0, 5.2
"""Points of the letters of a table."""
_LETTER = 0.56
"""How wide a letter is on average, of its height."""
_PER_PART = ("Report", "Rows", "Note", "View", "Made")
_SENTENCES = 3


def _write(document: Document, out: BinaryIO, options: Options) -> None:
    told = json.dumps(_told(document, options), ensure_ascii=False).encode()
    made = _rendered(told)
    out.write(made if options.password is None else _encrypted(made, options.password))


def _rendered(told: bytes, memory: int = MEMORY, seconds: int = SECONDS) -> bytes:
    """Set what is told, elsewhere; raises `Unavailable`."""
    words = [sys.executable, "-I", str(_SET), str(memory), str(seconds)]
    try:
        done = subprocess.run(  # noqa: S603  our own program
            words,
            input=told,
            capture_output=True,
            timeout=seconds,
            check=False,
            # What is set in there may be a secret; whatever a document does, it does not have it.
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
        )
    except subprocess.TimeoutExpired as error:
        raise _failed("it took too long") from error
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise _failed(printable(last[:MOST_TEXT]) or "it needs more memory than it may have")
    return done.stdout


def _failed(why: str) -> Unavailable:
    return Unavailable(
        f"The PDF could not be made: {why}.", "Ask for fewer rows, or for another format."
    )


def _encrypted(made: bytes, password: str) -> bytes:
    from pypdf import PdfWriter  # noqa: PLC0415  only for encryption

    writer = PdfWriter(clone_from=BytesIO(made))
    writer.encrypt(password, token_urlsafe(32), algorithm="AES-256")
    sealed = BytesIO()
    writer.write(sealed)
    return sealed.getvalue()


def _told(document: Document, options: Options) -> dict[str, Any]:
    """Everything that the template shows, as text."""
    first = document.parts[0].about if document.parts else None
    zone = first.period.zone if first else ZoneInfo("UTC")
    period = first.period.text() if first else ""
    is_wide = any(len(part.about.columns) >= _WIDE for part in document.parts)
    shared = [fact for fact in _shared(document) if fact != ("Period", period)]
    parts, sentences = _parts(document, options, _LANDSCAPE if is_wide else _PORTRAIT)
    for told, part in zip(parts, document.parts, strict=True):
        told["facts"] = [
            fact
            for fact in facts(document, part)
            if fact not in shared and fact[0] not in _PER_PART and fact != ("Period", period)
        ]
    return {
        "title": _plain(document.title) or "Report",
        "period": period,
        "sentence": " ".join(sentences[:_SENTENCES]),
        "made": f"{local(document.made, zone)} by {_plain(document.made_by)}",
        "made_by": printable(document.made_by),
        "made_at": document.made.isoformat(),
        "wide": is_wide,
        "font": _FONT,
        "colours": {name: tokens()[name] for name in _COLOURS},
        "facts": [("View", _plain(document.view))] * bool(document.view) + shared,
        "parts": parts,
        "definitions": _definitions(document),
    }


def _parts(
    document: Document, options: Options, width: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """Each table as it is shown, and what there is to say of them."""
    parts, sentences = [], []
    for part, given in with_rows(document, options):
        tally = Tally(replace(part, rows=islice(given, MOST_ROWS)))
        rows = list(tally.passing())
        shown = replace(part, row_count=len(rows))
        # The others are read too, so that whoever adds them up has them all.
        for _ in given:
            pass
        paper = Paper(round(width / 0.75), part.about.period.zone, document.made, _FONT)
        picture = drawn(part.about.columns, rows[:LOOKED_AT], len(rows), paper)
        parts.append(_part(shown, rows, picture, width) | {"totals": _totals(tally)})
        sentences.append(_sentence(shown, rows, picture))
    return parts, [sentence for sentence in sentences if sentence]


def _definitions(document: Document) -> list[Fact]:
    """What words mean, each once; the names of definitions are keys of programs."""
    found = {w: text for part in document.parts for w, text in part.about.definitions.items()}
    return [(plainly(word), printable(text)) for word, text in found.items()]


def _shared(document: Document) -> list[Fact]:
    """The facts that hold for every table."""
    told = [facts(document, part) for part in document.parts]
    return [
        fact
        for fact in (told[0] if told else [])
        if fact[0] not in _PER_PART and all(fact in each for each in told)
    ]


def _part(part: Part, rows: Sequence[Row], picture: Drawn | None, width: int) -> dict[str, Any]:
    """One table as the template shows it."""
    about, zone = part.about, part.about.period.zone
    same = _same(part, rows)
    places = [place for place in range(len(about.columns)) if place not in same]
    columns = [about.columns[place] for place in places]
    cells = [
        list(row) for row in zip(*(_cells(part, rows, place) for place in places), strict=True)
    ]
    laid_out = _columns(columns, cells, zone)
    inset = 4.0 if len(columns) <= _CROWDED else 2.5
    letters = sum(column["width"] for column in laid_out)
    fitting = (width - 2 * inset * len(columns)) / (letters * _LETTER)
    return {
        "title": _plain(about.title),
        "notice": _notice(part),
        "chart": picture and {"svg": picture.svg, "words": picture.words, "width": width},
        "columns": laid_out,
        "rows": cells,
        "size": max(_SMALLEST, min(_LARGEST, fitting)),
        "inset": inset,
        "left-out": _left_out(about.columns, same, rows, zone),
        "notes": [_plain(note) for note in about.notes],
    }


def _same(part: Part, rows: Sequence[Row]) -> list[int]:
    """The places of columns that are told below: empty ones, and where many are, equal ones."""
    places = range(1, len(part.about.columns))
    empty = [place for place in places if rows and all(row[place] is None for row in rows)]
    if len(part.about.columns) - len(empty) < _CROWDED or len(rows) < _FEW:
        return empty
    return [place for place in places if all(row[place] == rows[0][place] for row in rows)]


def _notice(part: Part) -> str:
    """What is said loudly: that rows are missing."""
    if not part.is_limited:
        return ""
    return f"{limited_text(part)}. The others are not in this document."


def _columns(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Title, side and share of the width of each column."""
    found = []
    for place, column in enumerate(columns):
        title = _title(column, zone)
        longest = max((len(row[place]) for row in cells), default=0)
        is_number = column.type in {"integer", "number"}
        most = _WORD if len(columns) >= _CROWDED else 2 * _WORD
        if column.type == "instant" and len(columns) > _CROWDED + 2:
            most = _DAY
        word = min(_UNBROKEN, max(map(len, title.split())))
        wide = longest if is_number else min(longest, most)
        found.append({"title": _plain(title), "numeric": is_number, "width": max(word, wide) + 1})
    return found


def _title(column: Column, zone: ZoneInfo) -> str:
    unit = zone.key if column.type == "instant" else column.unit
    return f"{column.title} ({unit})" if unit else column.title


def _cells(part: Part, rows: Sequence[Row], place: int) -> list[str]:
    """A column as text: measures in words; where no instant has a time of day, they are days."""
    zone = part.about.period.zone
    values = [row[place] for row in rows]
    if place == 0 and part.about.columns[0].name == MEASURE:
        return [plainly(str(value)) for value in values]
    local = [value.astimezone(zone) for value in values if isinstance(value, datetime)]
    if local and len(local) == len(values) and all(each.time() == _MIDNIGHT for each in local):
        return [each.date().isoformat() for each in local]
    return [cell_text(value, zone, _plain) for value in values]


def _plain(text: str) -> str:
    """Text of strangers: in one line, not too long, and with places where long words may break."""
    shown = printable(text)
    if len(shown) > MOST_TEXT:
        shown = f"{shown[:MOST_TEXT]} … [cut: {len(shown):,} characters]"
    return " ".join(_breakable(word) for word in shown.split(" "))


def _breakable(word: str) -> str:
    """A long word with places to break it: behind its signs, else anywhere."""
    if len(word) <= _WORD:
        return word
    pieces = (
        piece[place : place + _WORD]
        for piece in _PIECE.findall(word)
        for place in range(0, len(piece), _WORD)
    )
    return "\u200b".join(pieces)


def _sentence(part: Part, rows: Sequence[Row], picture: Drawn | None) -> str:
    """How a table stands out, in a sentence; empty where nothing does."""
    about = part.about
    if not rows:
        return f"{about.title}: nothing in this range."
    names = [column.name for column in about.columns]
    if names[0] == MEASURE and "value" in names:
        return f"{about.title}: {', '.join(_measures(names, rows))}."
    return f"{about.title}: {picture.finding}" if picture else ""


def _measures(names: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """The first measures, each with how much it changed."""
    for row in rows[:_SENTENCES]:
        told = dict(zip(names, row, strict=True))
        change = told.get("change_percent")
        behind = "" if change is None else f" ({change:+,.1f} %)"
        yield f"{plainly(str(told['measure'])).lower()} {told['value'] or 0:,}{behind}"


def _totals(tally: Tally) -> str:
    """The control totals in a line: of whole numbers, which shares are not added up to.

    Measures of different things are no sum that anybody reads; the manifest has it.
    """
    columns = tally.part.about.columns
    titles = {column.name: column.title for column in columns if columns[0].name != MEASURE}
    sums = (
        f"{titles[name]} {n:,}"
        for name, n in tally.sums.items()
        if isinstance(n, int) and name in titles
    )
    return "Control totals: " + ", ".join((f"{tally.rows:,} rows", *sums)) + "."


def _left_out(
    columns: Sequence[Column], places: Sequence[int], rows: Sequence[Row], zone: ZoneInfo
) -> list[str]:
    """What the columns hold that are no columns of the table on the page."""
    empty = [columns[place].title for place in places if rows[0][place] is None]
    told = [
        f"{columns[place].title} {cell_text(rows[0][place], zone, _plain) or 'empty'}"
        for place in places
        if rows[0][place] is not None
    ]
    found = []
    if told:
        found.append(f"The same in every row: {', '.join(told)}.")
    if empty:
        found.append(f"Columns without any value: {', '.join(empty)}.")
    return found


EXPORT = Export(
    "a PDF to hand on, with charts",
    ".pdf",
    "application/pdf",
    _write,
    encrypts=True,
    binary=True,
)
