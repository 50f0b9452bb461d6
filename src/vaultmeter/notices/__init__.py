"""The Event Center: what calls for attention, raised once, seen and acknowledged by whoever may.

A rule says what raises a notice (`rules`); each type of rule has a file of its own in `types`.
What is found is kept, and posted to the forwarders it is for, in one transaction.
"""

from vaultmeter.notices.center import acknowledge, listed, open_counts, show
from vaultmeter.notices.raising import raise_once

__all__ = ["acknowledge", "listed", "open_counts", "raise_once", "show"]
