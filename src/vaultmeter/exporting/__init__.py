"""Views and reports as files: made at once or in the background, kept, and told unchanged."""

from vaultmeter.exporting.documents import document_of, opened
from vaultmeter.exporting.keeping import (
    begin,
    cancel,
    listed,
    open_file,
    remove,
    show,
)
from vaultmeter.exporting.making import make
from vaultmeter.exporting.wanted import Wanted
from vaultmeter.state.exporting import ExportFile

__all__ = [
    "ExportFile",
    "Wanted",
    "begin",
    "cancel",
    "document_of",
    "listed",
    "make",
    "open_file",
    "opened",
    "remove",
    "show",
]
