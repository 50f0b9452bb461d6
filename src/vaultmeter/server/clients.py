"""The clients of this month against their limits, for the page of metrics."""

from vaultmeter.app import App
from vaultmeter.model.period import period_of, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer
from vaultmeter.server.metrics import ClientsOfMonth


def clients_of_month(app: App) -> list[ClientsOfMonth]:
    """What the report `clients` says of the month so far, in UTC.

    Raises `Unavailable` while the store is being opened.
    """
    period = period_of("month-to-date", zone_named("UTC"), app.clock(), None, None, None)
    with app.store.reader() as store:
        table = answer(
            store, report_named("clients"), Ask(Viewer.operator(), period, terms=app.terms())
        )
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    return [
        ClientsOfMonth(row["product"], row["account"], row["total"], row["limit"]) for row in rows
    ]
