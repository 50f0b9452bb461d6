"""The filter bar: the range, what it is compared with, accounts, filters, and freshness."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Page


def bar_of(asking: Asking, page: Page) -> dict[str, Any]:
    """What the bar of a page shows; raises what periods raise."""
    del page
    return {
        "range": asking.view.range,
        "days": asking.words.days(asking.first_day, asking.last_day),
        "against": asking.compared_words,
    }
