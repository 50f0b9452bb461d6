"""Checks that a manifest tells of every change to a file or to itself, in all formats."""

import json
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from tests.conftest import seeded
from tests.exporting.conftest import OPERATOR, Place

from vaultmeter.access.secret_key import SecretKey
from vaultmeter.exporting import asking
from vaultmeter.exporting.manifest import read_manifest
from vaultmeter.exporting.signing import public_keys, read_fingerprint, signed
from vaultmeter.exporting.verifying import Check, is_whole, verify
from vaultmeter.model.errors import Invalid, NotFound

FORMATS = ("csv", "json", "xlsx", "parquet", "pdf")
COUNTED = {"csv", "json", "xlsx", "parquet"}


@pytest.fixture(scope="module")
def trusted(place: Place) -> str:
    """Give the fingerprint of the folder's key."""
    found: str = asking.key(place.app, OPERATOR)["rows"][0]["fingerprint"]
    return found


def wrong(checks: list[Check]) -> set[str]:
    """What is not right."""
    return {check.what for check in checks if check.is_right is False}


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_is_whole_and_its_totals_are_counted_again(
    place: Place, trusted: str, format_: str
) -> None:
    """Every format but PDF is read back, and has the rows and sums that were signed."""
    file = place.make("/clients", format=format_)
    manifest = read_manifest(file.manifest_path)
    checks = verify(file.path, manifest, [trusted])
    assert is_whole(checks), checks
    counted = [check for check in checks if check.what.startswith("totals of")]
    assert len(counted) == (5 if format_ in COUNTED else 0)
    assert file.rows == sum(table["rows"] for table in manifest["tables"]) > 0
    assert manifest["file"]["name"] == file.name


def test_any_changed_byte_is_found(place: Place, trusted: str, tmp_path: Path) -> None:
    """One byte otherwise, one more or one less: the file is another one."""
    file = place.make("/product-usage", format="json")
    manifest, content = read_manifest(file.manifest_path), file.path.read_bytes()
    changed = tmp_path / "changed.json"
    random = seeded(7)
    for where in [0, len(content) - 1, *random.sample(range(len(content)), 30)]:
        other = bytearray(content)
        other[where] ^= 1 << random.randrange(8)
        changed.write_bytes(other)
        assert "sha256" in wrong(verify(changed, manifest, [trusted])), where
    changed.write_bytes(content + b"\n")
    assert {"size", "sha256"} <= wrong(verify(changed, manifest, [trusted]))
    copyfile(file.path, changed)
    assert not wrong(verify(changed, manifest, [trusted]))


@pytest.mark.parametrize("format_", sorted(COUNTED))
def test_a_number_that_was_changed_is_named(
    place: Place, trusted: str, format_: str, tmp_path: Path
) -> None:
    """Where rows or numbers differ from what was signed, it says in which table and how."""
    file = place.make("/product-usage", format=format_)
    other = tmp_path / file.name
    copyfile(place.make("/product-usage", format=format_, limit=3).path, other)
    checks = verify(other, read_manifest(file.manifest_path), [trusted])
    assert "totals of users" in wrong(checks) or "totals" in wrong(checks)


def test_any_change_of_the_manifest_is_found(place: Place, trusted: str) -> None:
    """Each of its fields is signed, and a signature by another key is none that is trusted."""
    file = place.make("/")
    manifest = read_manifest(file.manifest_path)
    for name, value in manifest.items():
        other = {**manifest, name: f"{value}x" if isinstance(value, str) else [value]}
        if name == "file":
            other["file"] = {**manifest["file"], "made_of": "nothing"}
        if name == "tables":
            other["tables"] = [{**manifest["tables"][0], "rows": 1}]
        assert "signature" in wrong(verify(file.path, other, [trusted])), name
    del manifest["signature"]
    assert wrong(verify(file.path, manifest, [trusted])) == {"signature"}
    forged = signed(SecretKey(b"k" * 32), {**manifest, "title": "Forged"})
    assert wrong(verify(file.path, forged, [trusted])) == {"key"}
    assert wrong(verify(file.path, {"file": {}}, [trusted])) >= {"signature", "key", "sha256"}


@pytest.mark.parametrize(
    "tables",
    [
        7,
        [1],
        [{}],
        [{"report": "users", "columns": 1, "totals": {}}],
        [{"totals": {"requests": "many"}}],
        [{"rows": "all"}],
    ],
)
def test_a_manifest_that_makes_no_sense_is_wrong_and_no_error(
    place: Place,
    trusted: str,
    tables: Any,  # noqa: ANN401  whatever JSON can hold
) -> None:
    """Whatever a manifest from anywhere has for totals, what is told is that they are wrong."""
    file = place.make("/product-usage", format="json")
    manifest = read_manifest(file.manifest_path)
    if isinstance(tables, list) and tables[0] not in (1, {}) and len(tables[0]) == 1:
        tables = [{**each, **tables[0]} for each in manifest["tables"]]
    found = wrong(verify(file.path, {**manifest, "tables": tables}, [trusted]))
    assert "signature" in found
    assert any(each.startswith("totals") for each in found)


def test_files_signed_before_the_key_was_replaced_are_still_known(place: Place) -> None:
    """The older keys that stand beside the new one are told, too, behind it."""
    old, new = SecretKey(b"o" * 32), SecretKey(b"n" * 32)
    keys = public_keys(SecretKey(b"n" * 32, (old,)))
    assert [each.fingerprint for each in keys] == [
        public_keys(new)[0].fingerprint,
        public_keys(old)[0].fingerprint,
    ]
    file = place.make("/")
    body = {
        name: value
        for name, value in read_manifest(file.manifest_path).items()
        if name not in {"signature", "public_key", "fingerprint"}
    }
    assert not wrong(verify(file.path, signed(old, body), [each.fingerprint for each in keys]))


@pytest.mark.parametrize("format_", ["xlsx", "pdf"])
def test_a_file_with_a_password_is_verified_without_it(
    place: Place, trusted: str, format_: str
) -> None:
    """Its bytes are those that were signed; its rows are not counted again."""
    file = place.make("/", format=format_, password="a password")  # noqa: S106  of a test
    assert "a password" not in json.dumps(file.wanted)
    checks = verify(file.path, read_manifest(file.manifest_path), [trusted])
    assert is_whole(checks)
    assert [check.is_right for check in checks if check.what == "totals"] == [None]


def test_what_is_no_manifest_or_fingerprint(place: Place, trusted: str, tmp_path: Path) -> None:
    """What cannot be read is told in words, and is no crash."""
    other = tmp_path / "other.json"
    with pytest.raises(NotFound):
        read_manifest(other)
    for text in ("", "[]", "{}", '{"file": 5}', '{"file": {}, "manifest": 99}'):
        other.write_text(text)
        with pytest.raises(Invalid):
            read_manifest(other)
    file = place.make("/")
    with pytest.raises(NotFound):
        verify(tmp_path / "none", read_manifest(file.manifest_path), [trusted])
    assert read_fingerprint(f" {trusted[:32].upper()}:{trusted[32:]}\n") == trusted
    for text in ("", trusted[:-1], "x" * 64):
        with pytest.raises(Invalid):
            read_fingerprint(text)
