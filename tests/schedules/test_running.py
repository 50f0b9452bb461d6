"""Runs: one for each due time, made once, delivered once, over clocks, restarts and crashes."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from tests.conftest import seeded
from tests.schedules.conftest import OPERATOR, REPORT, TO, Scheduling

from vaultmeter import exporting, failpoints, schedules
from vaultmeter.failpoints import SCHEDULE_FAILPOINTS
from vaultmeter.model.errors import Unavailable
from vaultmeter.schedules.planning import AT_ONCE, plan_due
from vaultmeter.state.saved_views import add_view


class Killed(BaseException):
    """The process ends here, as far as the test is concerned."""


def kill_at(place: str) -> Callable[[], None]:
    """Let the failpoint of that name end what is running; answers the way back."""
    held: tuple[dict[str, Any], ...] = failpoints._WANTED, failpoints._ACTS, failpoints._passed
    before = [dict(each) for each in held]

    def end(_: str) -> None:
        raise Killed

    failpoints._WANTED["VAULTMETER_KILL_AT"] = place.partition(":")
    failpoints._ACTS["VAULTMETER_KILL_AT"] = end
    failpoints._passed["VAULTMETER_KILL_AT"] = 0

    def back() -> None:
        for now, then in zip(held, before, strict=True):
            now.clear()
            now.update(then)

    return back


def test_a_due_time_is_made_and_delivered_once(scheduling: Scheduling) -> None:
    """From due to done: the file is kept, the mail says what it is, and nothing comes twice."""
    scheduling.add()

    assert scheduling.turn("2026-11-23T06:59") == 0
    assert scheduling.turn("2026-11-23T07:00") == 1
    assert scheduling.turn() == 0
    assert scheduling.told() == [("2026-11-23T07:00", "delivering")]
    scheduling.deliver()

    (run,) = scheduling.runs()
    assert (run["state"], run["attempts"], run["failures"]) == ("done", 1, 0)
    assert run["period"] == {
        "from": "2026-10-01T00:00:00Z",
        "to": "2026-11-01T00:00:00Z",
        "time_zone": "UTC",
    }
    (file,) = run["files"]
    (message,) = scheduling.messages()
    (attached,) = message.attachments
    assert message.subject == "Users: 2026-10-01 to 2026-10-31 (UTC)"
    assert attached.name == "users-2026-10-01-to-2026-10-31.csv"
    assert attached.path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "2026-10-01" in attached.path.read_text("utf-8-sig")
    assert (file["rows"], file["schedule_run"]) == (2, run["id"])
    assert "csv: 2 rows" in message.text


def test_each_format_is_a_file(scheduling: Scheduling) -> None:
    """Several formats go together in one message."""
    scheduling.add(formats=["csv", "json"])
    scheduling.turn("2026-11-23T07:00")
    (message,) = scheduling.messages()
    assert [each.name.rpartition(".")[2] for each in message.attachments] == ["csv", "json"]


def test_archives_of_several_tables_are_called_archives(scheduling: Scheduling) -> None:
    """Each attachment is called what it is: several tables as CSV are a ZIP archive."""
    app = scheduling.app
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler")
    with app.access.keeping() as connection:
        address = ("/product-usage", "range=last-month")
        view = add_view(connection, ada.id, "Use", address, app.clock(), is_shared=False)
    scheduling.add(ada, view=view, formats=["csv", "json"])
    scheduling.turn("2026-11-23T07:00")
    (message,) = scheduling.messages()
    names = [each.name for each in message.attachments]
    period = "2026-10-01-to-2026-10-31"
    assert names == [f"users-{period}-csv.zip", f"users-{period}.json"]


def test_without_a_destination_files_are_kept(scheduling: Scheduling) -> None:
    """A schedule that sends nothing is done when its files are made, and they are kept."""
    scheduling.add(recipients=[], keep_days=10)
    scheduling.turn("2026-11-23T07:00")
    (run,) = scheduling.runs()
    assert run["state"] == "done"
    assert run["files"][0]["kept_until"].startswith("2026-12-03T07:00")
    assert scheduling.sent() == []


@pytest.mark.parametrize(
    ("catch_up", "told"),
    [
        (
            "all",
            [
                ("2026-11-23T07:00", "delivering"),
                ("2026-11-24T07:00", "delivering"),
                ("2026-11-25T07:00", "delivering"),
            ],
        ),
        (
            "latest",
            [
                ("2026-11-23T07:00", "skipped"),
                ("2026-11-24T07:00", "skipped"),
                ("2026-11-25T07:00", "delivering"),
            ],
        ),
        (
            "none",
            [
                ("2026-11-23T07:00", "skipped"),
                ("2026-11-24T07:00", "skipped"),
                ("2026-11-25T07:00", "skipped"),
            ],
        ),
    ],
)
def test_what_was_missed_is_made_up_for_by_choice(
    scheduling: Scheduling, catch_up: str, told: list[tuple[str, str]]
) -> None:
    """After three days without a server all are made, or the latest, or none; each is listed."""
    scheduling.add(catch_up=catch_up)
    scheduling.turn("2026-11-25T12:00")
    scheduling.turn()
    assert scheduling.told() == told
    assert all(run["error"] for run in scheduling.runs() if run["state"] == "skipped")
    # Nobody waits in vain for what never comes.
    assert len(scheduling.notices()) == (catch_up == "none")


def test_none_is_for_what_was_missed_alone(scheduling: Scheduling) -> None:
    """A schedule that makes up for nothing runs on time, and a little late."""
    scheduling.add(catch_up="none")
    scheduling.turn("2026-11-23T07:14")
    assert scheduling.told() == [("2026-11-23T07:00", "delivering")]


def test_very_many_missed_times(scheduling: Scheduling) -> None:
    """A line due each minute, missed for hours: the latest is made, whatever else was due."""
    scheduling.add(every="cron", cron="* * * * *")
    scheduling.time("2026-11-22T21:00")
    assert plan_due(scheduling.app) == 540 > AT_ONCE
    assert scheduling.turn() == 1
    assert scheduling.told()[-1] == ("2026-11-22T21:00", "delivering")
    assert {state for _, state in scheduling.told()[:-1]} == {"skipped"}


def test_a_late_run_keeps_its_period(scheduling: Scheduling) -> None:
    """Due on the last day of October and made in December, "last month" is September."""
    scheduling.time("2026-10-30T12:00")
    scheduling.add(every="monthly", on="last", catch_up="latest", time_zone="Asia/Kolkata")
    scheduling.folder.clock.now = scheduling.folder.clock.now.replace(month=11, day=29)
    scheduling.turn()
    (run,) = scheduling.runs()
    assert run["due"] == "2026-10-31T01:30:00Z"
    assert run["period"]["from"] == "2026-08-31T18:30:00Z"
    (message,) = scheduling.messages()
    assert message.subject == "Users: 2026-09-01 to 2026-09-30 (Asia/Kolkata)"
    assert message.attachments[0].name == "users-2026-09-01-to-2026-09-30.csv"


def test_the_month_is_that_of_the_zone(scheduling: Scheduling) -> None:
    """Half past midnight on the first in Kolkata is the month before in UTC: October is over."""
    scheduling.time("2026-10-20T12:00")
    scheduling.add(every="monthly", at="00:30", time_zone="Asia/Kolkata")
    scheduling.turn("2026-10-31T19:00")
    (run,) = scheduling.runs()
    assert run["period"]["from"] == "2026-09-30T18:30:00Z"


def test_a_clock_that_goes_back_repeats_nothing(scheduling: Scheduling) -> None:
    """Set back by an hour in mid-window, and on again, each due time has its one delivery."""
    scheduling.add(every="hourly", at="00:30", catch_up="all")
    for time in ("12:40", "13:31", "12:45", "13:29", "13:30", "12:20", "12:30", "14:31"):
        scheduling.turn(f"2026-11-22T{time}")
    assert scheduling.told() == [
        ("2026-11-22T12:30", "delivering"),
        ("2026-11-22T13:30", "delivering"),
        ("2026-11-22T14:30", "delivering"),
    ]
    assert len(scheduling.sent()) == 3


def test_a_clock_that_was_far_ahead(scheduling: Scheduling) -> None:
    """A clock that was a month ahead for a moment keeps nothing from running in between."""
    scheduling.add()
    scheduling.time("2026-12-24T12:00")
    plan_due(scheduling.app)
    scheduling.turn("2026-11-22T12:01")
    scheduling.turn("2026-11-23T07:01")
    scheduling.turn("2026-11-24T07:01")
    assert scheduling.told() == [
        ("2026-11-23T07:00", "delivering"),
        ("2026-11-24T07:00", "delivering"),
    ]


def test_a_run_that_fails_is_tried_again(
    scheduling: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried after 1, 5 and 30 minutes, visibly, then given up and told to the owner once."""
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler", email="ada@example.org")
    scheduling.add(ada)

    def broken(*_: object, **__: object) -> None:
        raise Unavailable("The disk is full.", "Make room.")

    monkeypatch.setattr(exporting, "make", broken)
    scheduling.turn("2026-11-23T07:00")
    (run,) = scheduling.runs()
    assert (run["state"], run["failures"]) == ("planned", 1)
    assert run["error"] == "The disk is full. Make room."
    assert run["next_attempt"] == "2026-11-23T07:01:00Z"
    for time in ("07:00:30", "07:01", "07:03", "07:06", "07:30"):
        scheduling.turn(f"2026-11-23T{time}")
    assert scheduling.runs()[0]["failures"] == 3
    assert scheduling.notices() == []
    scheduling.turn("2026-11-23T07:36")
    scheduling.turn("2026-11-23T08:36")

    (run,) = scheduling.runs()
    assert (run["state"], run["failures"], run["attempts"]) == ("failed", 4, 4)
    (notice,) = scheduling.notices()
    assert notice["error"] == "The disk is full. Make room."
    assert notice["owner"] == "ada"
    (mail,) = scheduling.sent()
    assert mail.address == "ada@example.org"


