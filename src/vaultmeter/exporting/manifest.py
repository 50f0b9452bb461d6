"""The manifest of a file: what it is, its rows and control totals, and the bytes it consists of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vaultmeter import __version__
from vaultmeter.model.access import Object
from vaultmeter.model.document import Document
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.instants import text_of
from vaultmeter.model.totals import Tally

SUFFIX = ".manifest.json"
"""The end of a manifest's name, behind that of the file."""
VERSION = 1
"""Of what it holds; a later one may hold what this program cannot compare."""
_MOST = 16 << 20


@dataclass(frozen=True)
class Written:
    """A file as it was written."""

    name: str
    format: str
    media_type: str
    bytes: int
    sha256: str


def manifest_of(document: Document, tallies: Sequence[Tally], written: Written) -> Object:
    """The manifest of a document that was written, not signed yet."""
    return {
        "manifest": VERSION,
        "vaultmeter": __version__,
        "title": document.title,
        "view": document.view,
        "made": text_of(document.made),
        "made_by": document.made_by,
        "file": vars(written),
        "tables": [_table(tally) for tally in tallies],
    }


def read_manifest(path: Path) -> Object:
    """What a file of a manifest holds; raises `NotFound` and `Invalid`."""
    try:
        if path.stat().st_size > _MOST:
            raise _none(path)
        found: Any = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no manifest {path}.", "Download it beside the file, or name it: --manifest."
        ) from error
    except ValueError as error:
        raise _none(path) from error
    if not isinstance(found, dict) or not isinstance(found.get("file"), dict):
        raise _none(path)
    if found.get("manifest") != VERSION:
        raise Invalid(
            f"{path.name} is a manifest of another version.", "Verify it with a newer vaultmeter."
        )
    return found


def _table(tally: Tally) -> Object:
    about = tally.part.about
    zone = about.period.zone
    return {
        "report": about.report,
        "title": about.title,
        "period": {
            "from": _local(about.period.start, zone),
            "to": _local(about.period.end, zone),
            "time_zone": zone.key,
        },
        "filters": about.filters,
        "definitions": about.definitions,
        "columns": [each.name for each in about.columns],
        "rows": tally.rows,
        "rows_in_all": about.total,
        "totals": {name: str(total) for name, total in tally.sums.items()},
        "complete_to": {name: text_of(last) for name, last in about.complete_to.items()},
        "as_of": about.as_of,
        "notes": list(about.notes),
    }


def _local(instant: datetime, zone: Any) -> str:  # noqa: ANN401  a ZoneInfo
    return instant.astimezone(zone).isoformat()


def _none(path: Path) -> Invalid:
    return Invalid(f"{path.name} is no manifest of a file.", "Name the one that came with it.")
