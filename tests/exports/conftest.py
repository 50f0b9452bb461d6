"""What the tests of formats share: the answer of every report, and strange names in it."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import Folder, event, ndjson, sample

from vaultmeter.exports import Export, Options
from vaultmeter.model.document import Document, Part
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period
from vaultmeter.model.table import Column, Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import Ask, answer

BERLIN = ZoneInfo("Europe/Berlin")
PERIOD = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), BERLIN)
STRANGE = (
    "=1+1",
    "+1",
    "-1",
    "@sum(A1)",
    "\tx",
    "\rx",
    "\nx",
    'quo"te',
    "com,ma",
    "semi;colon",
    "two\nlines",
    "[bold]x[/bold]",
    "[/]",
    "  spaces  ",
    "ünïcödé 🔑",
    "",
    "'apostrophe",
    "null",
    "1234",
    "1e5",
)
TYPED = (
    Column("text", "Text"),
    Column("integer", "Integer", "integer"),
    Column("number", "Number", "number", "%"),
    Column("instant", "Instant", "instant"),
    Column("date", "Date", "date"),
    Column("boolean", "Boolean", "boolean"),
)


MADE = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Table]]:
    """Give the answer of every report about a real log and some strange names."""
    folder = Folder(tmp_path_factory.mktemp("exports") / "data")
    strange = [
        event(number, identity=name or "nobody", item=f"{name}/item", item_type="a=b")
        for number, name in enumerate(STRANGE)
    ]
    folder.take("openbao", sample(), account="acme")
    folder.take("events", ndjson(*strange), account="acme")
    made = []
    for name in report_names():
        report = report_named(name)
        filters = Filters.of({"user": ("*",)}) if report.needs else Filters()
        ask = Ask(Viewer.operator(), PERIOD, filters, who="everyone", compare="previous")
        made.append(answer(folder.app.store, report, ask))
    yield made
    folder.close()


def table_of(*rows: tuple[Any, ...], columns: tuple[Column, ...] = TYPED) -> Table:
    """A table with these rows and nothing else."""
    return Table("made", "Made", PERIOD, {}, {}, columns, rows, len(rows), {}, ())


def document_of(*tables: Table, title: str = "All of it") -> Document:
    """A document of some tables."""
    return Document(title, tuple(map(Part.of, tables)), MADE, "ada")


def limited(table: Table, total: int) -> Document:
    """A document with the first rows of more."""
    return document_of(replace(table, total=total))


def export_named(name: str) -> Export:
    """The format of that name."""
    found: Export = import_module(f"vaultmeter.exports.{name}").EXPORT
    return found


def file_of(name: str, document: Document, **options: Any) -> bytes:  # noqa: ANN401  any option
    """The file that a format makes of a document."""
    out = io.BytesIO()
    export_named(name).write(document, out, Options(**options))
    return out.getvalue()
