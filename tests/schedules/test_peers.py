"""What other schedulers are known to do wrong, by the complaints of those who use them."""

import csv
import json
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import event, ndjson
from tests.schedules.conftest import OPERATOR, REPORT, Scheduling

from vaultmeter import exporting, schedules
from vaultmeter.asked import report_answer
from vaultmeter.model.errors import Unavailable
from vaultmeter.model.table import Table
from vaultmeter.schedules.plan import asked_of
from vaultmeter.schedules.span import asked_at
from vaultmeter.schedules.timing import next_runs, timing_of


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]
)
def test_reports_leave_at_the_hour_of_their_own_zone(scheduling: Scheduling, zone: str) -> None:
    """Each schedule has its zone: half past seven there, before and after clocks change."""
    scheduling.add(name="Mornings", at="07:30", time_zone=zone, catch_up="all")
    scheduling.add(name="In UTC", at="07:30")
    shown = schedules.show(scheduling.app, OPERATOR, "Mornings")
    locals_ = [each["local"] for each in shown["next"]]
    assert len(locals_) == 5
    assert {each[11:16] for each in locals_} == {"07:30"}
    timing = timing_of("daily", zone, "07:30")
    for month in (1, 4, 7, 10):
        start = scheduling.folder.clock.now.replace(year=2027, month=month, day=1)
        for due in next_runs(timing, start, 31):
            assert f"{due.astimezone(ZoneInfo(zone)):%H:%M}" == "07:30"


def test_a_report_shows_the_period_that_its_schedule_says(scheduling: Scheduling) -> None:
    """Subject, text, name of the file, and its head all say the one period; the rows are of it."""
    scheduling.add(report={**REPORT, "range": "last-week"}, every="weekly", on="wed")
    scheduling.turn("2026-11-27T09:00")
    (message,) = scheduling.messages()
    (attached,) = message.attachments
    head = attached.path.read_text("utf-8-sig")
    assert message.subject == "Users: 2026-11-16 to 2026-11-22 (UTC)"
    assert "Period: 2026-11-16 to 2026-11-22 (UTC)" in message.text
    assert "2026-11-16-to-2026-11-22" in attached.name
    assert "2026-11-16" in head


def test_an_attachment_is_whole(scheduling: Scheduling) -> None:
    """More rows than any page shows all leave, and the mail tells how many there are."""
    many = [event(number, id=f"m-{number}", identity=f"u{number}@x.org") for number in range(1500)]
    scheduling.folder.take("events", ndjson(*many), source="many", account="many")
    scheduling.add(report={**REPORT, "range": "month-to-date", "account": ["many"]})
    scheduling.turn("2026-11-23T07:00")
    (message,) = scheduling.messages()
    text = message.attachments[0].path.read_text("utf-8-sig")
    assert sum("@x.org" in line for line in text.splitlines()) == 1500
    assert "1,500 rows" in message.text


def test_a_csv_is_that_of_every_other_path(scheduling: Scheduling) -> None:
    """A scheduled CSV begins with a byte order mark, and escapes formulas in text alone."""
    scheduling.folder.take(
        "events", ndjson(event(1, id="f", identity='=HYPERLINK("evil")')), source="f", account="f"
    )
    scheduling.add(report={**REPORT, "range": "month-to-date", "account": ["f"]})
    scheduling.turn("2026-11-23T07:00")
    content = scheduling.messages()[0].attachments[0].path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(content.decode("utf-8-sig").splitlines()) for cell in row]
    assert not any(cell.startswith("=") for cell in cells)


def test_figures_are_those_of_the_report(scheduling: Scheduling) -> None:
    """The rows that leave are those that the report answers for the same period."""
    scheduling.add(formats=["json"])
    scheduling.turn("2026-11-23T07:00")
    (run,) = scheduling.runs()
    told = json.loads(scheduling.messages()[0].attachments[0].path.read_text("utf-8"))
    ends = scheduling.run(run["id"])
    assert ends.period_from is not None
    assert ends.period_to is not None
    asked = asked_at(REPORT, ZoneInfo("UTC"), (ends.period_from, ends.period_to))
    answer = report_answer(scheduling.app, OPERATOR.viewer(), asked)
    assert isinstance(answer, Table)
    assert asked_of(REPORT).when.range == "last-month"
    assert json.dumps([row["user"] for row in answer.dicts()]) in json.dumps(
        [row["user"] for row in told["rows"]]
    )


def test_whoever_waits_is_told(scheduling: Scheduling, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that fails, or is never made because nothing ran, is listed, retried, and told of."""
    scheduling.add(name="Fails")
    scheduling.add(name="Missed", catch_up="none", at="03:00")

    def broken(*_: object, **__: object) -> None:
        raise Unavailable("Out of order.", "Wait.")

    monkeypatch.setattr(exporting, "make", broken)
    for time in ("07:00", "07:01", "07:06", "07:36"):
        scheduling.turn(f"2026-11-23T{time}")
    assert [run["state"] for run in scheduling.runs("Fails")] == ["failed"]
    assert [run["state"] for run in scheduling.runs("Missed")] == ["skipped"]
    assert {notice["name"] for notice in scheduling.notices()} == {"Fails", "Missed"}


def test_a_monthly_mail_comes_once_a_month(scheduling: Scheduling) -> None:
    """Looked at now and then, over restarts, a monthly schedule sends twelve mails in a year."""
    scheduling.add(every="monthly", on="31", formats=["json"])
    clock = scheduling.folder.clock
    for day in range(0, 365, 3):
        clock.advance(hours=72 if day % 7 else 78)
        scheduling.turn()
        if day % 120 == 0:
            scheduling.again()
    keys = [each.key for each in scheduling.sent()]
    days = [run["due"][:10] for run in scheduling.runs() if run["state"] != "skipped"]
    assert len(keys) == len(set(keys)) == len(days)
    assert [day[:7] for day in days] == sorted({day[:7] for day in days})
    assert days[:4] == ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]


def test_mail_with_filters(scheduling: Scheduling) -> None:
    """A schedule of a report keeps the filters that it was made with."""
    scheduling.add(report={**REPORT, "account": ["acme"]})
    scheduling.turn("2026-11-23T07:00")
    text = scheduling.messages()[0].attachments[0].path.read_text("utf-8-sig")
    assert "ada@x.org" in text
    assert "bob@x.org" not in text
