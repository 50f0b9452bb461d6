"""Reads files of reports back, to count their rows and add up their numbers again.

Files come from anywhere: what cannot be read is an error in words, and nothing in them is obeyed.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile, is_zipfile

from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MOST_ROWS = 1_048_576
"""Rows of a sheet: a table that fills one goes on in the next."""
_BATCH = 50_000
_MOST_TEXT = 2**31 - 1
Row = Sequence[Any]


@dataclass
class Counted:
    """The rows of a table and the sums of its columns of numbers, as a file has them."""

    rows: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)


def can_recount(path: Path, format_: str) -> bool:
    """Whether a file of a format can be read back: of its kind, and not encrypted."""
    if format_ == "xlsx":
        return is_zipfile(path)
    return format_ in _READERS


def recounted(path: Path, format_: str, tables: Sequence[Object]) -> list[Counted]:
    """The totals of each table that a manifest names; raises `Invalid` for what is no such file."""
    try:
        with path.open("rb") as file:
            return list(_READERS[format_](file, tables))
    except Exception as error:
        # Archives, spreadsheets and columns fail in ways of their own when a byte is another.
        raise Invalid(f"{path.name} is no {format_} file that was made here: {error}.") from error


def _csv(file: IO[bytes], tables: Sequence[Object]) -> Iterator[Counted]:
    # The library refuses longer texts than were ever written by it.
    csv.field_size_limit(_MOST_TEXT)
    for table, part in _parts(file, tables):
        with TextIOWrapper(part, encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text)
            header = next((row for row in rows if not (row and row[0].startswith("# "))), [])
            counted = _counted(table, header, rows)
        yield counted


def _parquet(file: IO[bytes], tables: Sequence[Object]) -> Iterator[Counted]:
    from pyarrow import parquet  # noqa: PLC0415  what reads no Parquet does not load it

    for table, part in _parts(file, tables):
        read = parquet.ParquetFile(part)
        rows = (
            tuple(row.values()) for batch in read.iter_batches(_BATCH) for row in batch.to_pylist()
        )
        yield _counted(table, read.schema_arrow.names, rows)


def _json(file: IO[bytes], tables: Sequence[Object]) -> Iterator[Counted]:
    found = json.load(file, parse_float=Decimal)
    for table, told in zip(tables, found.get("reports", [found]), strict=True):
        header = [column["name"] for column in told["columns"]]
        yield _counted(table, header, ([row[name] for name in header] for row in told["rows"]))


def _xlsx(file: IO[bytes], tables: Sequence[Object]) -> Iterator[Counted]:
    """The sheets behind the summary, in their order."""
    with ZipFile(file) as book:
        sheets = 1
        for table in tables:
            found, is_full = Counted(), True
            while is_full:
                sheets += 1
                with book.open(f"xl/worksheets/sheet{sheets}.xml") as part:
                    is_full = _add_sheet(found, table, part)
            yield found


def _add_sheet(found: Counted, table: Object, part: IO[bytes]) -> bool:
    """Add the rows of a sheet; answers whether it is full, so that another one follows."""
    names = list(table["columns"])
    is_short = table["rows"] < table["rows_in_all"]
    last, head = 0, 2 if is_short else 1
    for last, cells in _sheet_rows(part):
        if last > head:
            row = [cells.get(place) for place in range(len(names))]
            _add(found, table, names, row)
    for name in table["totals"]:
        found.sums.setdefault(name, Decimal(0))
    return last >= _MOST_ROWS


def _sheet_rows(part: IO[bytes]) -> Iterator[tuple[int, dict[int, str]]]:
    """The number of each row of a sheet, and the texts of its cells by place."""
    # The library limits how entities grow; whatever else is wrong here is what is looked for.
    for _, row in ET.iterparse(part):  # noqa: S314  as above
        if row.tag == f"{_SHEET}row":
            yield (
                int(row.attrib["r"]),
                {_place(cell.attrib["r"]): "".join(cell.itertext()) for cell in row},
            )
            row.clear()


def _place(reference: str) -> int:
    """The place of a column: 0 for A7, 26 for AA7."""
    place = 0
    for letter in reference.rstrip("0123456789"):
        place = place * 26 + ord(letter) - 64
    return place - 1


def _parts(file: IO[bytes], tables: Sequence[Object]) -> Iterator[tuple[Object, IO[bytes]]]:
    """Each table with what it is read from: the file itself, or one of an archive."""
    if len(tables) == 1:
        yield tables[0], file
        return
    with ZipFile(file) as archive:
        names = archive.namelist()
        if len(names) != len(tables):
            raise ValueError(f"it has {len(names)} tables in place of {len(tables)}")
        for table, name in zip(tables, names, strict=True):
            with archive.open(name) as part:
                yield table, part


def _counted(table: Object, header: Sequence[str], rows: Iterable[Row]) -> Counted:
    if list(header) != list(table["columns"]):
        raise ValueError(f"the columns of {table['report']} are others")
    found = Counted(sums=dict.fromkeys(table["totals"], Decimal(0)))
    for row in rows:
        _add(found, table, header, row)
    return found


def _add(found: Counted, table: Object, names: Sequence[str], row: Row) -> None:
    found.rows += 1
    summed: Mapping[str, str] = table["totals"]
    for name, value in zip(names, row, strict=True):
        if name in summed and value not in (None, ""):
            found.sums[name] = found.sums.get(name, Decimal(0)) + Decimal(str(value))


_READERS: Mapping[str, Callable[[IO[bytes], Sequence[Object]], Iterator[Counted]]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _xlsx,
    "parquet": _parquet,
}
"""What reads each format that can be read back."""
