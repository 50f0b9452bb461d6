"""Whose rights a run has: those of its owner at that moment, and who sees and changes what."""

from datetime import timedelta

import pytest
from tests.schedules.conftest import OPERATOR, REPORT, Row, Scheduling

from vaultmeter import exporting, forwarding, schedules
from vaultmeter.access import keys, user_acts
from vaultmeter.access.roles import add_member, delete_role, role_named
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound
from vaultmeter.state.saved_views import add_view, change_view

DUE = "2026-11-23T07:00"


def rows_sent(scheduling: Scheduling) -> list[int]:
    """Tell how many rows each run's file has."""
    return [file["rows"] for run in scheduling.runs() for file in run["files"]]


def test_rights_that_shrink_make_fewer_rows(scheduling: Scheduling) -> None:
    """An owner who may see one account by now sends its rows alone, and readers are told so."""
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler")
    scheduling.add(ada)
    scheduling.turn(DUE)
    scheduling.role("scheduler", accounts=("acme",))
    scheduling.turn("2026-11-24T07:00")

    assert rows_sent(scheduling) == [2, 1]
    before, after = scheduling.messages()
    assert "Note:" not in before.text
    assert "ada may see other accounts or products now" in after.text
    assert "bob" not in after.attachments[0].path.read_text("utf-8")


def test_reports_go_to_forwarders_of_ones_own_accounts(scheduling: Scheduling) -> None:
    """Who sees one account uses its forwarders alone, for as long as they are of that account."""
    url = {"url": "https://hooks.acme.com/"}
    for name, accounts in (("all", None), ("acme-1", ["acme"]), ("acme-2", ["globex"])):
        forwarding.add(scheduling.app, OPERATOR, name, "webhook", url, accounts=accounts)
    scheduling.role("scheduler", accounts=("acme",))
    ada = scheduling.user("ada", "scheduler")
    for name in ("all", "acme-2"):
        with pytest.raises(NotFound) as raised:
            scheduling.add(ada, forwarders=[name])
        assert "acme-2" not in raised.value.hint
    scheduling.add(ada, recipients=[], forwarders=["acme-1"])
    scheduling.turn(DUE)
    forwarding.change(scheduling.app, OPERATOR, "acme-1", accounts=["globex"])
    scheduling.turn("2026-11-24T07:00")
    # The first has the notice that the schedule failed.
    sent = [each.destination for each in scheduling.sent()]
    assert sorted(sent) == ["forwarder:1", "forwarder:2"]


def test_rights_that_shrank_halfway_hold_for_the_files_made(scheduling: Scheduling) -> None:
    """A file that was made before the owner's rights shrank is not what is delivered after."""
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler")
    scheduling.add(ada, formats=["csv", "json"])
    make = exporting.make

    def once(*given: object, **named: object) -> object:
        if named["schedule_run"] and given[2].format == "json":  # type: ignore[attr-defined]
            raise OSError("The disk is full.")
        return make(*given, **named)  # type: ignore[arg-type]

    exporting.make = once  # type: ignore[assignment]
    try:
        scheduling.turn(DUE)
    finally:
        exporting.make = make
    scheduling.role("scheduler", accounts=("acme",))
    scheduling.turn("2026-11-23T07:01")
    assert rows_sent(scheduling) == [1, 1]


