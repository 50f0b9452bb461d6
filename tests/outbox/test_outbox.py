"""The outbox: what is posted leaves once per key, in order, again and again for two days."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from tests.conftest import SetClock

from vaultmeter import outbox
from vaultmeter.forwarders import Ending, Outcome
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.message import Attachment, Message, Notice
from vaultmeter.outbox import backoff, queue
from vaultmeter.outbox.posting import window_end
from vaultmeter.state.database import State
from vaultmeter.state.outbox import (
    Delivery,
    add_forwarder,
    change_forwarder,
    forwarder_of,
    remove_forwarder,
)

DONE = Outcome(Ending.DELIVERED, "The receiver answered 200.")
FAILED = Outcome(Ending.FAILED, "The receiver answered 500.", is_down=True)
REFUSED = Outcome(Ending.REFUSED, "The receiver answered 400.", is_down=True)
GONE = Outcome(Ending.GONE, "The receiver answered 410.", is_down=True)


class Box:
    """An outbox with a clock that is set, and whoever delivers from it."""

    def __init__(self, state: State) -> None:
        """Begin with nothing."""
        self.state, self.clock = state, SetClock()

    def forwarder(self, name: str = "ops", **columns: object) -> int:
        """Add a forwarder."""
        values: dict[str, object] = {
            "kind": "webhook",
            "settings": {},
            "types": (),
            "accounts": None,
            "every_hours": None,
            "per_minute": 60_000,
            "is_enabled": True,
            "disabled_why": "",
            "description": "",
            "akeyless": {},
            "created": self.clock(),
            "modified": self.clock(),
        }
        with self.state.changing() as connection:
            return add_forwarder(connection, name=name, **{**values, **columns})

    def post(self, forwarder: int, key: str = "k", after: float | None = None) -> int:
        """Post a message."""
        now = self.clock()
        later = None if after is None else now + timedelta(seconds=after)
        with self.state.changing() as connection:
            message = Message(key, key, "text")
            return outbox.post(connection, message, forwarder, now, not_before=later)

    def forward(self, notice: Notice) -> list[int]:
        """Forward a notice."""
        with self.state.changing() as connection:
            return outbox.forward(connection, notice, self.clock())

    def claim(self, holder: str = "here/1", most: int = 99) -> list[outbox.Claimed]:
        """Take what is due."""
        with self.state.changing() as connection:
            outbox.close_windows(connection, self.clock())
            return outbox.claim(connection, self.clock(), holder, most)

    def record(self, claimed: outbox.Claimed, outcome: Outcome) -> bool:
        """Keep what came of an attempt."""
        with self.state.changing() as connection:
            return outbox.record(connection, claimed, outcome, self.clock())

    def attempt(self, outcome: Outcome) -> list[str]:
        """Try everything that is due, once; answers the keys."""
        self.clock.advance(seconds=0.01)
        claimed = self.claim()
        for each in claimed:
            assert self.record(each, outcome)
        return [each.delivery.key for each in claimed]

    def delivery(self, number: int) -> Delivery:
        """Read a delivery."""
        with self.state.reading() as connection:
            found = outbox.delivery_of(connection, number)
        assert found is not None
        return found

    def states(self) -> list[str]:
        """Read the states of all, the oldest first."""
        with self.state.reading() as connection:
            return [each.state for each in reversed(outbox.deliveries(connection))]


@pytest.fixture
def box(tmp_path: Path, untouched: Path) -> Iterator[Box]:
    """Give an empty outbox."""
    copyfile(untouched / "state.sqlite", tmp_path / "state.sqlite")
    made = Box(State(tmp_path))
    yield made
    made.state.close()


def notice(number: int, type_: str = "usage-report", account: str = "acme") -> Notice:
    """Make a notice."""
    return Notice(number, type_, "pm", account, SetClock()(), f"Notice {number}.", {"n": number})


def test_a_message_is_read_back_as_it_was_written() -> None:
    """Notices and files come back from the JSON that is kept."""
    files = (Attachment("a.pdf", "application/pdf", Path("kept/1")),)
    message = Message("k", "Subject", "Text", (notice(1), notice(2)), files, "https://x.example/")
    assert outbox.message_read(outbox.message_written(message)) == message


def test_the_same_key_is_posted_once(box: Box) -> None:
    """Posting a key to a destination again answers the delivery that there is."""
    one, other = box.forwarder("one"), box.forwarder("other")
    first = box.post(one)
    assert box.post(one) == first
    assert box.post(other) != first
    assert len(box.states()) == 2


def test_what_is_undone_leaves_nothing(box: Box) -> None:
    """A message whose transaction fails never leaves."""
    forwarder = box.forwarder()

    def fail() -> None:
        with box.state.changing() as connection:
            outbox.post(connection, Message("k", "s", "t"), forwarder, box.clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert box.states() == []


def test_mail_goes_to_each_address_by_itself(box: Box) -> None:
    """Addresses have a delivery each, an address that is named twice has one."""
    with box.state.changing() as connection:
        made = outbox.post_mail(
            connection, Message("k", "s", "t"), ["a@x.org", "b@x.org", " a@x.org"], box.clock()
        )
        with pytest.raises(Invalid):
            outbox.post_mail(connection, Message("k", "s", "t"), ["a@x.org\nb"], box.clock())
        with pytest.raises(NotFound):
            outbox.post(connection, Message("k", "s", "t"), 99, box.clock())
    assert len(made) == 2


def test_order_holds_until_a_dead_letter_frees_it(box: Box) -> None:
    """While the first fails nothing else of its destination is tried; once it is dead it is."""
    slow, other = box.forwarder("slow"), box.forwarder("other")
    for key in ("1", "2"):
        box.post(slow, key)
    box.post(other, "1")
    assert sorted(box.attempt(FAILED)) == ["1", "1"]
    box.clock.advance(hours=1)
    assert box.attempt(FAILED) == ["1", "1"]
    box.clock.advance(hours=1)
    assert box.attempt(REFUSED) == ["1", "1"]
    assert box.attempt(DONE) == ["2"]
    assert box.states() == ["dead", "delivered", "dead"]


def test_what_is_to_leave_later_holds_up_nobody(box: Box) -> None:
    """A message for later stands in no line before its time."""
    forwarder = box.forwarder()
    box.post(forwarder, "later", after=3600)
    box.post(forwarder, "now")
    assert box.attempt(DONE) == ["now"]
    assert box.attempt(DONE) == []
    box.clock.advance(hours=1)
    assert box.attempt(DONE) == ["later"]


def test_attempts_are_spread_over_two_days(box: Box) -> None:
    """Each pause is that of the table within a fifth; after the last one the letter is dead."""
    for number in range(12):
        box.forwarder(f"f{number}")
    for number in range(1, 13):
        box.post(number)
    pauses: dict[int, list[float]] = {}
    for step in range(len(backoff.STEPS) + 1):
        now = box.clock()
        for claimed in _due_claims(box):
            box.record(claimed, Outcome(Ending.FAILED, "500"))
            after = box.delivery(claimed.delivery.id)
            if after.state == "waiting":
                pauses.setdefault(step, []).append((after.due - box.clock()).total_seconds())
        box.clock.now = now + (
            backoff.STEPS[step] * 1.21 if step < len(backoff.STEPS) else timedelta()
        )
    assert set(box.states()) == {"dead"}
    for step, wanted in enumerate(backoff.STEPS):
        seconds = wanted.total_seconds()
        assert all(0.8 * seconds <= each <= 1.2 * seconds for each in pauses[step])
        assert len(set(pauses[step])) > 6
    total = sum(backoff.STEPS, timedelta())
    assert timedelta(hours=45) < total < timedelta(hours=50)
    assert box.delivery(1).attempts == len(backoff.STEPS) + 1
    assert "for as long as it may be" in box.delivery(1).last_error


def _due_claims(box: Box) -> list[outbox.Claimed]:
    box.clock.advance(seconds=0.01)
    return box.claim()


@pytest.mark.parametrize(
    ("asked", "least", "most"), [(100, 100, 100), (1, 4, 6), (1e9, 21600, 21600)]
)
def test_receivers_may_ask_for_a_pause(box: Box, asked: float, least: float, most: float) -> None:
    """Retry-After makes a pause longer, never shorter, and at most six hours."""
    number = box.post(box.forwarder())
    box.attempt(Outcome(Ending.FAILED, "429", retry_after=asked, is_down=True))
    pause = (box.delivery(number).due - box.clock()).total_seconds()
    assert least <= pause <= most


def test_two_never_hold_the_same(box: Box) -> None:
    """While a lease lasts nobody else gets a delivery; after it somebody does, by the same id."""
    number = box.post(box.forwarder())
    (first,) = box.claim("here/1")
    assert box.claim("there/2") == []
    box.clock.advance(seconds=queue.LEASE.total_seconds())
    (second,) = box.claim("there/2")
    assert second.delivery.message_id == first.delivery.message_id
    assert not box.record(first, DONE)
    assert box.delivery(number).state == "sending"
    assert box.record(second, DONE)
    assert box.delivery(number).state == "delivered"


def test_a_new_process_takes_up_what_the_old_one_held(box: Box) -> None:
    """What a process of this machine held is free at once; that of another one is not."""
    here, there = box.post(box.forwarder("a"), "a"), box.post(box.forwarder("b"), "b")
    claimed = {each.delivery.id for each in box.claim("here/1", most=1)}
    claimed |= {each.delivery.id for each in box.claim("there/1")}
    assert claimed == {here, there}
    with box.state.changing() as connection:
        assert outbox.release(connection, "here") == 1
    assert [each.delivery.id for each in _due_claims(box)] == [here]


def test_attempts_that_were_cut_off_do_not_count(box: Box) -> None:
    """However often the server is killed, a delivery has its two days."""
    number = box.post(box.forwarder())
    for _ in range(50):
        assert len(box.claim()) == 1
        with box.state.changing() as connection:
            assert outbox.release(connection, "here") == 1
        box.clock.advance(seconds=1)
    assert box.attempt(FAILED) == ["k"]
    assert (box.delivery(number).state, box.delivery(number).attempts) == ("waiting", 1)


def test_one_that_was_taken_twice_is_recorded_once(box: Box) -> None:
    """What outlives its lease has nothing to say, also within one process."""
    box.post(box.forwarder())
    (first,) = box.claim()
    box.clock.advance(seconds=queue.LEASE.total_seconds())
    (second,) = box.claim()
    assert not box.record(first, FAILED)
    assert box.record(second, DONE)


def test_what_a_forwarder_leaves_behind_is_taken(box: Box) -> None:
    """A delivery that was under way when its forwarder was removed, and lost, is not kept open."""
    forwarder = box.forwarder()
    number = box.post(forwarder)
    box.claim()
    with box.state.changing() as connection:
        remove_forwarder(connection, forwarder)
        outbox.release(connection, "here")
    (claimed,) = _due_claims(box)
    assert (claimed.delivery.id, claimed.forwarder) == (number, None)


def test_a_receiver_that_is_down_is_left_alone(box: Box) -> None:
    """After five failures in a row nothing is sent for a while, then one probe, then all again."""
    forwarder = box.forwarder()
    for number in range(8):
        box.post(forwarder, str(number))
    for number in range(queue.OPENS_AFTER):
        assert box.attempt(REFUSED) == [str(number)]
    assert box.attempt(REFUSED) == []
    box.clock.advance(minutes=5)
    (probe,) = box.claim()
    assert box.claim() == []
    assert box.record(probe, REFUSED)
    box.clock.advance(minutes=6)
    assert box.attempt(DONE) == []
    box.clock.advance(minutes=5)
    assert box.attempt(DONE) == ["6"]
    assert box.attempt(DONE) == ["7"]


def test_the_pace_of_a_forwarder(box: Box) -> None:
    """A forwarder of two messages in a minute gets one each half minute."""
    forwarder = box.forwarder(per_minute=2)
    for number in range(3):
        box.post(forwarder, str(number))
    came = []
    for _ in range(9):
        came.append(len(box.attempt(DONE)))
        box.clock.advance(seconds=9.99)
    assert came == [1, 0, 0, 1, 0, 0, 1, 0, 0]


def test_gone_switches_the_forwarder_off(box: Box) -> None:
    """After 410 the forwarder is off and says why; what waits for it goes when it is on again."""
    forwarder = box.forwarder()
    box.post(forwarder, "1")
    box.post(forwarder, "2")
    assert box.attempt(GONE) == ["1"]
    assert box.attempt(DONE) == []
    with box.state.changing() as connection:
        held = forwarder_of(connection, forwarder)
        assert held is not None
        assert not held.is_enabled
        assert "410" in held.disabled_why
        change_forwarder(connection, forwarder, is_enabled=True)
    assert box.attempt(DONE) == ["2"]
    assert box.states() == ["dead", "delivered"]


def test_dead_letters_are_sent_again_under_their_id(box: Box) -> None:
    """A dead letter begins anew with the id it had; what is not decided cannot be sent again."""
    number = box.post(box.forwarder())
    with box.state.changing() as connection, pytest.raises(Invalid):
        outbox.send_again(connection, number, box.clock())
    box.attempt(REFUSED)
    before = box.delivery(number)
    with box.state.changing() as connection:
        outbox.send_again(connection, number, box.clock())
        with pytest.raises(NotFound):
            outbox.send_again(connection, 99, box.clock())
    assert box.attempt(DONE) == ["k"]
    after = box.delivery(number)
    assert (after.state, after.message_id, after.attempts) == ("delivered", before.message_id, 1)


def test_only_what_waits_can_be_cancelled(box: Box) -> None:
    """A cancelled delivery is never tried, and the next one goes; a decided one stays decided."""
    forwarder = box.forwarder()
    first = box.post(forwarder, "1")
    box.post(forwarder, "2")
    with box.state.changing() as connection:
        outbox.cancel(connection, first, box.clock())
        with pytest.raises(Invalid):
            outbox.cancel(connection, first, box.clock())
    assert box.attempt(DONE) == ["2"]
    assert box.states() == ["cancelled", "delivered"]


def test_a_notice_goes_to_the_forwarders_it_fits(box: Box) -> None:
    """Types, accounts with those below, and the switch decide; a notice goes to each once."""
    box.forwarder("all")
    box.forwarder("typed", types=("rejects",))
    box.forwarder("of acme", accounts=("acme",))
    box.forwarder("of other", accounts=("acm", "globex"))
    box.forwarder("off", is_enabled=False)
    made = box.forward(notice(1, account="acme/eu"))
    assert [box.delivery(each).forwarder for each in made] == [1, 3]
    assert box.forward(notice(1, account="acme/eu")) == made
    assert [box.delivery(each).forwarder for each in box.forward(notice(2, "rejects", ""))] == [
        1,
        2,
    ]


def test_notices_of_a_window_leave_together(box: Box) -> None:
    """Every six hours there is one message, of windows in which there was anything."""
    forwarder = box.forwarder(every_hours=6)
    for number in (1, 2):
        assert box.forward(notice(number)) == []
        box.clock.advance(hours=2)
    assert box.attempt(DONE) == []
    box.forward(notice(2))
    box.clock.advance(hours=2)
    box.forward(notice(3))
    (claimed,) = box.claim()
    message = outbox.message_read(claimed.delivery.message)
    assert [each.id for each in message.notices] == [1, 2]
    assert message.subject == "2 notices"
    box.record(claimed, DONE)
    box.clock.advance(hours=6)
    assert box.attempt(DONE) == [f"window:{forwarder}:2026-11-23T00:00Z:3"]
    box.clock.advance(hours=6)
    assert box.attempt(DONE) == []


def test_a_window_that_comes_twice_loses_nothing(box: Box) -> None:
    """After a clock was set back a window fills again, and leaves again."""
    box.forwarder(every_hours=6)
    for number in (1, 2):
        box.forward(notice(number))
        box.clock.advance(hours=6)
        assert len(box.attempt(DONE)) == 1
        box.clock.advance(hours=-6)


@pytest.mark.parametrize("hours", [1, 5, 6, 24])
def test_windows_are_counted_from_midnight(hours: int) -> None:
    """A window ends after its hours, the last one of a day at midnight (UTC)."""
    now = SetClock().now.replace(hour=0)
    ends = {window_end(now + timedelta(minutes=minute), hours) for minute in range(24 * 60)}
    wanted = {now + timedelta(hours=hour) for hour in range(hours, 24, hours)}
    assert ends == wanted | {now + timedelta(days=1)}


def test_some_addresses_have_it_already(box: Box) -> None:
    """What single addresses took is kept, so that only the others are tried again."""
    number = box.post(box.forwarder(kind="email"))
    box.attempt(Outcome(Ending.FAILED, "450", done=("a@x.org",)))
    assert box.delivery(number).done == ("a@x.org",)
    box.clock.advance(minutes=1)
    (claimed,) = box.claim()
    assert claimed.delivery.done == ("a@x.org",)
