"""Numbers over time and by type add up to those of the reports they are parts of."""

import pytest
from tests.reports.conftest import Organisation
from tests.reports.questions import Patterns, Question, check, span

from vaultmeter.model.period import Period
from vaultmeter.model.terms import ALWAYS, Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

NAMES = (
    "client-days",
    "items-by-type",
    "requests-by-action",
    "requests-by-kind",
    "trend",
    "unused-by-type",
)
SPRING = span("2026-02-10T04:00", "2026-05-20T09:00", "America/St_Johns")
PERIODS = {
    "a year": span("2025-07-01", "2026-07-01"),
    "parts of days": SPRING,
    "weeks with both clock changes": span("2025-10-20", "2026-04-06", "Europe/Berlin"),
    "nothing": span("2026-05-04", "2026-05-04"),
    "after everything": span("2026-08-01", "2026-09-01"),
}
FILTERS: list[Patterns] = [
    {"account": ("globex*",)},
    {"user": ("*a*",)},
    {"product": ("pm", "sra")},
    {"kind": ("secret_*", "heartbeat")},
    {"outcome": ("denied",)},
    {"item_type": ("password",)},
]
LIMITS = (Limit("sm", "*", ALWAYS, 30), Limit("pm", "acme", ALWAYS, 2))


@pytest.mark.parametrize("per", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS.keys())
def test_buckets(organisation: Organisation, period: Period, per: str) -> None:
    """Whatever the bucket, each holds what plain Python counts in it."""
    if per == "hour" and period.days() > 120:
        period = Period(period.days_before_end(7), period.end, period.zone)
    question = Question(period, per=per)
    check(organisation.app, organisation.world, question, "requests-by-kind", "trend")


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS.keys())
def test_periods(organisation: Organisation, period: Period) -> None:
    """Whatever the range, types, actions and days are those of plain Python."""
    check(organisation.app, organisation.world, Question(period, limits=LIMITS), *NAMES)


@pytest.mark.parametrize("patterns", FILTERS, ids=str)
def test_filters(organisation: Organisation, patterns: Patterns) -> None:
    """Filters narrow all of them."""
    check(organisation.app, organisation.world, Question(SPRING, patterns, limits=LIMITS), *NAMES)


@pytest.mark.parametrize("accounts", [("acme/finance",), ("globex",), ()], ids=str)
def test_viewers(organisation: Organisation, accounts: tuple[str, ...]) -> None:
    """A viewer gets what there would be if only its accounts existed."""
    question = Question(SPRING, accounts=accounts, limits=LIMITS)
    check(organisation.app, organisation.world, question, *NAMES)


def test_they_add_up(organisation: Organisation) -> None:
    """Requests by kind and by action are all requests; unused types are the unused items."""
    question = Question(SPRING)
    total: dict[str, int] = dict(row[:2] for row in question.asked(organisation.app, "overview"))
    kinds = question.asked(organisation.app, "requests-by-kind")
    assert sum(row[1] for row in kinds) == total["total_requests"] > 0
    assert sum(sum(row[2:]) for row in kinds) == total["total_requests"]
    actions = question.asked(organisation.app, "requests-by-action")
    assert sum(row[1] for row in actions) == total["total_requests"]
    assert sum(row[3] for row in actions) == total["denied"] > 0
    unused = question.asked(organisation.app, "unused")
    by_type = question.asked(organisation.app, "unused-by-type")
    assert sum(sum(row[2:]) for row in by_type) == len(unused) > 0


@pytest.mark.parametrize("end", ["2026-05-02T10:00", "2026-05-20T09:00", "2026-06-01"])
def test_days_end_as_the_forecast_says(organisation: Organisation, end: str) -> None:
    """The last known day has the clients so far, the last day of the month has the forecast."""
    ask = Ask(Viewer.operator(), span("2026-04-20", end), terms=Terms(limits=LIMITS))
    store = organisation.app.store
    forecast = answer(store, report_named("forecast"), ask).dicts()
    days = answer(store, report_named("client-days"), ask).dicts()
    assert forecast
    for row in forecast:
        key = (row["product"], row["account"])
        own = [day for day in days if (day["product"], day["account"]) == key]
        known = [day["clients"] for day in own if day["clients"] is not None]
        assert known[-1] == row["clients"]
        assert sum(day["new"] or 0 for day in own) == row["clients"]
        assert sorted(known) == known
        if row["days"] < len(own):
            assert [own[-1][name] for name in ("low", "likely", "high")] == [
                row[name] for name in ("low", "likely", "high")
            ]
        limit = row["limit"]
        if limit is not None and row["passed"] is not None and row["clients"] <= limit:
            first = next(day["day"] for day in own if (day["likely"] or 0) > limit)
            assert first == row["passed"]