@pytest.mark.parametrize("how", ["disabled", "no role", "no reports", "no schedules"])
def test_an_owner_without_the_rights_sends_nothing(scheduling: Scheduling, how: str) -> None:
    """Whoever is disabled or may not any more has their schedule paused, once, with the reason."""
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler", email="ada@example.org")
    scheduling.add(ada)
    if how == "disabled":
        user_acts.change_user(scheduling.app, OPERATOR, "ada", disabled=True)
    elif how == "no role":
        with scheduling.app.access.noting(OPERATOR, "role.delete", "x") as connection:
            delete_role(connection, OPERATOR, "scheduler")
    elif how == "no reports":
        scheduling.role("scheduler", usage_reports="none")
    else:
        scheduling.role("scheduler", manages=frozenset())
    scheduling.turn(DUE)
    scheduling.turn("2026-11-24T07:00")

    (run,) = scheduling.runs()
    assert run["state"] == "failed"
    assert "ada" in run["error"]
    shown = schedules.show(scheduling.app, OPERATOR, "Users")
    assert shown["is_paused"]
    assert shown["paused_because"] == run["error"]
    assert len(scheduling.notices()) == 1
    mails = [each.address for each in scheduling.sent()]
    assert mails == ([] if how == "disabled" else ["ada@example.org"])


def test_a_key_made_anew_does_not_inherit(scheduling: Scheduling) -> None:
    """A key with the number of one that was deleted runs none of its schedules, and sees none."""
    app = scheduling.app
    role = scheduling.role("scheduler", accounts=("acme", "beta"))

    def key() -> Principal:
        with app.access.noting(OPERATOR, "key.add", "reporter") as connection:
            made, _ = keys.create_key(connection, "reporter", app.clock())
            add_member(connection, OPERATOR, role, "key", made.id)
            found = app.access.holder(connection, "key", made.id)
        assert found is not None
        return found

    scheduling.add(key())
    with app.access.noting(OPERATOR, "key.delete", "reporter") as connection:
        keys.delete_key(connection, "reporter")
    scheduling.folder.clock.advance(minutes=1)
    other = key()
    scheduling.turn(DUE)

    assert schedules.listed(app, other)["rows"] == []
    (run,) = scheduling.runs()
    assert run["state"] == "failed"
    assert "reporter" in run["error"]


def test_an_expired_key_sends_nothing(scheduling: Scheduling) -> None:
    """A schedule of a key fails once the key has expired."""
    app = scheduling.app
    with app.access.noting(OPERATOR, "key.add", "reporter") as connection:
        expires = app.clock() + timedelta(hours=1)
        made, _ = keys.create_key(connection, "reporter", app.clock(), expires)
        add_member(connection, OPERATOR, role_named(connection, "admin"), "key", made.id)
        who = app.access.holder(connection, "key", made.id)
    assert who is not None
    scheduling.add(who)
    scheduling.turn(DUE)
    assert scheduling.runs()[0]["state"] == "failed"


def test_everybody_sees_their_own(scheduling: Scheduling) -> None:
    """Owners see their own schedules, who has the permission everywhere all, and nobody others'."""
    scheduling.role("scheduler")
    scheduling.role("narrow", accounts=("acme",))
    scheduling.role("reading", manages=frozenset())
    app = scheduling.app
    ada, bob, eve, kim = (
        scheduling.user(name, role)
        for name, role in (
            ("ada", "scheduler"),
            ("bob", "narrow"),
            ("eve", "narrow"),
            ("kim", "reading"),
        )
    )
    scheduling.add(bob, name="Of bob")
    scheduling.add(ada, name="Of ada")

    def names(who: Principal) -> list[str]:
        return [row["name"] for row in schedules.listed(app, who)["rows"]]

    assert names(ada) == ["Of ada", "Of bob"]
    assert names(bob) == ["Of bob"]
    assert names(eve) == []
    with pytest.raises(Forbidden):
        names(kim)
    with pytest.raises(Forbidden):
        scheduling.add(kim)
    for act in (
        schedules.show,
        schedules.remove,
        schedules.pause,
        schedules.run_now,
        schedules.runs,
    ):
        with pytest.raises(NotFound):
            act(app, eve, "Of bob")


