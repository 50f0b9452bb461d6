"""Deliveries that are given up, and forwarders whose receiver is gone, call for a notice."""

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import structlog
from tests.conftest import Folder
from tests.forwarders.receiver import answers, receiving
from tests.notices.looked import OPERATOR, change
from tests.server.serving import until

from vaultmeter import forwarding, notices, outbox
from vaultmeter.app import App
from vaultmeter.clock import system_clock
from vaultmeter.life import Life
from vaultmeter.model.message import Message, Notice
from vaultmeter.server.deliverer import Deliverer
from vaultmeter.state.outbox import forwarders

RULE = "A delivery is given up"


def test_a_dead_letter_is_told_once_a_day_to_the_others(folder: Folder) -> None:
    """A notice that its receiver refuses is told of, once, and that reaches the other forwarder."""
    with receiving(answers(400)) as bad, receiving() as good:
        app = opened(folder, ops=bad, mates=good)
        raised(app, 1)
        raised(app, 2)
        deliver(folder, lambda: states(app) == {"ops": ["dead"] * 2, "mates": ["delivered"] * 3})
        (notice,) = told(app)
        assert notice["text"].startswith("A delivery by the forwarder ops was given up: ")
        assert "400" in notice["text"]
        assert (notice["payload"]["state"], notice["payload"]["forwarder"]) == ("given up", "ops")
        assert notice["payload"]["delivery"] in {row["id"] for row in letters(app, "ops")}

        folder.clock.advance(days=1)
        raised(app, 3)
        deliver(folder, lambda: states(app) == {"ops": ["dead"] * 3, "mates": ["delivered"] * 5})
        assert len(told(app)) == 2


def test_a_forwarder_that_is_switched_off_is_told_each_time(folder: Folder) -> None:
    """410 switches a forwarder off and is told; also again, when it was switched on meanwhile."""
    with receiving(answers(410)) as gone:
        app = opened(folder, ops=gone)
        for number in (1, 2):
            raised(app, number)
            deliver(folder, partial(are_dead, app, number))
            assert [row["payload"]["state"] for row in told(app)] == ["switched off"] * number
            forwarding.change(app, OPERATOR, "ops", is_enabled=True)
        assert told(app)[0]["text"] == (
            "The forwarder ops was switched off: its receiver is gone for good (410)."
        )


def test_what_schedules_send_and_switched_off_rules_are_not_told(folder: Folder) -> None:
    """Of a message without notices its sender tells; and nothing is told while the rule is off."""
    with receiving(answers(400)) as bad:
        app = opened(folder, ops=bad)
        with app.state.changing() as connection:
            (forwarder,) = forwarders(connection)
            outbox.post(connection, Message("schedule-1", "s", "t"), forwarder.id, app.clock())
        deliver(folder, lambda: states(app) == {"ops": ["dead"]})
        change(app, RULE, enabled=False)
        raised(app, 1)
        deliver(folder, lambda: states(app) == {"ops": ["dead"] * 2})
        assert told(app) == []


def are_dead(app: App, number: int) -> bool:
    """Whether so many deliveries to the one forwarder were given up, and none is under way."""
    return states(app) == {"ops": ["dead"] * number}


def opened(folder: Folder, **receivers: Any) -> App:  # noqa: ANN401  receivers
    """Open a folder with a webhook for each receiver, by its name."""
    allow = tuple(each for receiver in receivers.values() for each in receiver.allow)
    app = folder.open(egress_allow=allow)
    folder.clock.now = system_clock().replace(hour=12)
    for name, receiver in receivers.items():
        forwarding.add(app, OPERATOR, name, "webhook", {"url": receiver.url})
    return app


def raised(app: App, number: int) -> None:
    """Have a notice forwarded."""
    about = Notice(1000 + number, "rejects", "sm", "", app.clock(), "Rejects.", {})
    with app.state.changing() as connection:
        outbox.forward(connection, about, app.clock())


def deliver(folder: Folder, is_done: Callable[[], bool]) -> None:
    """Deliver until something is so, while time goes by: a forwarder has a pace."""
    life = Life()
    worker = Deliverer(folder.app, structlog.get_logger(), step=0.02)
    thread = Thread(target=worker.run, args=(life,))

    def is_done_by_now() -> bool:
        folder.clock.advance(seconds=2)
        return is_done()

    thread.start()
    try:
        until(is_done_by_now, "it is delivered or given up")
    finally:
        life.stop()
        thread.join()


def letters(app: App, forwarder: str) -> list[dict[str, Any]]:
    """What was posted to a forwarder."""
    rows = forwarding.deliveries(app, OPERATOR)["rows"]
    return [row for row in rows if row["forwarder"] == forwarder]


def states(app: App) -> dict[str, list[str]]:
    """The states of all deliveries, by forwarder."""
    found: dict[str, list[str]] = {}
    for row in forwarding.deliveries(app, OPERATOR)["rows"]:
        found.setdefault(row["forwarder"], []).append(row["state"])
    return found


def told(app: App) -> list[dict[str, Any]]:
    """The notices of deliveries that were given up."""
    return list(notices.listed(app, OPERATOR, type="delivery-failed")["rows"])
