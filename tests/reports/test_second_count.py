"""Every cell of every report equals a second computation in plain Python from the same events."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.reports.conftest import ROOTS, Lines, Organisation
from tests.reports.edge_events import STRANGE_NAMES, ZONES
from tests.reports.plain_events import is_below
from tests.reports.questions import Patterns, Question, check, days, span

from vaultmeter.app import App
from vaultmeter.model.kinds import Intent, Kind
from vaultmeter.model.period import Period
from vaultmeter.model.status import PRESETS, StatusDefinition, preset_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import Ask, answer

YEAR = span("2025-07-01", "2026-07-01")
SPRING = span("2026-02-10T04:00", "2026-05-20T09:00", "America/St_Johns")

PERIODS = {
    "all": YEAR,
    "a calendar month": span("2026-05-01", "2026-06-01"),
    "a calendar month elsewhere": span("2026-05-01", "2026-06-01", "Asia/Kolkata"),
    "whole months and parts of days": span(
        "2026-01-31T23:59:59.999999", "2026-05-01T00:00:00.000001"
    ),
    "weeks with both clock changes": span("2025-10-20", "2026-04-06", "Europe/Berlin"),
    "a day of 25 hours": span("2025-10-26", "2025-10-27", "Europe/Berlin"),
    "a day of 23 hours": span("2026-03-29", "2026-03-30", "Europe/Berlin"),
    "the hour that is there twice": span(
        "2025-11-02T01:30:00-04:00", "2025-11-02T01:30:00-05:00", "America/New_York"
    ),
    "a day that begins at one": span("2026-04-24", "2026-04-25", "Africa/Cairo"),
    "half an hour back": span("2026-04-04", "2026-04-06", "Australia/Lord_Howe"),
    "a quarter to": span("2026-05-04T09:15", "2026-05-06T10:45", "Asia/Kathmandu"),
    "a microsecond": span("2026-05-04T00:00:00", "2026-05-04T00:00:00.000001"),
    "nothing": span("2026-05-04", "2026-05-04"),
    "before everything": span("2020-01-01", "2020-03-01"),
    "after everything": span("2026-08-01", "2026-09-01"),
}

FILTERS: list[Patterns] = [
    *({"account": (name,)} for name in ("globex", "globex*", "*/FINANCE", "acme*", "nowhere")),
    *({"user": (name,)} for name in ("*RIZZO*", "visitor", "renamed", "NEW", "machine-pm", "*")),
    *({"item": (name,)} for name in ("KV/*", "pw/one", "*late", "*")),
    *({"item_type": (name,)} for name in ("password", "*key", "TARGET")),
    *({"kind": (name,)} for name in ("login", "secret_*", "heartbeat", "system", "*")),
    *({"auth_method": (name,)} for name in ("ldap", "SAML2", "*")),
    *({"outcome": (name,)} for name in ("denied", "not_found", "o*")),
    *({"source": (name,)} for name in ("edges", "s*")),
    *({"product": (name,)} for name in ("pm", "s*", "sra")),
    {"account": ("*",), "source": ("nowhere", "*"), "product": ("*",)},
    {"kind": ("login_failed", "item_*")},
    {"user": ("peter", "ann", "nobody")},
    {"account": ("acme/asia", "globex/*"), "outcome": ("ok", "denied")},
    {"product": ("pm", "sra"), "auth_method": ("saml2", "oidc"), "outcome": ("ok",)},
    {"user": ("*a*",), "item": ("*kv*",), "kind": ("secret_read", "heartbeat"), "source": ("*",)},
    {"account": ("globex/lab",), "auth_method": ("oidc",), "item_type": ("static_secret",)},
    {"item": ("pw/*",), "product": ("sm",)},
]

VIEWERS: list[tuple[str, ...]] = [
    ("acme/finance",),
    ("acme",),
    ("globex",),
    ("globex/lab",),
    ("acme/asia", "globex/ops", "globexx"),
    ("glob",),
    ("x' or 1=1 --",),
    (),
]


def shown(given: object) -> str:
    """Name a case by what is asked, the same in every process."""
    return str(sorted(given) if isinstance(given, set) else given)


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS.keys())
def test_every_report_over_a_period(organisation: Organisation, period: Period) -> None:
    """Reports over whole and partial days, months and years of several zones are right."""
    check(organisation.app, organisation.world, Question(period))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("per", ["hour", "day", "week", "month"])
def test_activity_per_bucket(organisation: Organisation, zone: str, per: str) -> None:
    """In every zone a bucket holds its own events, when clocks change and when a range cuts it."""
    for start, end in (("2025-10-20", "2025-11-05"), ("2026-03-01T10:07", "2026-05-05T09:30")):
        question = Question(span(start, end, zone), per=per)
        check(organisation.app, organisation.world, question, "activity", "clients")


@pytest.mark.parametrize("compare", ["weekdays", "previous", "year", "none"])
@pytest.mark.parametrize("zone", ZONES)
def test_comparisons(organisation: Organisation, zone: str, compare: str) -> None:
    """The value compared is that of the period meant, whatever clocks do between the two."""
    for start, end in (("03-02", "04-01"), ("05-04", "05-05"), ("04-24", "04-25")):
        period = days(f"2026-{start}", f"2026-{end}", zone)
        question = Question(period, compare=compare)
        check(organisation.app, organisation.world, question, "overview")


@pytest.mark.parametrize("patterns", FILTERS, ids=shown)
def test_every_report_with_filters(organisation: Organisation, patterns: Patterns) -> None:
    """Each filter, alone, with wildcards, with two values and with others, narrows all reports."""
    check(organisation.app, organisation.world, Question(SPRING, patterns))


@pytest.mark.parametrize("patterns", [{"outcome": ("*",)}, {"auth_method": ("saml2",)}], ids=shown)
def test_filters_at_the_edges_of_a_period(organisation: Organisation, patterns: Patterns) -> None:
    """An event at the very start of a period belongs to it, one at its very end does not."""
    for edges in (("08:00:00", "08:00:00.000001"), ("07:00:00", "08:00:00")):
        start, end = (f"2026-05-04T{edge}" for edge in edges)
        check(organisation.app, organisation.world, Question(span(start, end), patterns))


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_names_that_look_like_patterns_or_sql(organisation: Organisation, name: str) -> None:
    """A name is text, whatever it means to SQL, to patterns or to letters of another script."""
    for patterns in ({"user": (name,)}, {"item": (f"KV/{name}",)}, {"user": (f"*{name[1:]}",)}):
        question = Question(SPRING, patterns)
        check(organisation.app, organisation.world, question, "users", "items", "actions")
        assert question.asked(organisation.app, "users")


@pytest.mark.parametrize("who", ["people", "machines", "everyone"])
@pytest.mark.parametrize("period", [YEAR, SPRING], ids=["year", "spring"])
def test_who_is_listed(organisation: Organisation, who: str, period: Period) -> None:
    """The list of users holds people, machines and agents, or everybody."""
    check(organisation.app, organisation.world, Question(period, who=who), "users")


@pytest.mark.parametrize("accounts", VIEWERS, ids=shown)
def test_what_a_viewer_sees(organisation: Organisation, accounts: tuple[str, ...]) -> None:
    """A viewer gets the reports there would be if only the events of its accounts existed."""
    check(organisation.app, organisation.world, Question(SPRING, accounts=accounts))


@pytest.mark.parametrize(
    ("accounts", "sources"),
    [
        (("acme/finance",), {"simulated"}),
        (("globex",), {"edges", "twin"}),
        (("globex/lab",), {"edges"}),
        (("globexx", "acme"), {"stranger", "simulated"}),
        ((), set()),
    ],
    ids=shown,
)
def test_a_viewer_learns_of_no_other_source(
    organisation: Organisation, accounts: tuple[str, ...], sources: set[str]
) -> None:
    """An answer names the sources that tell of the viewer's accounts, and no others."""
    ask = Ask(Viewer.of_accounts("viewer", accounts), SPRING)
    table = answer(organisation.app.store, report_named("overview"), ask)
    assert set(table.complete_to) == sources


