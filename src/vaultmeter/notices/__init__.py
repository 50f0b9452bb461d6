"""The Event Center: what calls for attention, raised once, seen and acknowledged by whoever may.

A rule says what raises a notice (`rules`); each type of rule has a file of its own in `types`.
What is found is kept, and posted to the forwarders it is for, in one transaction.
"""

from vaultmeter.notices.center import acknowledge, listed, open_counts, show
from vaultmeter.notices.given_up import tell_if_given_up
from vaultmeter.notices.raising import page_url, raise_once

__all__ = [
    "acknowledge",
    "listed",
    "open_counts",
    "page_url",
    "raise_once",
    "show",
    "tell_if_given_up",
]