def test_what_failed_at_first_is_delivered_once_it_can_be(
    scheduling: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that failed once is delivered by its second attempt, with the period it had."""
    scheduling.add()
    make = exporting.make
    monkeypatch.setattr(exporting, "make", lambda *_, **__: 1 / 0)
    scheduling.turn("2026-11-30T23:59")
    told = [run["error"] for run in scheduling.runs() if run["failures"]]
    assert told == ["It could not be made; why is in the server's log."]
    monkeypatch.setattr(exporting, "make", make)
    scheduling.turn("2026-12-01T00:00")
    (run,) = [run for run in scheduling.runs() if run["state"] != "skipped"]
    assert (run["state"], run["failures"], run["error"]) == ("delivering", 1, "")
    assert run["period"]["from"] == "2026-10-01T00:00:00Z"


def test_a_delivery_that_is_given_up_fails_the_run(scheduling: Scheduling) -> None:
    """A dead letter ends its run as failed, says why, and is told once."""
    scheduling.add()
    scheduling.turn("2026-11-23T07:00")
    scheduling.deliver("dead")
    (run,) = scheduling.runs()
    assert run["state"] == "failed"
    assert "mail:board@example.org: 550 no" in run["error"]
    assert len(scheduling.notices()) == 1


@pytest.mark.parametrize("place", SCHEDULE_FAILPOINTS)
def test_killed_at_each_place_it_is_delivered_once(scheduling: Scheduling, place: str) -> None:
    """A process that ends anywhere in a run leaves it to the next one, which delivers it once."""
    scheduling.add()
    back = kill_at(place)
    try:
        with pytest.raises(Killed):
            scheduling.turn("2026-11-23T07:00")
    finally:
        back()

    scheduling.again()
    scheduling.turn("2026-11-23T07:00:30")
    scheduling.turn("2026-11-23T07:01:30")

    assert scheduling.told() == [("2026-11-23T07:00", "delivering")]
    assert len(scheduling.sent()) == 1
    (run,) = scheduling.runs()
    assert len(run["files"]) == 1


def test_killed_again_and_again_at_random(scheduling: Scheduling) -> None:
    """Over some thirty kills at random places, each due time is delivered once."""
    scheduling.add(catch_up="all")
    random = seeded(7)
    clock = scheduling.folder.clock
    for _ in range(35):
        clock.advance(hours=random.choice([2, 5, 12, 30]))
        back = kill_at(f"{random.choice(SCHEDULE_FAILPOINTS)}:{random.randint(1, 2)}")
        try:
            scheduling.turn()
        except Killed:
            scheduling.scheduler = scheduling.another()
        finally:
            back()
    clock.advance(minutes=5)
    scheduling.turn()

    told = scheduling.told()
    keys = [each.key for each in scheduling.sent()]
    assert {state for _, state in told} == {"delivering"}
    assert len(keys) == len(set(keys)) == len(told) > 10
    days = [due[:10] for due, _ in told]
    assert days == sorted(set(days))


def test_two_schedulers_at_once_deliver_once(scheduling: Scheduling) -> None:
    """Two that look at the same moment plan one run, and deliver it once."""
    for number in range(4):
        scheduling.add(name=f"Users {number} of 4", formats=["json"])
    scheduling.time("2026-11-23T07:00")
    both, barrier = [scheduling.another() for _ in range(2)], Barrier(2)
    errors: list[BaseException] = []

    def look(own: int) -> None:
        barrier.wait()
        try:
            both[own].turn()
        except BaseException as error:  # noqa: BLE001  told by the test
            errors.append(error)

    threads = [Thread(target=look, args=(own,)) for own in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert len(scheduling.sent()) == 4
    for number in range(4):
        assert scheduling.told(f"Users {number} of 4") == [("2026-11-23T07:00", "delivering")]


def test_who_lost_the_lease_delivers_nothing(
    scheduling: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that took so long that another took over finds its run delivered, and adds nothing."""
    scheduling.add()
    make = exporting.make

    def slow(*given: Any, **named: Any) -> object:  # noqa: ANN401  as it is called
        made = make(*given, **named)
        monkeypatch.setattr(exporting, "make", make)
        scheduling.folder.clock.advance(minutes=2)
        assert scheduling.another().turn() == 1
        return made

    monkeypatch.setattr(exporting, "make", slow)
    scheduling.turn("2026-11-23T07:00")
    assert scheduling.told() == [("2026-11-23T07:00", "delivering")]
    assert len(scheduling.sent()) == 1
    assert scheduling.runs()[0]["attempts"] == 2


def test_a_lease_of_a_clock_that_was_ahead_is_no_hold(scheduling: Scheduling) -> None:
    """A run whose maker died while the clock was an hour ahead is not left for an hour."""
    scheduling.add()
    scheduling.time("2026-11-23T07:00")
    plan_due(scheduling.app)
    back = kill_at("schedule-taken")
    scheduling.time("2026-11-23T08:00")
    try:
        with pytest.raises(Killed):
            scheduling.turn()
    finally:
        back()
    scheduling.scheduler = scheduling.another()
    scheduling.turn("2026-11-23T07:05")
    assert scheduling.told() == [("2026-11-23T07:00", "delivering")]


def test_files_that_are_too_large_are_named_and_not_cut(
    scheduling: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that no mail server takes stays here whole, and the mail says so."""
    monkeypatch.setattr("vaultmeter.schedules.messages.MOST_ATTACHED", 10)
    scheduling.add()
    scheduling.turn("2026-11-23T07:00")
    (message,) = scheduling.messages()
    assert message.attachments == ()
    assert "too large to go along" in message.text


def test_nothing_is_begun_before_the_store_is_ready(scheduling: Scheduling) -> None:
    """While the store is made ready runs are planned, and wait without a failure."""
    scheduling.add()
    scheduling.folder.open_later()
    scheduling.scheduler = scheduling.another()
    assert scheduling.turn("2026-11-23T07:00") == 0
    scheduling.app.open_store()
    assert scheduling.turn() == 1
    assert scheduling.runs()[0]["failures"] == 0


def test_by_hand_and_as_a_test(scheduling: Scheduling) -> None:
    """Run now goes to all and a test to who asks alone, marked; the plan is as it was."""
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler", email="ada@example.org")
    scheduling.add(ada)
    schedules.run_now(scheduling.app, ada, "Users")
    scheduling.folder.clock.advance(seconds=1)
    schedules.test_send(scheduling.app, ada, "Users")
    scheduling.turn()
    first, second = scheduling.messages()
    assert [each.address for each in scheduling.sent()] == [*TO, "ada@example.org"]
    assert first.subject == "Users: 2026-10-01 to 2026-10-31 (UTC)"
    assert second.subject == "TEST: Users: 2026-10-01 to 2026-10-31 (UTC)"
    assert [run["way"] for run in scheduling.runs()] == ["manual", "test"]
    scheduling.turn("2026-11-23T07:00")
    assert len(scheduling.sent()) == 3


def test_a_pause_is_not_made_up_for(scheduling: Scheduling) -> None:
    """Paused for two days, it runs at the first due time after it is resumed, and none before."""
    scheduling.add(catch_up="all")
    schedules.pause(scheduling.app, OPERATOR, "Users")
    assert schedules.show(scheduling.app, OPERATOR, "Users")["next"] == []
    scheduling.turn("2026-11-24T12:00")
    schedules.resume(scheduling.app, OPERATOR, "Users")
    scheduling.turn("2026-11-25T07:00")
    assert scheduling.told() == [("2026-11-25T07:00", "delivering")]


def test_a_pause_skips_what_waits(scheduling: Scheduling, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that waits for another attempt when its schedule is paused does not come later."""
    scheduling.add()
    monkeypatch.setattr(exporting, "make", lambda *_, **__: 1 / 0)
    scheduling.turn("2026-11-23T07:00")
    schedules.pause(scheduling.app, OPERATOR, "Users")
    schedules.resume(scheduling.app, OPERATOR, "Users")
    scheduling.turn("2026-11-23T07:10")
    (run,) = scheduling.runs()
    assert (run["state"], run["failures"]) == ("skipped", 1)
    assert "paused" in run["error"]


def test_another_timing_holds_from_now(scheduling: Scheduling) -> None:
    """A schedule whose timing is changed does not make up for what the new one would have had."""
    scheduling.add(catch_up="all")
    scheduling.time("2026-11-22T18:00")
    schedules.change(scheduling.app, OPERATOR, "Users", at="17:00")
    scheduling.turn("2026-11-23T18:00")
    assert scheduling.told() == [("2026-11-23T17:00", "delivering")]


def test_a_restart_changes_nothing(scheduling: Scheduling) -> None:
    """What was due, made and sent is so after the folder is opened again."""
    scheduling.add(report={**REPORT, "account": ["acme"]})
    scheduling.turn("2026-11-23T07:00")
    before = scheduling.runs()
    scheduling.again()
    scheduling.turn("2026-11-23T07:30")
    assert scheduling.runs() == before
    assert before[0]["files"][0]["rows"] == 1
