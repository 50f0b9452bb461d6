"""What a file says about itself, the same in every format: what it is, of when, whose, how whole.

A fact is a label and a text. Instants are local times of the table's zone, with its name; text that
strangers wrote stands in one line.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from vaultmeter.model.document import Document, Part
from vaultmeter.model.printable import printable
from vaultmeter.model.table import Table

Fact = tuple[str, str]
_STATUS = re.compile(r"Version (\d+) \(([^)]+)\)")
"""How the definition of status, the only one with versions, begins."""


def facts(document: Document, part: Part) -> list[Fact]:
    """Everything about one table of a document but its definitions, in the order it is read."""
    table = part.about
    found = [
        ("Report", f"{table.title} ({table.report})"),
        ("View", document.view),
        ("Period", table.period.text()),
        ("Compared with", table.compared),
        *((f"Filter {name}", " or ".join(words)) for name, words in table.filters.items()),
        ("Status definition", status_version(table)),
        ("Made", made(document, table.period.zone)),
        ("Rows", rows_text(part)),
        *(
            (f"Data of {printable(source)} complete to", local(last, table.period.zone))
            for source, last in table.complete_to.items()
        ),
        ("As of", table.as_of),
        *(("Note", note) for note in table.notes),
    ]
    return [(label, printable(text)) for label, text in found if text]


def made(document: Document, zone: ZoneInfo) -> str:
    """When a document was made and by whom."""
    return f"{local(document.made, zone)} by {document.made_by}"


def status_version(table: Table) -> str:
    """Which version of the definition of status counts; empty where the report uses none."""
    found = _STATUS.match(table.definitions.get("status", ""))
    return f"version {found[1]} ({found[2]})" if found else ""


def rows_text(part: Part) -> str:
    """How many rows there are; in capitals where they are not all of them."""
    if not part.is_limited:
        return str(part.row_count)
    return f"{limited_text(part).upper()} - the others are not in this file"


def limited_text(part: Part) -> str:
    """Which rows of how many there are: of a part that does not have all."""
    if part.skipped:
        last = part.skipped + part.row_count
        return f"Rows {part.skipped + 1} to {last} of {part.about.total}"
    return f"First {part.row_count} of {part.about.total} rows"


def local(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as a local time, with its offset and the name of the zone."""
    there = instant.astimezone(zone)
    offset = there.strftime("%z")
    return f"{there:%Y-%m-%d %H:%M:%S}{offset[:3]}:{offset[3:5]} ({zone.key})"
