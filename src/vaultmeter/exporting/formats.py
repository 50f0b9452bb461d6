"""The formats that a file can have, as users type them."""

from importlib import import_module

from vaultmeter.exports import Export
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.plugins import names_in

_ORDER = ("csv", "xlsx", "pdf", "json", "parquet")
"""As they are offered; others come after them."""
_NO_FILE = {"table", "manifest"}
"""What is for a terminal, and no file."""


def formats() -> tuple[str, ...]:
    """Every format, in the order they are offered."""
    known = [
        name
        for name in names_in("vaultmeter.exports")
        if name not in _NO_FILE and not name.startswith("_") and _export(name) is not None
    ]
    return tuple(sorted(known, key=lambda name: (name not in _ORDER, _place(name), name)))


def export_named(name: str, password: str | None = None) -> Export:
    """What writes a format; raises `NotFound`, and `Invalid` for a password it cannot take."""
    known = formats()
    export = _export(name) if name in known else None
    if export is None:
        raise NotFound(f"There is no format {name[:40]!r}.", did_you_mean(name[:40], known))
    if password is not None and not export.encrypts:
        able = ", ".join(each for each in known if (found := _export(each)) and found.encrypts)
        raise Invalid(
            f"A file in {name} cannot have a password.",
            f"Choose one of: {able}." if able else "Leave the password out.",
        )
    if password == "":
        raise Invalid("The password is empty.", "Write one, or leave it out.")
    if password is not None and not password.isprintable():
        raise Invalid("The password has signs that nobody can type.", "Write another one.")
    return export


def _export(name: str) -> Export | None:
    module = import_module(f"vaultmeter.exports.{name}")
    export: Export | None = getattr(module, "EXPORT", None)
    return export


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
