"""Answers of pages: worked out once for all who ask at once, and the same as those of reports."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from tests.conftest import Folder, event, ndjson

from vaultmeter.asked import ReportAsked, When, report_told
from vaultmeter.console.answers import Answers, NotYet
from vaultmeter.console.repeated import Repeated
from vaultmeter.model.errors import NotFound
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.as_of import as_of
from vaultmeter.reports.head import report_named, report_names

EVERYTHING = Viewer.operator()
ACME, GLOBEX = (Viewer.of_accounts("somebody", [name]) for name in ("acme", "globex"))
ALWAYS = When("all")
AT_ONCE = 0.0
"""A moment that is over."""


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Give the threads in which reports are worked out."""
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture
def taken(folder: Folder) -> Folder:
    """Give a folder with the events of two accounts."""
    folder.take("events", ndjson(event(1), event(2)), source="vault", account="acme")
    folder.take("events", ndjson(event(3)), source="other", account="globex")
    return folder


def test_what_is_asked_twice_at_once_is_worked_out_once(
    taken: Folder, threads: ThreadPoolExecutor
) -> None:
    """Two questions before the first answer get the very same table."""
    answers, go_on = Answers(taken.app, threads), Event()
    held = [threads.submit(go_on.wait, 20) for _ in range(2)]
    asked = ReportAsked("overview", ALWAYS)
    with ThreadPoolExecutor(1) as reader:
        with pytest.raises(NotYet):
            answers.table(EVERYTHING, asked, AT_ONCE)
        first = reader.submit(answers.table, EVERYTHING, asked)
        go_on.set()
        assert all(each.result(20) for each in held)
        table = first.result(20)
    assert answers.table(EVERYTHING, asked) is table
    assert answers.table(EVERYTHING, asked, AT_ONCE) is table
    assert table == report_told(taken.app, EVERYTHING, asked).answer


def test_what_is_late_belongs_to_who_asked(taken: Folder, threads: ThreadPoolExecutor) -> None:
    """Nobody is given the answer that is being worked out for others."""
    answers, go_on = Answers(taken.app, threads), Event()
    held = [threads.submit(go_on.wait, 20) for _ in range(2)]
    asked = ReportAsked("accounts", ALWAYS)
    for viewer in (ACME, GLOBEX):
        with pytest.raises(NotYet):
            answers.table(viewer, asked, AT_ONCE)
    go_on.set()
    assert all(each.result(20) for each in held)
    seen = [answers.table(viewer, asked).dicts()[0]["account"] for viewer in (ACME, GLOBEX)]
    assert seen == ["acme", "globex"]


def test_errors_of_reports_reach_who_asked(taken: Folder, threads: ThreadPoolExecutor) -> None:
    """What a report refuses is told as it is, and is asked again the next time."""
    answers = Answers(taken.app, threads)
    for _ in range(2):
        with pytest.raises(NotFound, match="no report 'nothing'"):
            answers.table(EVERYTHING, ReportAsked("nothing", ALWAYS))


def test_questions_that_repeat_change_no_answer(taken: Folder) -> None:
    """Every report of every viewer is the same with and without them, also when more has come."""
    answers = Answers(taken.app)
    names = [name for name in report_names() if not report_named(name).needs]
    for number in range(10, 12):
        for viewer in (EVERYTHING, ACME):
            for name in names:
                asked = ReportAsked(name, ALWAYS)
                plain = report_told(taken.app, viewer, asked).answer
                assert answers.table(viewer, asked) == plain, (number, viewer, name)
        taken.take("events", ndjson(event(number)), source="vault", account="acme")


def test_what_is_remembered_ends_with_the_state_of_the_store(taken: Folder) -> None:
    """How far rollups reach changes no answer, but is seen: nothing is to count twice."""
    repeated, app = Repeated(taken.app), taken.app

    def rolled() -> tuple[str, list[tuple[object, ...]]]:
        with app.store.reader() as store:
            found = repeated.over(store).query("select value from meta where name = 'rolled'")
            return as_of(store, app.terms()), found

    state, far = rolled()
    app.store.remember("rolled", "1")
    assert rolled() == (state, [("1",)]) != (state, far)
    app.store.remember("rolled", str(far[0][0]))
    assert rolled() == (state, far)
