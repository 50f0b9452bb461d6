"""Questions about the password manager alone, whatever product the address names."""

from dataclasses import replace
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.model.kinds import Product
from vaultmeter.views.view import Filter, View

_FILTER, _PM = "product", str(Product.PM)


def rows_of(asking: Asking, report: str, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The rows of a report about the password manager."""
    return asking.rows(report, filters={_FILTER: [_PM]}, **changes)


def door_of(
    asking: Asking, report: str, cell: str, row: dict[str, object] | None = None, **asked: object
) -> str:
    """The evidence of a number of such a report."""
    return evidence_url(asking, report, cell, row, **asked, **{_FILTER: _PM})


def people_url(asking: Asking, status: str = "", account: str = "") -> str:
    """The people of the password manager that a number is about."""
    view: View = asking.view.at("/product-usage")
    others = tuple(each for each in view.filters if each.dimension != _FILTER)
    view = replace(view, filters=(*others, Filter(_FILTER, "is", (_PM,))))
    if account:
        view = replace(view, account=(account,))
    return view.with_table(status=status).url()
