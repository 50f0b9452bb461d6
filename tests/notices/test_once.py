"""Every notice is raised once: over restarts, by two at a time, and whatever else fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

import pytest
from structlog import get_logger
from structlog.testing import capture_logs
from tests.conftest import Folder
from tests.notices.looked import (
    OPERATOR,
    change,
    limit,
    look,
    only,
    opened,
    rule_named,
    uses,
)

from vaultmeter import forwarding, notices, outbox
from vaultmeter.model.errors import Exists, Invalid, NotFound
from vaultmeter.model.message import Notice
from vaultmeter.notices import rules
from vaultmeter.notices.evaluating import evaluate, found_by
from vaultmeter.notices.raising import raise_once
from vaultmeter.server.watcher import Watcher
from vaultmeter.state import notice_rules as state
from vaultmeter.state.tables import NOTICE

LIMIT = "Clients reach the limit"


def test_over_restarts(folder: Folder) -> None:
    """A folder that is opened again raises nothing that it raised before."""
    folder.take("events", uses("abc"), source="vault")
    limit(folder.app, 3)
    raised = look(folder.app)
    assert {notice.type for notice in raised} == {"usage-report", "source-silent"}
    folder.close()
    assert look(folder.app) == []
    assert len(opened(folder.app)) == len(raised)


def test_two_at_a_time(folder: Folder) -> None:
    """Two that evaluate at the same moment raise each notice once, crossings too."""
    folder.take("events", uses("abc"), source="vault")
    limit(folder.app, 3)
    settings = {"report": "users", "aggregate": "count", "value": 1}
    rules.add(folder.app, OPERATOR, name="Some", type="rule", settings=settings)
    begin, raised = Barrier(4), list[Notice]()

    def run() -> None:
        begin.wait()
        raised.extend(evaluate(folder.app))

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    types = [row["type"] for row in opened(folder.app)]
    assert sorted(types) == ["rule", "source-silent", "usage-report"]
    assert sorted(notice.type for notice in raised) == sorted(types)


def test_raised_together_with_what_else_is_done(folder: Folder) -> None:
    """A notice of a transaction that fails was never raised, and is raised the next time."""
    words: dict[str, Any] = {
        "type": "schedule-failed",
        "product": "",
        "account": "",
        "key": "k",
        "text": "No.",
    }
    now = folder.clock()

    def fail() -> None:
        with folder.app.state.changing() as connection:
            assert notices.raise_once(connection, **words, payload={}, now=now) is not None
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert opened(folder.app) == []
    assert notices.raise_once(folder.app, **words, payload={}, now=now) is not None
    assert notices.raise_once(folder.app, **words, payload={}, now=now) is None
    change(folder.app, "A schedule fails", enabled=False)
    words["key"] = "another"
    assert notices.raise_once(folder.app, **words, payload={}, now=now) is None


def test_rules_that_are_off_raise_nothing(folder: Folder) -> None:
    """A rule is switched off and on, and what is built in stays."""
    folder.take("events", uses("abc"))
    limit(folder.app, 3)
    only(folder.app)
    assert look(folder.app) == []
    change(folder.app, LIMIT, enabled=True)
    assert len(look(folder.app)) == 1
    number = rule_named(folder.app, LIMIT)["id"]
    with pytest.raises(Invalid, match="built in"):
        rules.remove(folder.app, OPERATOR, number)
    with pytest.raises(Exists):
        rules.change(folder.app, OPERATOR, number, name="Lines are rejected")
    settings = {"report": "users", "aggregate": "count", "value": 1}
    made = rules.add(folder.app, OPERATOR, name="Ours", type="rule", settings=settings)
    assert rules.remove(folder.app, OPERATOR, made["id"]) == made
    with pytest.raises(NotFound):
        rules.show(folder.app, OPERATOR, made["id"])


def test_a_preview_raises_nothing(folder: Folder) -> None:
    """What a rule would raise is told, with whether it is new, and nothing is kept."""
    folder.take("events", uses("abc"))
    limit(folder.app, 3)
    number = rule_named(folder.app, LIMIT)["id"]
    (row,) = rules.preview(folder.app, OPERATOR, id_=number)["rows"]
    assert (row["is_new"], opened(folder.app)) == (True, [])
    (notice,) = look(folder.app, "usage-report")
    assert (row["text"], row["payload"]) == (notice.text, notice.payload)
    (row,) = rules.preview(folder.app, OPERATOR, id_=number)["rows"]
    assert not row["is_new"]
    settings = {"level": 50}
    assert rules.preview(folder.app, OPERATOR, type="usage-report", settings=settings)["rows"]
    with pytest.raises(Invalid):
        rules.preview(folder.app, OPERATOR)


@contextmanager
def broken(folder: Folder, name: str) -> Iterator[None]:
    """Have a rule ask for what is not there, as one of another version might."""
    rule = rule_named(folder.app, name)
    with folder.app.state.changing() as connection:
        held = state.rule_of(connection, rule["id"])
        assert held is not None
        state.change_rule(connection, held, settings={"report": "none", "value": 1})
    yield
    with folder.app.state.changing() as connection:
        state.change_rule(connection, held, settings=held.settings)


def test_a_rule_that_fails_keeps_nobody_from_the_others(folder: Folder) -> None:
    """Why a rule fails stands with it and is logged once; the others are evaluated."""
    folder.take("events", uses("abc"))
    limit(folder.app, 3)
    settings = {"report": "users", "aggregate": "count", "value": 1}
    rules.add(folder.app, OPERATOR, name="Ours", type="rule", settings=settings)
    only(folder.app, "Ours", LIMIT)
    with broken(folder, "Ours"), capture_logs() as logs:
        assert Watcher(folder.app, get_logger()).look()
        assert Watcher(folder.app, get_logger()).look()
    assert [row["type"] for row in opened(folder.app)] == ["usage-report"]
    failures = [line for line in logs if line["event"] == "a rule cannot be evaluated"]
    assert [line["rule"] for line in failures] == ["Ours"]
    assert Watcher(folder.app, get_logger()).look()
    assert rule_named(folder.app, "Ours")["error"] == ""
    assert len(opened(folder.app)) == 2


def test_a_notice_that_cannot_be_kept_ends_no_worker(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with what a rule found stands with it; the others are evaluated."""
    folder.take("events", uses("abc"))
    limit(folder.app, 3)
    settings = {"report": "users", "aggregate": "count", "value": 1}
    rules.add(folder.app, OPERATOR, name="Ours", type="rule", settings=settings)
    only(folder.app, "Ours", LIMIT)

    def kept_badly(*place: Any, **given: Any) -> Notice | None:  # noqa: ANN401  as it is
        payload = object() if given["type"] == "usage-report" else given["payload"]
        return raise_once(*place, **{**given, "payload": {"is": payload}})

    monkeypatch.setattr("vaultmeter.notices.evaluating.raise_once", kept_badly)
    assert Watcher(folder.app, get_logger()).look()
    assert [row["type"] for row in opened(folder.app)] == ["rule"]
    assert "TypeError" in rule_named(folder.app, LIMIT)["error"]


