"""Clients by month, limits and forecasts: a second count, facts that hold, and cases by hand."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Folder, event, ndjson
from tests.reports.conftest import Organisation
from tests.reports.edge_events import ZONES
from tests.reports.plain_events import is_below
from tests.reports.questions import Patterns, Question, check, span
from tests.reports.test_second_count import FILTERS, PERIODS, SPRING, VIEWERS, YEAR, shown

from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.terms import ALWAYS, Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.analytics_data import analytics_data
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

Row = dict[str, Any]

NAMES = (
    "clients",
    "clients-by-method",
    "client-days",
    "client-list",
    "client-periods",
    "forecast",
)
LIMITS = (
    Limit("sm", "*", ALWAYS, 60),
    Limit("sm", "acme", date(2026, 1, 1), 40),
    Limit("sm", "acme", date(2026, 5, 1), None),
    Limit("sm", "acme/finance", ALWAYS, 3),
    Limit("sm", "acme/nobody", ALWAYS, 2),
    Limit("sm", "globex", date(2026, 3, 1), 10),
    Limit("sm", "globex", date(2026, 5, 1), 25),
    Limit("pm", "globex/lab", ALWAYS, 0),
    Limit("pm", "*", date(2026, 4, 1), 30),
    Limit("sra", "*", date(2027, 1, 1), 0),
)
JULY = Period(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC), zone_named("UTC"))


def half(turn: int) -> tuple[str, ...]:
    """Every other of the reports; the next turn has the others."""
    return NAMES[turn % 2 :: 2]


@pytest.mark.parametrize("name", PERIODS)
def test_over_a_period(organisation: Organisation, name: str) -> None:
    """With limits, the reports over whole and partial months of several zones are right."""
    question = Question(PERIODS[name], limits=LIMITS)
    check(organisation.app, organisation.world, question, *half(list(PERIODS).index(name)))


@pytest.mark.parametrize("zone", ZONES)
def test_months_of_every_zone(organisation: Organisation, zone: str) -> None:
    """A month begins and ends at the midnights of the zone, whatever clocks do in it."""
    spans = (("2025-10-01", "2026-02-01"), ("2026-03-01T10:07", "2026-05-05T09:30"))
    for turn, (start, end) in enumerate(spans, ZONES.index(zone)):
        question = Question(span(start, end, zone), limits=LIMITS)
        check(organisation.app, organisation.world, question, *half(turn))


@pytest.mark.parametrize("patterns", FILTERS, ids=shown)
def test_with_filters(organisation: Organisation, patterns: Patterns) -> None:
    """Filters choose the clients and accounts that are shown, and make nobody exceeded."""
    question = Question(SPRING, patterns, limits=LIMITS)
    check(organisation.app, organisation.world, question, *half(FILTERS.index(patterns)))


@pytest.mark.parametrize("accounts", VIEWERS, ids=shown)
def test_what_a_viewer_sees(organisation: Organisation, accounts: tuple[str, ...]) -> None:
    """A viewer sees the clients and the limits of its accounts, and no others."""
    question = Question(SPRING, accounts=accounts, limits=LIMITS)
    check(organisation.app, organisation.world, question, *NAMES)
    for row in question.asked(organisation.app, "clients"):
        assert is_below(row[2], accounts)


INSTANTS = st.timedeltas(timedelta(0), timedelta(days=410)).map(
    lambda since: datetime(2025, 6, 1, tzinfo=UTC) + since
)
RANDOM_LIMITS = st.dictionaries(
    st.tuples(
        st.sampled_from(["sm", "pm", "sra"]),
        st.sampled_from(["*", "acme", "acme/finance", "globex", "globex/lab", "globexx", "other"]),
        st.sampled_from([ALWAYS, date(2025, 12, 1), date(2026, 2, 1), date(2026, 6, 1)]),
    ),
    st.one_of(st.none(), st.integers(0, 70)),
    max_size=6,
).map(lambda found: tuple(Limit(*key, clients) for key, clients in sorted(found.items())))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    start=INSTANTS,
    length=st.timedeltas(timedelta(0), timedelta(days=150)),
    zone=st.sampled_from(ZONES),
    limits=RANDOM_LIMITS,
    patterns=st.sampled_from([{}, {}, *FILTERS]),
    accounts=st.sampled_from([None, None, *VIEWERS]),
)
def test_any_question(
    organisation: Organisation,
    start: datetime,
    length: timedelta,
    zone: str,
    limits: tuple[Limit, ...],
    patterns: Patterns,
    accounts: tuple[str, ...] | None,
) -> None:
    """For any range, zone, limits, filters and viewer the reports equal the second count."""
    period = Period(start, start + length, zone_named(zone))
    question = Question(period, patterns, accounts=accounts, limits=limits)
    check(organisation.app, organisation.world, question, *NAMES)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_rollups_change_no_answer(organisation: Organisation, zone: str) -> None:
    """With limits, too, rollups and events give the same rows."""
    store = organisation.app.store
    questions = [
        Question(span("2025-07-01", "2026-07-01", zone), patterns, limits=LIMITS)
        for patterns in ({}, {"kind": ("secret_*",)}, {"item": ("kv/*",)}, {"user": ("*a*",)})
    ]
    asked = [(question, name) for question in questions for name in NAMES]
    with_rollups = [question.asked(organisation.app, name) for question, name in asked]
    rolled = store.meta("rolled")
    assert rolled is not None
    store.remember("rolled", "0")
    try:
        assert [question.asked(organisation.app, name) for question, name in asked] == with_rollups
    finally:
        store.remember("rolled", rolled)


def test_a_range_without_a_beginning(organisation: Organisation) -> None:
    """Hundreds of empty months before the first event change no row, in any zone."""
    for zone in ("UTC", "Europe/Berlin"):
        whole = Question(span("2025-06-01", "2026-08-01", zone), limits=LIMITS)
        endless = Question(span("1970-01-02", "2026-08-01", zone), limits=LIMITS)
        for name in set(NAMES) - {"forecast"}:
            assert endless.asked(organisation.app, name) == whole.asked(organisation.app, name)


def asked(organisation: Organisation, name: str, period: Period = YEAR) -> list[Row]:
    """The rows of a report with limits, as objects."""
    ask = Ask(Viewer.operator(), period, limit=10**6, terms=Terms(limits=LIMITS))
    return answer(organisation.app.store, report_named(name), ask).dicts()


def added_up(rows: Iterable[Row], value: str) -> dict[tuple[Any, ...], int]:
    """The sum of a column by month, product and account."""
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in rows:
        sums[row["month"], row["product"], row["account"]] += int(row[value])
    return sums


def test_what_adds_up(organisation: Organisation) -> None:
    """Actual and exceeded, kinds, and methods each add up to the total; the list holds them all."""
    rows = asked(organisation, "clients")
    listed = asked(organisation, "client-list")
    totals = added_up(rows, "total")
    assert rows
    for row in rows:
        assert row["total"] == row["actual"] + row["exceeded"]
        assert row["total"] == row["people"] + row["machines"] + row["agents"]
        over = 0 if row["limit"] is None else max(0, row["total"] - row["limit"])
        assert row["exceeded"] == over
    assert added_up(asked(organisation, "clients-by-method"), "clients") == totals
    exceeded = added_up(rows, "exceeded")
    for group, count in added_up(listed, "is_exceeded").items():
        assert count == exceeded[group]
    assert any(exceeded.values())


def test_what_must_not_be_added_up(organisation: Organisation) -> None:
    """Quarters and years are no sums of months, nor the organisation of its accounts."""
    periods = asked(organisation, "client-periods")
    monthly = [row for row in periods if row["per"] == "month"]
    totals = added_up(asked(organisation, "clients"), "total")
    assert len(monthly) == len(totals)
    for row in periods:
        assert row["peak_clients"] <= row["clients"] <= row["client_months"]
        assert row["clients"] <= row["clients_by_account"]
    for row in monthly:
        month = date.fromisoformat(f"{row['period']}-01")
        assert row["peak_month"] == month
        assert row["clients"] == row["client_months"] == row["peak_clients"]
        assert row["clients"] == totals[month, row["product"], row["account"]]
    assert any(row["clients"] < row["client_months"] for row in periods)
    assert any(row["clients"] < row["clients_by_account"] for row in periods)


def take(folder: Folder, *clients: tuple[str, str], **fields: str) -> None:
    """Take in one successful read of each client, at an instant of July 2026 or before."""
    folder.take(
        "events",
        ndjson(
            *(
                event(0, time=time, identity=name, kind="secret_read", item="kv/x")
                | {"id": f"{name}-{time}"}
                | fields
                for name, time in clients
            )
        ),
        account="acme",
    )


def july(folder: Folder, name: str, *limits: Limit, period: Period = JULY) -> list[Row]:
    """The rows of the organisation in July, with limits."""
    ask = Ask(Viewer.operator(), period, terms=Terms(limits=limits))
    rows = answer(folder.app.store, report_named(name), ask).dicts()
    return [row for row in rows if row["account"] == "*"]


def in_order(folder: Folder, limit: int) -> list[tuple[str, bool]]:
    """The clients of July in the order they came, and whether each is exceeded."""
    rows = july(folder, "client-list", Limit("sm", "*", ALWAYS, limit))
    return [(row["user"], row["is_exceeded"]) for row in rows]


def test_the_exceeded_ones_came_after_the_limit_was_reached(folder: Folder) -> None:
    """Who comes first is decided by the instant, and at the same instant by the name."""
    noon = "2026-07-02T12:00:00Z"
    take(folder, ("zoe", "2026-07-01T00:00:00Z"), ("bob", noon), ("ann", noon), ("eve", noon))
    assert in_order(folder, 2) == [("zoe", False), ("ann", False), ("bob", True), ("eve", True)]
    assert in_order(folder, 4) == [(name, False) for name in ("zoe", "ann", "bob", "eve")]
    assert in_order(folder, 0) == [(name, True) for name in ("zoe", "ann", "bob", "eve")]


def test_a_late_event_changes_who_came_first(folder: Folder) -> None:
    """An older record that arrives later counts at its own time, also before it is rolled up."""
    take(folder, ("ann", "2026-07-05T12:00:00Z"), ("bob", "2026-07-06T12:00:00Z"))
    take(folder, ("bob", "2026-07-04T12:00:00Z"))
    assert in_order(folder, 1) == [("bob", False), ("ann", True)]


def test_what_failed_or_was_a_heartbeat_is_no_coming(folder: Folder) -> None:
    """A client comes with its first success; who has none is no client."""
    take(folder, ("ann", "2026-07-01T01:00:00Z"), ("cat", "2026-07-01T01:00:00Z"), outcome="denied")
    take(folder, ("ann", "2026-07-01T02:00:00Z"), ("dan", "2026-07-01T02:00:00Z"), kind="heartbeat")
    take(folder, ("bob", "2026-07-01T03:00:00Z"), ("ann", "2026-07-01T04:00:00Z"))
    assert in_order(folder, 1) == [("bob", False), ("ann", True)]


def test_when_a_limit_was_reached(folder: Folder) -> None:
    """It was reached when the last client within it came."""
    take(folder, ("ann", "2026-07-01T01:00:00Z"), ("bob", "2026-07-03T02:00:00Z"))
    for limit, reached in ((1, 1), (2, 3), (3, None), (0, None)):
        (row,) = july(folder, "clients", Limit("sm", "*", ALWAYS, limit))
        at = None if row["limit_reached"] is None else row["limit_reached"].day
        assert at == reached


def grow(folder: Folder, month: int, *days: int) -> None:
    """Take in new clients of a month of 2026, one on each of these days."""
    named = [(f"{month}-{number}", f"2026-{month:02}-{day:02}T12:00:00Z")
             for number, day in enumerate(days)]  # fmt: skip
    take(folder, *named)


def forecast(folder: Folder, day: int, limit: int = 1000) -> Row:
    """The forecast for July at the end of one of its days."""
    until = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=day)
    period = Period(until - timedelta(days=5), until, zone_named("UTC"))
    (row,) = july(folder, "forecast", Limit("sm", "*", ALWAYS, limit), period=period)
    return row


def band(row: Row) -> tuple[Any, ...]:
    """The low, likely and high outcome, and what it goes by."""
    return tuple(row[name] for name in ("clients", "low", "likely", "high", "basis"))


def passed(row: Row) -> list[int | None]:
    """The days on which the limit is passed: earliest, likely, latest."""
    days = [row[name] for name in ("passed_earliest", "passed", "passed_latest")]
    return [None if day is None else day.day for day in days]


def test_a_forecast_by_three_months(folder: Folder) -> None:
    """July grows from its tenth day on as April, May and June did: by 2, by 1.5 and not at all."""
    take(folder, ("before", "2026-03-30T12:00:00Z"))
    grow(folder, 4, 1, 2, 20, 21)
    grow(folder, 5, 3, 4, 25)
    grow(folder, 6, 5, 6, 7)
    grow(folder, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    grow(folder, 8, 1)
    row = forecast(folder, 10)
    assert band(row) == (10, 10, 15, 20, "3 months before")
    assert row["days"] == 10
    assert row["until"] == datetime(2026, 7, 11, tzinfo=UTC)
    assert passed(row) == [None, None, None]
    assert passed(forecast(folder, 10, limit=14)) == [20, 25, None]
    assert passed(forecast(folder, 10, limit=9)) == [10, 10, 10]
    assert passed(forecast(folder, 10, limit=10)) == [20, 25, None]
    assert passed(forecast(folder, 10, limit=20)) == [None, None, None]


def test_a_forecast_without_months_before(folder: Folder) -> None:
    """The band goes from nobody new to as many new ones a day, and says what it goes by."""
    grow(folder, 7, 1, 2, 3, 10)
    grow(folder, 8, 1)
    assert band(forecast(folder, 10)) == (4, 4, 8, 12, "a steady number of new clients a day")
    assert passed(forecast(folder, 10, limit=5)) == [14, 17, None]


def test_a_forecast_by_one_month(folder: Folder) -> None:
    """One month gives what is likely; the band also covers nobody new and a steady growth."""
    take(folder, ("before", "2026-05-30T12:00:00Z"))
    grow(folder, 6, 1, 2, 20)
    grow(folder, 7, 1, 2, 3, 10)
    grow(folder, 8, 1)
    assert band(forecast(folder, 10)) == (4, 4, 6, 12, "1 month before")


def test_a_month_whose_beginning_was_not_logged_is_left_out(folder: Folder) -> None:
    """What began in the middle of June says nothing of how a month grows."""
    grow(folder, 6, 9, 10, 28, 29, 30)
    grow(folder, 7, 1, 2, 3, 10)
    grow(folder, 8, 1)
    assert forecast(folder, 10)["basis"] == "a steady number of new clients a day"


def test_a_forecast_on_the_first_day_and_on_the_last(folder: Folder) -> None:
    """Before a day is over, earlier months stand for this one; a month that is over is no guess."""
    take(folder, ("before", "2026-04-30T12:00:00Z"))
    grow(folder, 5, 1, 2)
    grow(folder, 6, 1, 2, 3, 4, 5, 6)
    grow(folder, 7, 1, 2, 30)
    half = Period(
        datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, 12, 1, tzinfo=UTC), zone_named("UTC")
    )
    (row,) = july(folder, "forecast", period=half)
    assert (row["days"], *band(row)) == (0, 1, 2, 4, 6, "2 months before")
    grow(folder, 8, 1)
    assert band(forecast(folder, 31)) == (3, 3, 3, 3, "the month is over")


def test_nothing_to_go_by(folder: Folder) -> None:
    """On the first day of the first month no number is made up."""
    take(folder, ("ann", "2026-07-01T09:00:00Z"))
    assert band(forecast(folder, 1)) == (1, None, None, None, "nothing to go by")


def test_a_forecast_goes_no_further_than_the_log(folder: Folder) -> None:
    """Days after the last event are not taken for days without new clients."""
    grow(folder, 7, 1, 2, 3, 6)
    row = forecast(folder, 20)
    assert (row["days"], row["until"]) == (5, datetime(2026, 7, 6, 12, tzinfo=UTC))


@pytest.mark.parametrize("account", [None, "acme/finance", "acme*"])
def test_the_analytics_document_marks_the_exceeded(
    organisation: Organisation, account: str | None
) -> None:
    """A client of the document is exceeded by any limit in a month the period touches."""
    filters = Filters.of({"account": [account]} if account else {})
    document = analytics_data(
        organisation.app.store,
        Viewer.operator(),
        span("2026-05-20", "2026-06-10"),
        datetime(2026, 7, 1, tzinfo=UTC),
        Terms(limits=LIMITS),
        filters,
    )
    beyond = {
        (row["product"], row["user"])
        for row in asked(organisation, "client-list", span("2026-05-01", "2026-07-01"))
        if row["is_exceeded"]
    }
    for product, summary in document["usage_reports"].items():
        rows = document["clients_usage_reports"][product]["clients"]
        marked = {row["client_unique_id"] for row in rows if row["exceeded_clients"] > 0}
        assert marked == {row["client_unique_id"] for row in rows} & {
            user for which, user in beyond if which == product
        }
        assert summary["exceeded_clients"] == sum(row["exceeded_clients"] for row in rows)
        assert summary["actual_clients"] + summary["exceeded_clients"] == summary["total_clients"]
        assert summary["ai_clients"] <= summary["total_clients"]
    assert document["usage_reports"]["sm"]["exceeded_clients"] > 0