def test_having_others_reports_sent_takes_all_reports(scheduling: Scheduling) -> None:
    """Who manages schedules everywhere and sees little may stop others', and not redirect them."""
    scheduling.role("scheduler")
    scheduling.role("stopper", usage_reports="none")
    scheduling.role("little", manages=frozenset(), accounts=("acme",))
    ada, max_ = scheduling.user("ada", "scheduler"), scheduling.user("max", "stopper", "little")
    app = scheduling.app
    scheduling.add(ada)
    with pytest.raises(Forbidden):
        schedules.change(app, max_, "Users", recipients=["max@example.org"])
    with pytest.raises(Forbidden):
        schedules.run_now(app, max_, "Users")
    assert schedules.pause(app, max_, "Users")["is_paused"]
    scheduling.role("little", manages=frozenset())
    changed = schedules.change(app, scheduling.who("max"), "Users", recipients=["max@example.org"])
    assert (changed["owner"], changed["recipients"]) == ("ada", ["max@example.org"])


def test_files_are_seen_by_who_may_see_their_rows(scheduling: Scheduling) -> None:
    """Runs are listed for owners whose rights shrank, without the files they may not see."""
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler")
    scheduling.add(ada)
    scheduling.turn(DUE)
    assert len(schedules.runs(scheduling.app, ada, "Users")["rows"][0]["files"]) == 1
    scheduling.role("scheduler", accounts=("acme",))
    (run,) = schedules.runs(scheduling.app, scheduling.who("ada"), "Users")["rows"]
    assert (run["state"], run["files"]) == ("delivering", [])


def test_a_saved_view_is_followed(scheduling: Scheduling) -> None:
    """A schedule of a view sends what the view is at that time; without it, it says so."""
    scheduling.role("scheduler")
    ada = scheduling.user("ada", "scheduler")
    app = scheduling.app
    with app.access.keeping() as connection:
        address = ("/product-usage", "range=last-month&tz=UTC&compare=none")
        view = add_view(connection, ada.id, "People", address, app.clock(), is_shared=False)
    scheduling.add(ada, view=view, name="People", formats=["json"], time_zone="Europe/Berlin")
    scheduling.turn(DUE)
    (message,) = scheduling.messages()
    assert message.subject == "People: 2026-10-01 to 2026-10-31 (Europe/Berlin)"
    assert "ada@x.org" in message.attachments[0].path.read_text("utf-8")
    with app.access.keeping() as connection:
        change_view(connection, view, deleted=app.clock())
    scheduling.turn("2026-11-24T07:00")
    last = scheduling.runs("People")[-1]
    assert (last["state"], last["failures"]) == ("failed", 1)
    assert f"no saved view {view}" in last["error"]


def test_views_of_others_cannot_be_scheduled(scheduling: Scheduling) -> None:
    """Only views that the owner can open are taken."""
    scheduling.role("scheduler")
    ada, bob = scheduling.user("ada", "scheduler"), scheduling.user("bob", "scheduler")
    app = scheduling.app
    with app.access.keeping() as connection:
        own = ("/product-usage", "range=last-month")
        view = add_view(connection, ada.id, "People", own, app.clock(), is_shared=False)
    with pytest.raises(NotFound):
        scheduling.add(bob, view=view)


def test_views_of_no_reports_cannot_be_scheduled(scheduling: Scheduling) -> None:
    """A page that has nothing to send is refused when it is said, and not at each run."""
    scheduling.role("scheduler")
    ada, app = scheduling.user("ada", "scheduler"), scheduling.app
    with app.access.keeping() as connection:
        view = add_view(connection, ada.id, "Us", ("/users", ""), app.clock(), is_shared=False)
    with pytest.raises(NotFound, match="exported"):
        scheduling.add(ada, view=view)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"name": " "}, "name"),
        ({"name": "12"}, "name"),
        ({"formats": []}, "one format"),
        ({"formats": ["docx"]}, "format 'docx'"),
        ({"catch_up": "some"}, "Catch-up"),
        ({"recipients": ["nobody"]}, "address"),
        ({"recipients": ["a@b.org\r\nBcc: c@d.org"]}, "address"),
        ({"recipients": [f"a{number}@example.org" for number in range(51)]}, "50"),
        ({"forwarders": ["ops"]}, "no forwarder 'ops'"),
        ({"keep_days": 1}, "4 to"),
        ({"report": {"report": "nothing"}}, "nothing"),
        ({"report": {**REPORT, "range": "next-month"}}, "next-month"),
        ({"report": {**REPORT, "tz": "UTC"}}, "'tz'"),
        ({"report": {"range": "last-month"}}, "No report"),
        ({"report": None}, "one saved view"),
        ({"time_zone": "Mars"}, "Mars"),
        ({"every": "cron", "cron": "never"}, "five fields"),
    ],
)
def test_what_cannot_be_scheduled_is_refused(scheduling: Scheduling, words: Row, told: str) -> None:
    """What cannot run is refused when it is said, with what is wrong."""
    with pytest.raises((Invalid, NotFound)) as refused:
        scheduling.add(**words)
    assert told in f"{refused.value.message} {refused.value.hint}"


