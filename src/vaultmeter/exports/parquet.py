"""Apache Parquet: typed columns, instants in UTC, and the facts in the key-value metadata.

Several tables leave as a ZIP archive of such files. Row groups are written as rows come.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from vaultmeter.exports import Export, Options, Row, bundled, with_rows
from vaultmeter.model.document import Document, Part
from vaultmeter.model.facts import facts
from vaultmeter.model.table import Column

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP = 50_000
"""Rows of a row group: what is in memory at once."""


def _write(document: Document, out: BinaryIO, options: Options) -> None:
    if len(document.parts) == 1:
        _one(document, out, options)
    else:
        bundled(document, out, options, ".parquet", _one)


def _one(document: Document, out: BinaryIO, options: Options) -> None:
    """Write a document of one table."""
    import pyarrow as pa  # noqa: PLC0415  what writes no Parquet does not load it
    from pyarrow import parquet  # noqa: PLC0415  the same

    for part, rows in with_rows(document, options):
        schema = _schema(part.about.columns).with_metadata(_metadata(document, part))
        with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
            while group := list(islice(rows, _GROUP)):
                writer.write_batch(pa.record_batch(list(_arrays(schema, group)), schema=schema))


def _schema(columns: tuple[Column, ...]) -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415  what writes no Parquet does not load it

    types: dict[str, Any] = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "instant": pa.timestamp("us", tz="UTC"),
        "date": pa.date32(),
        "boolean": pa.bool_(),
    }
    return pa.schema(
        [pa.field(column.name, types[column.type], metadata=_about(column)) for column in columns]
    )


def _about(column: Column) -> dict[str, str]:
    """What is kept beside a column."""
    return {"title": column.title} | ({"unit": column.unit} if column.unit else {})


def _metadata(document: Document, part: Part) -> dict[str, str]:
    """The facts by their labels, where one stands several times in several lines."""
    found: dict[str, str] = {"Title": document.title}
    meanings = ((f"Definition {word}", text) for word, text in part.about.definitions.items())
    for label, text in (*facts(document, part), *meanings):
        found[label] = f"{found[label]}\n{text}" if label in found else text
    return found


def _arrays(schema: "pa.Schema", rows: list[Row]) -> Iterator["pa.Array[Any]"]:
    """The columns of some rows."""
    import pyarrow as pa  # noqa: PLC0415  what writes no Parquet does not load it

    for field, values in zip(schema, zip(*rows, strict=True), strict=True):
        cells = map(_text, values) if field.type == pa.string() else values
        yield pa.array(list(cells), type=field.type)


def _text(value: Any) -> str | None:  # noqa: ANN401  a cell is of any type
    return value if value is None or isinstance(value, str) else str(value)


EXPORT = Export(
    "Apache Parquet, for data engineers",
    ".parquet",
    "application/vnd.apache.parquet",
    _write,
    bundles=True,
    binary=True,
)