def test_the_watcher_waits_for_data_or_time(folder: Folder) -> None:
    """New records and limits are looked at once; without either, only what time may change."""
    only(folder.app, LIMIT)
    folder.take("events", uses("abc"))
    watcher = Watcher(folder.app, get_logger())

    def evaluated() -> bool:
        folder.clock.advance(minutes=1)
        assert watcher.look()
        now = folder.clock().isoformat().replace("+00:00", "Z")
        return bool(rule_named(folder.app, LIMIT)["evaluated"] == now)

    assert [evaluated(), evaluated()] == [True, False]
    limit(folder.app, 3)
    assert [evaluated(), evaluated()] == [True, False]
    folder.take("events", uses("d"))
    assert [evaluated(), evaluated()] == [True, False]
    folder.clock.advance(hours=6)
    assert evaluated()
    folder.clock.advance(days=-1)
    assert [evaluated(), evaluated()] == [True, False]
    assert len(opened(folder.app)) == 1


def test_without_a_store_it_is_looked_later(folder: Folder) -> None:
    """While the store is being made ready nothing is evaluated, and no rule has failed."""
    folder.take("events", uses("abc"), source="vault")
    app = folder.open_later()
    watcher = Watcher(app, get_logger())
    assert not watcher.look()
    assert all(row["error"] == "" for row in rules.listed(app, OPERATOR)["rows"])
    app.open_store()
    assert watcher.look()
    assert [row["type"] for row in opened(app)] == ["source-silent"]


def test_evaluations_leave_kept_answers(folder: Folder) -> None:
    """No answer rests on notices: raising one makes none of them old."""
    folder.take("events", uses("abc"))
    limit(folder.app, 3)
    before = folder.app.moment()
    assert look(folder.app)
    assert folder.app.moment() == before


def test_a_rule_that_is_changed_meanwhile_raises_nothing(folder: Folder) -> None:
    """What a rule found before it was changed is of no interest after."""
    folder.take("events", uses("abc"))
    limit(folder.app, 3)
    only(folder.app, LIMIT)
    with folder.app.state.reading() as connection:
        (rule,) = [each for each in state.rules(connection) if each.name == LIMIT]
    assert found_by(folder.app, OPERATOR, rule).once
    assert (
        evaluate(folder.app, is_due=lambda _: bool(change(folder.app, LIMIT, enabled=True))) == []
    )
    with folder.app.state.reading() as connection:
        assert connection.execute(NOTICE.select()).first() is None


def test_it_is_sent_to_the_forwarders_that_take_it(folder: Folder) -> None:
    """A notice is posted once to each forwarder of its type, with where it can be looked at."""
    app = folder.open(public_url="https://usage.example.org/")
    settings = {"url": "https://hooks.example.org/x"}
    for name, types in (("limits", ["usage-report"]), ("rejects", ["rejects"])):
        forwarding.add(app, OPERATOR, name, "slack", settings, types=types)
    folder.take("events", uses("abc"))
    limit(app, 3)
    look(app)
    look(app)
    with app.state.reading() as connection:
        (delivery,) = outbox.deliveries(connection)
        message = outbox.message_read(delivery.message)
    (row,) = opened(app, type="usage-report")
    assert [notice.id for notice in message.notices] == [row["id"]]
    assert (message.text, message.url) == (row["text"], "https://usage.example.org/events")