def test_mail_goes_to_allowed_domains_alone(scheduling: Scheduling) -> None:
    """An address outside the allowed domains is refused when it is given or changed."""
    scheduling.folder.open(mail_domains=("acme.com",))
    with pytest.raises(Invalid, match="may not be written to"):
        scheduling.add(recipients=["ada@example.org"])
    scheduling.add(recipients=["ada@acme.com"])
    with pytest.raises(Invalid, match="may not be written to"):
        schedules.change(scheduling.app, OPERATOR, "Users", recipients=["ada@example.org"])


def test_a_name_is_there_once_for_an_owner(scheduling: Scheduling) -> None:
    """The name of another one of theirs is refused, and its trail says who did what."""
    scheduling.add()
    with pytest.raises(Exists):
        scheduling.add()
    scheduling.add(name="Other")
    with pytest.raises(Exists):
        schedules.change(scheduling.app, OPERATOR, "Other", name="Users")
    with scheduling.app.state.reading() as connection:
        acts = connection.exec_driver_sql("select act, object from trail").all()
    assert ("schedule.add", "Users") in [tuple(row) for row in acts]


def test_an_owner_has_so_many_and_no_more(
    scheduling: Scheduling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One owner's schedules are bounded; another's are not counted among them."""
    monkeypatch.setattr("vaultmeter.schedules.acts.MOST", 1)
    scheduling.role("scheduler")
    scheduling.add(scheduling.user("ada", "scheduler"))
    scheduling.add()
    with pytest.raises(Invalid, match="schedules of yours"):
        scheduling.add(name="Other")


def test_what_leaves_is_in_the_trail(scheduling: Scheduling) -> None:
    """A delivery is noted with whose rights it had and where to."""
    scheduling.role("scheduler")
    scheduling.add(scheduling.user("ada", "scheduler"))
    scheduling.turn(DUE)
    with scheduling.app.state.reading() as connection:
        rows = connection.exec_driver_sql("select * from trail").mappings().all()
    (noted,) = [row for row in rows if row["act"] == "schedule.deliver"]
    assert noted["who"] == "ada"
    assert "board@example.org" in noted["details"]


def test_a_test_needs_an_address(scheduling: Scheduling) -> None:
    """Who has no address of e-mail is told so before anything is made."""
    scheduling.role("scheduler")
    scheduling.add()
    for who in (OPERATOR, scheduling.user("ada", "scheduler")):
        with pytest.raises(Invalid, match="no address"):
            schedules.test_send(scheduling.app, who, "Users")


def test_a_removed_schedule_leaves_its_files(scheduling: Scheduling) -> None:
    """Removed with its runs, its files are kept, and what was posted goes on."""
    scheduling.add()
    scheduling.turn(DUE)
    schedules.remove(scheduling.app, OPERATOR, "Users")
    assert schedules.listed(scheduling.app, OPERATOR)["rows"] == []
    assert len(exporting.listed(scheduling.app, OPERATOR)["rows"]) == 1
    assert scheduling.turn("2026-11-24T07:00") == 0
