"""The whole answer as one JSON object, for programs."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TextIO

from vaultmeter.exports import Export
from vaultmeter.model.instants import text_of
from vaultmeter.model.period import Period
from vaultmeter.model.table import Table


def document(table: Table) -> dict[str, Any]:
    """The object that programs read: the rows, and all that is needed to read them rightly."""
    return {
        "report": table.report,
        "title": table.title,
        "period": _period(table.period),
        "filters": table.filters,
        "definitions": table.definitions,
        "columns": [asdict(column) for column in table.columns],
        "rows": [{name: _plain(value) for name, value in row.items()} for row in table.dicts()],
        "total": table.total,
        "complete_to": {source: _plain(last) for source, last in table.complete_to.items()},
        "as_of": table.as_of,
        "notes": list(table.notes),
    }


def _write(table: Table, out: TextIO) -> None:
    json.dump(document(table), out, ensure_ascii=False, indent=2)
    out.write("\n")


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


EXPORT = Export("one JSON object, for programs", ".json", _write)
