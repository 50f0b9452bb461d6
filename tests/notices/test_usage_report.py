"""Clients reach a limit: told at it, once for a product, account, month, limit and level."""

from datetime import UTC, datetime

import pytest
from tests.conftest import Folder
from tests.notices.looked import change, clients, limit, look, only, texts, uses

from vaultmeter import limits
from vaultmeter.asked import ReportAsked, When, report_answer
from vaultmeter.forwarders._chart import described, picture
from vaultmeter.model.access import Principal
from vaultmeter.model.kinds import Product
from vaultmeter.model.message import Notice
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.notices.types.usage_report import PRODUCTS

FULL = "Clients reach the limit"
EIGHTY = "Clients reach 80 % of the limit"
FORECAST = "Clients are likely to pass the limit"


def told(folder: Folder) -> list[Notice]:
    """What is told of clients and limits now."""
    return look(folder.app, "usage-report")


def reached(count: int, product: str = "Secrets Management") -> str:
    """The sentence that Akeyless documents."""
    return f"Your account has reached {count} clients in {product}."


@pytest.mark.parametrize(("people", "counts"), [(4, []), (5, [5]), (6, [6])])
def test_a_limit_is_told_from_the_client_on_that_reaches_it(
    folder: Folder, people: int, counts: list[int]
) -> None:
    """One client under the limit nothing is told; at it and beyond it is, with the number."""
    folder.take("events", uses(range(people)))
    limit(folder.app, 5)
    assert texts(told(folder)) == [reached(count) for count in counts]
    assert told(folder) == []


@pytest.mark.parametrize(
    ("kind", "product"),
    [("secret_read", "sm"), ("password_accessed", "pm"), ("remote_connection", "sra")],
)
def test_sentence_and_payload(folder: Folder, kind: str, product: str) -> None:
    """Sentence and payload are those of Akeyless, by product, with the report's own number."""
    folder.take("events", uses(range(3), kind=kind, product=product))
    limit(folder.app, 2, product)
    (notice,) = told(folder)
    assert notice.type == "usage-report"
    assert (notice.product, notice.account, notice.time) == (product, "", folder.clock.now)
    message = reached(3, PRODUCTS[product])
    assert notice.text == message
    assert notice.payload == {
        "product": product,
        "total_clients": 3,
        "clients_limit": 2,
        "period": "2026-11",
        "message": message,
        "chart": {
            "title": f"Clients of {PRODUCTS[product]} by month",
            "points": [["2026-11", 3]],
            "limit": 2,
        },
    }
    assert clients(folder, folder.clock.now, product, "*") == 3


def test_the_chart_is_of_twelve_months(folder: Folder) -> None:
    """It has the numbers of the report up to the month that is told, and mail can draw it."""
    uses_by_month = {"2025-11": 9, "2025-12": 2, "2026-09": 1, "2026-11": 3}
    for month, people in uses_by_month.items():
        folder.take("events", uses(range(people), f"{month}-02T08:00:00Z"))
    limit(folder.app, 3)
    (notice,) = told(folder)
    points = {month: total for month, total in notice.payload["chart"]["points"] if total}
    assert points == {"2025-12": 2, "2026-09": 1, "2026-11": 3}
    assert (picture(notice) or b"").startswith(b"\x89PNG")
    assert described(notice).endswith("3 in 2026-11, and the limit is 3.")


def test_a_limit_of_nothing_is_not_reached_by_nobody(folder: Folder) -> None:
    """Where there may be no clients, and are none, nothing is told."""
    folder.take("events", uses("a"))
    limit(folder.app, 0, "pm")
    limit(folder.app, 0, "sm", "elsewhere")
    assert told(folder) == []


def test_every_product_has_its_name() -> None:
    """No product is left to its key."""
    assert set(PRODUCTS) == set(Product)


def test_another_limit_is_told_again(folder: Folder) -> None:
    """A raised limit that is reached is told again, the same one set again is not."""
    folder.take("events", uses(range(5)))
    limit(folder.app, 3)
    assert len(told(folder)) == 1
    limit(folder.app, 5)
    assert texts(told(folder)) == [reached(5)]
    limit(folder.app, 6)
    assert told(folder) == []
    limit(folder.app, 5)
    assert told(folder) == []


