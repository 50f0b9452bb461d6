"""Verifies a file against its manifest: who signed it, that no byte is another, and its totals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from vaultmeter.exporting.recount import Counted, can_recount, recounted
from vaultmeter.exporting.signing import is_signed
from vaultmeter.exporting.writing import sha256_of
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid, NotFound

_NEAR = Decimal("1e-9")
"""How far a sum may be off, as part of it: spreadsheets keep sixteen digits of a number."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is as it must be; `None` where nobody can tell."""

    what: str
    is_right: bool | None
    words: str

    def plain(self) -> Object:
        """As JSON has it."""
        return {"check": self.what, "right": self.is_right, "words": self.words}


def verify(path: Path, manifest: Object, fingerprints: Iterable[str]) -> list[Check]:
    """Everything that is looked at; the file is as it was made where nothing is wrong.

    `fingerprints` are those of the keys that are trusted. Raises `NotFound` where there is no file.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", "Check the name.")
    return list(_checks(path, manifest, set(fingerprints)))


def is_whole(checks: Iterable[Check]) -> bool:
    """Whether nothing is wrong."""
    return all(check.is_right is not False for check in checks)


def _checks(path: Path, manifest: Object, fingerprints: set[str]) -> Iterator[Check]:
    yield _signature(manifest)
    yield _key(manifest, fingerprints)
    told = manifest["file"]
    size, digest = path.stat().st_size, sha256_of(path)
    is_long, is_same = size == told.get("bytes"), digest == told.get("sha256")
    words = f"{size:,} bytes" if is_long else f"{size:,} bytes, not {told.get('bytes')}"
    yield Check("size", is_long, words)
    words = "No byte is another." if is_same else f"{digest}, not {told.get('sha256')}"
    yield Check("sha256", is_same, words)
    yield from _totals(path, manifest)


def _signature(manifest: Object) -> Check:
    if is_signed(manifest):
        return Check("signature", is_right=True, words="The manifest is as it was signed.")
    return Check("signature", is_right=False, words="The manifest was changed after it was signed.")


def _key(manifest: Object, fingerprints: set[str]) -> Check:
    own = str(manifest.get("fingerprint", ""))
    if own in fingerprints:
        return Check("key", is_right=True, words=f"Signed by the key {own}.")
    return Check(
        "key",
        is_right=False,
        words=f"Signed by the key {own}, which is not the one that is trusted.",
    )


def _totals(path: Path, manifest: Object) -> Iterator[Check]:
    """The rows and sums of each table, counted again."""
    format_, tables = str(manifest["file"].get("format")), manifest.get("tables", [])
    if not can_recount(path, format_):
        yield Check(
            "totals", is_right=None, words=f"A file like this ({format_}) is not counted again."
        )
        return
    try:
        counted = recounted(path, format_, tables)
    except Invalid as error:
        yield Check("totals", is_right=False, words=error.message)
        return
    for table, found in zip(tables, counted, strict=True):
        try:
            wrong = list(_differences(table, found, near=format_ == "xlsx"))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            wrong = ["what it should add up to cannot be read"]
        rows = f"{found.rows:,} rows, {len(found.sums)} sums"
        yield Check(f"totals of {table.get('report')}", not wrong, "; ".join(wrong) or rows)


def _differences(table: Object, found: Counted, *, near: bool) -> Iterator[str]:
    if found.rows != table["rows"]:
        yield f"{found.rows:,} rows, not {table['rows']:,}"
    for name, text in table["totals"].items():
        told, own = Decimal(text), found.sums.get(name, Decimal(0))
        if abs(told - own) > (_NEAR * max(abs(told), Decimal(1)) if near else 0):
            yield f"{name} adds up to {own}, not {text}"
