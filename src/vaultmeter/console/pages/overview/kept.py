"""Secrets and keys: whatever is kept but passwords, for those have a page of their own."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.model.kinds import Product

UNUSED_DAYS = 90


def secrets_alone(asking: Asking) -> dict[str, list[str]]:
    """The filter that leaves passwords out, unless the reader chose a product."""
    if "product" in asking.view.patterns():
        return {}
    return {"product": [each.value for each in Product if each is not Product.PM]}


def used_and_kept(asking: Asking, **changes: Any) -> tuple[int, int]:  # noqa: ANN401
    """How many secrets and keys were used in the range, and how many are kept at its end."""
    own = _own(asking.rows("items-by-type", **changes))
    return sum(row["used"] for row in own), sum(row["items"] for row in own)


def unused_and_never(asking: Asking) -> tuple[int, int]:
    """How many secrets and keys nobody has used for 90 days, and how many ever."""
    own = _own(asking.rows("unused-by-type", days=UNUSED_DAYS))
    return sum(row["unused"] for row in own), sum(row["never_used"] for row in own)


def _own(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["product"] != Product.PM]
