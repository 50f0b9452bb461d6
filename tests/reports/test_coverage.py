"""Coverage of a real log and of the open format: gaps, late deliveries, rejects, who sees it."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.conftest import Folder, Row, event, ndjson, sample_lines
from tests.reports.conftest import Organisation
from tests.reports.questions import Question, check, span

from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period
from vaultmeter.model.viewer import Viewer
from vaultmeter.model.visibility import SEEN
from vaultmeter.reports.head import all_reports, report_named
from vaultmeter.reports.run import Ask, answer

NOVEMBER = span("2026-11-01", "2026-11-11")
DAYS = [date(2026, 11, day) for day in (1, 2, 3, 9, 10)]
PER_DAY = 300


def daily_log() -> dict[date, list[bytes]]:
    """Spread answers of the real log over days, of which five in the middle are left out."""
    answers = [line for line in sample_lines() if b'"type":"response"' in line]
    return {
        day: [
            re.sub(rb"2026-11-21T", f"{day}T".encode(), line)
            for line in answers[number * PER_DAY : (number + 1) * PER_DAY]
        ]
        for number, day in enumerate(DAYS)
    }


def taken(folder: Folder) -> dict[date, list[bytes]]:
    """Take the days in: the first three late in one delivery, the others when they were over."""
    days = daily_log()
    folder.clock.now = datetime(2026, 11, 4, 6, tzinfo=UTC)
    first = [line for day in DAYS[:3] for line in days[day]]
    folder.take("openbao", b"".join([*first, b"not json\n", b'{"type":"request"}\n']), account="a")
    for day in DAYS[3:]:
        folder.clock.now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        folder.take("openbao", b"".join(days[day]), account="a")
    return days


def rows(folder: Folder, name: str, period: Period = NOVEMBER, **filters: str) -> list[Row]:
    """The rows of a report about a period."""
    patterns = Filters.of({word: (pattern,) for word, pattern in filters.items()})
    ask = Ask(Viewer.operator(), period, patterns)
    return answer(folder.app.store, report_named(name), ask).dicts()


def times(lines: list[bytes]) -> list[datetime]:
    """When records say they happened, to the microsecond."""
    texts = [json.loads(line)["time"] for line in lines]
    return [datetime.fromisoformat(re.sub(r"(\.\d{6})\d*Z", r"\1+00:00", text)) for text in texts]


def _nth(values: list[int], percent: int) -> int:
    """The least value that so many percent of sorted values do not exceed."""
    return values[-(-len(values) * percent // 100) - 1]


def test_a_real_log_with_a_gap_late_deliveries_and_rejects(folder: Folder) -> None:
    """Days, gap, lag, rejects and first and last event are those of the lines themselves."""
    days = taken(folder)
    whole = rows(folder, "coverage")[0]
    happened = times([line for lines in days.values() for line in lines])
    received = [datetime(2026, 11, 4, 6, tzinfo=UTC)] * (3 * PER_DAY)
    received += [datetime(2026, 11, day, tzinfo=UTC) for day in (10, 11) for _ in range(PER_DAY)]
    late = sorted(
        -((time - then) // timedelta(seconds=1))
        for time, then in zip(happened, received, strict=True)
        if time >= NOVEMBER.end - timedelta(days=7)
    )
    assert (whole["measure"], whole["visible"], whole["events"]) == ("events", "seen", 5 * PER_DAY)
    assert (whole["first_event"], whole["last_event"]) == (min(happened), max(happened))
    assert (whole["gaps"], whole["gap_days"]) == (1, 5.0)
    assert 600 < late[0] < late[-1] <= 86_400
    told = [-(-_nth(late, percent) // 60) * 60 for percent in (50, 95)]
    assert [whole["lag_median"], whole["lag_most"]] == told
    assert (whole["rejected"], whole["unknown"], whole["is_balanced"]) == (2, None, True)
    assert whole["proves_idleness"] is False
    (gap,) = rows(folder, "coverage-gaps")
    assert (gap["silent_from"].day, gap["silent_to"].day, gap["days"]) == (4, 9, 5.0)
    states = [
        (row["day"].day, row["state"], row["events"]) for row in rows(folder, "coverage-days")
    ]
    edge, inner = ("partial", PER_DAY), ("full", PER_DAY)
    assert states == [
        (1, *edge),
        (2, *inner),
        (3, *edge),
        *((day, "silent", 0) for day in range(4, 9)),
        (9, *edge),
        (10, *edge),
    ]
    lines = {(row["became"], row["reason"]): row["lines"] for row in rows(folder, "coverage-lines")}
    assert lines["stored", None] == 5 * PER_DAY
    assert lines["rejected", None] == 2
    assert lines["rejected", "not_json"] == lines["rejected", "unknown_shape"] == 1


def test_what_openbao_shows_of_each_measure(folder: Folder) -> None:
    """Sign-ins counted from the lines themselves are those of coverage; others are not visible."""
    days = taken(folder)
    told = {row["measure"]: row for row in rows(folder, "coverage")}
    entries = [json.loads(line) for lines in days.values() for line in lines]
    sign_ins = sum(
        "/login" in entry["request"]["path"]
        and bool(entry.get("response", {}).get("auth", {}).get("client_token"))
        for entry in entries
    )
    assert told["login_sessions"]["events"] == sign_ins > 0
    assert [*told] == ["events", *SEEN]
    for measure in ("passwords_autofilled", "remote_connections", "items_shared"):
        assert (told[measure]["visible"], told[measure]["events"]) == ("not visible", None)
        assert told[measure]["why"].endswith(".")
    assert told["sign_outs"]["visible"] == "partly"


def test_the_flag_and_the_report_rest_on_one_rule(folder: Folder) -> None:
    """The idle are inactive just where the report says that idleness is proof of it."""
    taken(folder)
    for period, proven in ((NOVEMBER, False), (span("2026-11-02", "2026-11-04"), True)):
        (whole, *_) = rows(folder, "coverage", period)
        ask = Ask(Viewer.operator(), period, who="everyone")
        found = answer(folder.app.store, report_named("users"), ask).dicts()
        statuses = {row["status"] for row in found} - {"active", "passive"}
        assert whole["proves_idleness"] is proven
        assert statuses <= {"inactive" if proven else "no_evidence"}
    ((last, *_),) = folder.app.store.query("select max(last_time) from source")
    assert last.day == 10


def test_a_day_in_a_gap_proves_nothing(folder: Folder) -> None:
    """A range of one day within a long gap is no proof of idleness, however short it is."""
    taken(folder)
    for day, proven in ((3, True), (5, False)):
        period = span(f"2026-11-0{day}", f"2026-11-0{day + 1}")
        assert rows(folder, "coverage", period)[0]["proves_idleness"] is proven


def test_the_open_format_shows_what_has_arrived(folder: Folder) -> None:
    """A measure is not yet seen until one event of it came; codes nobody knows are listed."""
    folder.take("events", ndjson(event(1), event(2, kind="other", source_event="x:9")))
    period = span("2026-11-01", "2026-11-02")
    told = {row["measure"]: row for row in rows(folder, "coverage", period)}
    assert told["secrets_read"]["visible"] == "seen"
    assert told["login_sessions"]["visible"] == "not yet seen"
    assert told["events"]["unknown"] == 1
    lines = rows(folder, "coverage-lines", period)
    assert ("unknown", "x:9", 1) in [(r["became"], r["reason"], r["lines"]) for r in lines]
    folder.take("events", ndjson(event(3, kind="login")))
    told = {row["measure"]: row for row in rows(folder, "coverage", period)}
    assert told["login_sessions"]["visible"] == "seen"


def test_notes_tell_gaps_and_what_is_not_visible(folder: Folder) -> None:
    """A report says which of its columns a source cannot show, and when it was silent."""
    taken(folder)
    ask = Ask(Viewer.operator(), NOVEMBER)
    for name in ("users", "overview"):
        notes = answer(folder.app.store, report_named(name), ask).notes
        assert any(
            note.startswith("Not visible in openbao: Auto-filled, Remote connections.")
            for note in notes
        )
        assert "No records of openbao from 2026-11-04 to 2026-11-08." in notes
    notes = answer(folder.app.store, report_named("actions"), ask).notes
    assert not any("ot visible" in note for note in notes)
    elsewhere = Ask(Viewer.operator(), NOVEMBER, Filters.of({"source": ("other",)}))
    unknown = ("No source matches 'other'.",)
    assert answer(folder.app.store, report_named("users"), elsewhere).notes == unknown


@pytest.mark.parametrize(
    ("compare", "note"),
    [
        ("previous", "No records before 2026-11-01: there is nothing to compare with."),
        (
            "2026-10-25..2026-11-03",
            "No records before 2026-11-01: what it is compared with is not whole.",
        ),
        ("2026-11-02..2026-11-03", None),
        ("none", None),
    ],
)
@pytest.mark.parametrize("report", ["overview", "item-totals"])
def test_days_compared_with_that_nobody_recorded_are_told(
    folder: Folder, report: str, compare: str, note: str | None
) -> None:
    """A comparison with days before the first record says that they are not all there."""
    taken(folder)
    ask = Ask(Viewer.operator(), NOVEMBER, compare=compare)

    notes = answer(folder.app.store, report_named(report), ask).notes

    assert [each for each in notes if "compare" in each and "before" in each] == (
        [note] if note else []
    )


@pytest.mark.parametrize(
    ("accounts", "is_told"),
    [
        (None, True),
        (("globex",), True),
        (("globex/lab",), False),
        (("acme",), False),
        (("globexx",), False),
        ((), False),
    ],
)
def test_rejects_are_told_to_who_may_see_their_source(
    organisation: Organisation,
    accounts: tuple[str, ...] | None,
    *,
    is_told: bool,
) -> None:
    """Rejected lines and unknown codes of a source are for viewers of its own account alone."""
    ask = Ask(Viewer.of_accounts("viewer", accounts), span("2026-05-01", "2026-06-01"))
    for name in ("overview", "coverage-lines"):
        table = answer(organisation.app.store, report_named(name), ask)
        text = " ".join(table.notes)
        assert ("lines were rejected" in text) == is_told
        assert ("no connector knows" in text) == is_told
    assert any(row[1] == "rejected" for row in table.rows) == is_told
    sources = {row[0] for row in table.rows}
    assert ("edges" in sources) == is_told


def test_filters_that_do_not_narrow_are_named(organisation: Organisation) -> None:
    """A filter that coverage does not follow is said to be one."""
    for patterns, said in (({"user": ("peter",)}, True), ({"account": ("globex",)}, False)):
        ask = Ask(Viewer.operator(), NOVEMBER, Filters.of(patterns))
        notes = answer(organisation.app.store, report_named("coverage"), ask).notes
        assert any("the other filters do not narrow it" in note for note in notes) == said


def test_coverage_with_filters_and_viewers(organisation: Organisation) -> None:
    """Accounts and sources narrow coverage to what plain Python counts of them."""
    names = [report.name for report in all_reports() if report.name.startswith("coverage")]
    assert len(names) == 4
    periods = (span("2026-05-03T05:00", "2026-05-05T07:30", "Asia/Kathmandu"), NOVEMBER)
    for period in (*periods, span("2026-05-04T08:00", "2026-05-04T08:30")):
        for patterns in ({"account": ("globex/*",)}, {"source": ("t*", "edges")}, {}):
            for accounts in (None, ("globex/lab",), ("acme/finance", "globexx")):
                question = Question(period, patterns, accounts=accounts)
                check(organisation.app, organisation.world, question, *names)


def test_every_column_named_by_a_measure_is_one_of_a_report() -> None:
    """What is said not to be visible are columns, or measures, that some report has."""
    columns = {column.name for report in all_reports() for column in report.columns}
    overview = {"sign_ins", "passwords_accessed", "accounts_added"}
    named = {column for seen in SEEN.values() for column in seen.columns}
    assert named <= columns | overview