@pytest.mark.parametrize("patterns", [{"kind": ("*",)}, {"auth_method": ("*",)}], ids=shown)
def test_what_a_viewer_sees_with_filters(organisation: Organisation, patterns: Patterns) -> None:
    """No filter shows a viewer more than its accounts."""
    for accounts in (("acme/finance",), ("globex/lab", "globexx")):
        question = Question(SPRING, patterns, accounts=accounts)
        check(organisation.app, organisation.world, question)


@pytest.mark.parametrize(
    "accounts", [("acme/finance",), ("acme/asia", "acme/labs"), ("globex/lab",)]
)
def test_a_viewer_sees_what_a_folder_with_these_events_alone_shows(
    organisation: Organisation,
    written: list[Lines],
    filled: Callable[[list[Lines]], App],
    accounts: tuple[str, ...],
) -> None:
    """The same holds for the product itself: all other events may as well not be there."""
    seen = {event.place for event in organisation.world.events if is_below(event.account, accounts)}
    alone = filled([lines.only(seen) for lines in written])
    question = replace(Question(SPRING, accounts=accounts), period=YEAR)
    for name in report_names():
        with_others = question.same(name, question.asked(organisation.app, name))
        assert question.same(name, question.asked(alone, name)) == with_others, name


def test_rollups_change_no_answer(organisation: Organisation) -> None:
    """Without rollups the events themselves give the same rows."""
    store = organisation.app.store
    questions = [Question(YEAR), Question(SPRING), Question(SPRING, {"account": ("acme/*",)})]
    asked = [(question, name) for question in questions for name in report_names()]
    with_rollups = [question.asked(organisation.app, name) for question, name in asked]
    rolled = store.meta("rolled")
    assert rolled is not None
    store.remember("rolled", "0")
    try:
        without = [question.asked(organisation.app, name) for question, name in asked]
    finally:
        store.remember("rolled", rolled)
    for (question, name), one, other in zip(asked, with_rollups, without, strict=True):
        assert question.same(name, one) == question.same(name, other), name