def test_a_new_month_is_told_anew(folder: Folder) -> None:
    """The same limit is told once a month, in the zone that the rule says."""
    folder.take("events", uses(range(3)))
    limit(folder.app, 3)
    assert len(told(folder)) == 1
    folder.clock.now = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    assert told(folder) == []
    folder.take("events", uses(range(3), "2026-12-01T00:10:00Z"))
    (notice,) = told(folder)
    assert notice.payload["period"] == "2026-12"


def test_months_are_of_the_rules_zone(folder: Folder) -> None:
    """An event of 30 November in UTC is of December in Kolkata."""
    folder.clock.now = datetime(2026, 11, 30, 21, tzinfo=UTC)
    folder.take("events", uses(range(3), "2026-11-30T20:00:00Z"))
    limit(folder.app, 3)
    change(folder.app, FULL, settings={"zone": "Asia/Kolkata"})
    (notice,) = told(folder)
    assert notice.payload["period"] == "2026-12"


def test_late_events_of_the_month_before(folder: Folder) -> None:
    """Events that come late let the month before reach its limit, too, and it is told of it."""
    folder.clock.now = datetime(2026, 12, 3, tzinfo=UTC)
    folder.take("events", uses(range(2)))
    limit(folder.app, 3)
    assert told(folder) == []
    folder.take("events", uses(["late"], "2026-11-30T23:59:59Z"))
    (notice,) = told(folder)
    assert notice.payload["period"] == "2026-11"
    limit(folder.app, 2)
    folder.clock.now = datetime(2026, 12, 8, tzinfo=UTC)
    assert told(folder) == []
    assert clients(folder, datetime(2026, 11, 1, tzinfo=UTC), "sm", "*") == 3


def test_accounts_and_the_organisation(folder: Folder) -> None:
    """Each account is told by its own limit, with those below it, and the whole by its own."""
    folder.take("events", uses(["a", "b"], account="finance"), account="acme", source="acme")
    folder.take("events", uses(["c", "d"], account="law"), account="acme", source="acme")
    for account, clients_ in (("acme/finance", 2), ("acme/law", 3), ("acme", 4), (None, 4)):
        limit(folder.app, clients_, account=account)
    raised = told(folder)
    found = {(notice.account, notice.payload["total_clients"]) for notice in raised}
    assert found == {("acme/finance", 2), ("acme", 4), ("", 4)}
    for notice in raised:
        count = clients(folder, folder.clock.now, "sm", notice.account or "*")
        assert notice.payload["total_clients"] == count


def test_shares_of_a_limit(folder: Folder) -> None:
    """At 80 per cent it is told by choice, and at 100 again; a share is never rounded up."""
    only(folder.app, FULL, EIGHTY)
    limit(folder.app, 6)
    folder.take("events", uses(range(4)))
    assert told(folder) == []
    folder.take("events", uses([4]))
    (notice,) = told(folder)
    assert notice.text == (
        "Your account has reached 5 clients in Secrets Management, 80 % of the limit of 6 or more."
    )
    assert notice.payload["level"] == 80
    folder.take("events", uses([5]))
    assert texts(told(folder)) == [reached(6)]


def test_a_forecast(folder: Folder) -> None:
    """A limit that is likely to be passed is told once, with what the report forecasts."""
    only(folder.app, FORECAST)
    days = (uses([day], f"2026-11-{day:02}T08:00:00Z") for day in range(1, 23))
    folder.take("events", b"".join(days))
    limit(folder.app, 25)
    table = report_answer(
        folder.app, Viewer.operator(), ReportAsked("forecast", When("month-to-date"))
    )
    assert isinstance(table, Table)
    (row,) = [each for each in table.dicts() if each["account"] == "*"]
    (notice,) = told(folder)
    assert notice.payload["total_clients"] == row["clients"] == 22
    assert notice.payload["likely_clients"] == row["likely"] > 25
    assert notice.payload["passed"] == row["passed"].isoformat()
    assert f"on {row['passed'].isoformat()}" in notice.text
    folder.clock.advance(hours=3)
    assert told(folder) == []


def test_a_limit_that_ended_is_told_no_more(folder: Folder) -> None:
    """Without a limit for the month there is nothing to reach."""
    folder.take("events", uses(range(3)))
    limit(folder.app, 3)
    limits.set_limit(folder.app, Principal.operator(), "sm", None, from_="2026-11")
    assert told(folder) == []
