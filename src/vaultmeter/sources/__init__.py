"""The sources whose records arrive by themselves: added, listed, shown, given keys, removed."""

from vaultmeter.sources.acts import added, key_made, listed, removed, shown, sources_in
from vaultmeter.sources.known import Conditions, Sources
from vaultmeter.sources.wanted import Wanted

__all__ = [
    "Conditions",
    "Sources",
    "Wanted",
    "added",
    "key_made",
    "listed",
    "removed",
    "shown",
    "sources_in",
]