def test_a_limit_keeps_the_first_rows(organisation: Organisation) -> None:
    """A limited list is the beginning of the whole one, and says that there is more."""
    whole = Question(YEAR).asked(organisation.app, "items")
    for limit in (1, 7, len(whole) - 1, len(whole), len(whole) + 1):
        ask = Ask(Viewer.operator(), YEAR, limit=limit)
        table = answer(organisation.app.store, report_named("items"), ask)
        assert list(table.rows) == whole[:limit]
        assert any("Raise --limit" in note for note in table.notes) == (limit < len(whole))


def test_the_sources_are_those_of_the_test(organisation: Organisation) -> None:
    """The organisation has all four sources, so that no filter on them is idle."""
    assert {event.source for event in organisation.world.events} == set(ROOTS)


DEFINITIONS = [
    *(preset_named(name, 2) for name in PRESETS),
    StatusDefinition(preset="custom", window_days=7, minimum=5, dormancy_days=30, grace_days=60),
    StatusDefinition(preset="custom", intents=(Intent.MANAGE,), kinds=(Kind.LIST,), minimum=2),
]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=shown)
@pytest.mark.parametrize("period", [YEAR, SPRING, PERIODS["a day of 25 hours"]], ids=shown)
def test_status_by_every_definition(
    organisation: Organisation, definition: StatusDefinition, period: Period
) -> None:
    """Presets and own settings of what is active give the status that plain Python works out."""
    question = Question(period, status=definition)
    check(organisation.app, organisation.world, question, "users")


def test_every_status_and_reason_occurs(organisation: Organisation) -> None:
    """The events at hand have somebody of every status, reason and flag."""
    rows = [
        row
        for period in (*PERIODS.values(), span("2026-06-20", "2026-07-01"))
        for row in Question(period).asked(organisation.app, "users")
    ]
    assert {row[4] for row in rows} == {"active", "passive", "inactive", "no_evidence"}
    assert {row[5] for row in rows} == {None, "never used", "lapsed", "dormant"}
    assert {row[6] for row in rows} == {True, False}
