"""Everything the vaults wrote down about a user, newest first."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.named import user_of
from vaultmeter.console.pages.item.events import events_of
from vaultmeter.console.table import Column

COLUMNS = (
    Column("time", "When", can_sort=False),
    Column("what", "What", can_sort=False),
    Column("item", "Item", can_sort=False),
    Column("source", "Source", can_sort=False, priority=2),
    Column("known", "Known from", can_sort=False, priority=2),
    Column("outcome", "Outcome", can_sort=False, priority=2),
)


def events_block(asking: Asking) -> dict[str, Any]:
    """One page of the events."""
    user = user_of(asking)
    return {"user": user, **events_of(asking, user.filters, COLUMNS)}
