"""How long whoever was wrong waits, and that nobody is locked out by others."""

import pytest
from tests.conftest import SetClock

from vaultmeter.access.throttle import Throttle, network_of

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def clock() -> SetClock:
    """Give a clock that stands still."""
    return SetClock()


@pytest.fixture
def throttle(clock: SetClock) -> Throttle:
    """Give counts of nothing."""
    return Throttle(clock)


def wrong(throttle: Throttle, clock: SetClock, name: str, address: str) -> float:
    """Wait until a try is let in, be wrong, and answer the wait that follows."""
    while wait := throttle.begin(name, address):
        clock.advance(seconds=wait.seconds)
    after = throttle.begin(name, address)
    return after.seconds if after else 0.0


def test_waits_double_from_a_second(throttle: Throttle, clock: SetClock) -> None:
    """Whoever was wrong waits a second, and each time twice as long, up to half an hour."""
    waits = [wrong(throttle, clock, "ada", HOME) for _ in range(14)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800, 1800]


def test_others_wait_for_a_quarter_of_an_hour_at_most(throttle: Throttle, clock: SetClock) -> None:
    """A name that was tried in vain from one place is open to others before it is to that one."""
    for _ in range(20):
        wrong(throttle, clock, "ada", ELSEWHERE)
    held = throttle.begin("ada", HOME)
    assert held is not None
    assert held.seconds == 900
    clock.advance(seconds=900)
    assert throttle.begin("ada", HOME) is None
    assert throttle.begin("ada", ELSEWHERE) is not None


def test_a_thousand_tries_lock_nobody_out(throttle: Throttle, clock: SetClock) -> None:
    """Somebody who tries every second for hours keeps out whom they mean for minutes only."""
    looked_at = 0
    for _ in range(20_000):
        looked_at += throttle.begin("ada", ELSEWHERE) is None
        clock.advance(seconds=1)
    assert looked_at < 25
    for _ in range(901):
        throttle.begin("ada", ELSEWHERE)
        if throttle.begin("ada", HOME) is None:
            break
        clock.advance(seconds=1)
    else:
        pytest.fail("the right user never got in")


def test_who_signed_in_from_there_before_does_not_wait(throttle: Throttle, clock: SetClock) -> None:
    """At an address where a name was signed in, only that address's own tries count."""
    assert throttle.begin("ada", HOME) is None
    throttle.succeeded("ada", HOME)
    for _ in range(20):
        wrong(throttle, clock, "ada", ELSEWHERE)
    assert throttle.begin("ada", HOME) is None
    held = throttle.begin("ada", HOME)
    assert held is not None
    assert held.seconds == 1


def test_success_forgets_ones_own_tries(throttle: Throttle, clock: SetClock) -> None:
    """Whoever is right after being wrong begins anew, and a stranger's tries stay counted."""
    for _ in range(4):
        wrong(throttle, clock, "ada", ELSEWHERE)
    for _ in range(3):
        wrong(throttle, clock, "ada", HOME)
    clock.advance(seconds=64)
    assert throttle.begin("ada", HOME) is None
    throttle.succeeded("ada", HOME)
    assert wrong(throttle, clock, "ada", HOME) == 1
    assert wrong(throttle, clock, "ada", ELSEWHERE) == 16


def test_what_is_turned_away_does_not_count(throttle: Throttle, clock: SetClock) -> None:
    """Trying while one must wait neither lengthens the wait nor is told of twice."""
    assert throttle.begin("ada", HOME) is None
    told = [throttle.begin("ada", HOME) for _ in range(50)]
    assert [wait.seconds for wait in told if wait] == [1] * 50
    assert [wait.is_news for wait in told if wait] == [True] + [False] * 49
    clock.advance(seconds=1)
    assert wrong(throttle, clock, "ada", HOME) == 2


def test_many_at_the_same_time_are_not_all_let_in(throttle: Throttle) -> None:
    """A try counts from its beginning: of several at once one is looked at."""
    assert [throttle.begin("ada", HOME) is None for _ in range(8)] == [True] + [False] * 7


def test_a_try_that_was_not_wrong_does_not_count(throttle: Throttle, clock: SetClock) -> None:
    """A first step, such as a right password without its code, leaves no wait behind."""
    for _ in range(40):
        assert throttle.begin("ada", HOME) is None
        throttle.take_back("ada", HOME)
    assert wrong(throttle, clock, "ada", HOME) == 1


def test_an_address_that_tries_many_names_waits(throttle: Throttle, clock: SetClock) -> None:
    """One password for many names is slowed down by the address; other addresses are not."""
    for number in range(20):
        assert throttle.begin(f"user {number}", ELSEWHERE) is None
    held = throttle.begin("ada", ELSEWHERE)
    assert held is not None
    assert held.seconds == 1
    assert throttle.begin("ada", HOME) is None
    clock.advance(seconds=1)
    assert throttle.begin("eve", ELSEWHERE) is None
    assert (held := throttle.begin("eva", ELSEWHERE))
    assert held.seconds == 2


def test_a_network_is_one_address() -> None:
    """Whoever has a network of IPv6 has 2^64 addresses, and counts as one."""
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of(None) == ""


def test_tries_are_forgotten_in_the_end(throttle: Throttle, clock: SetClock) -> None:
    """An hour after a wait has ended, nothing of it counts."""
    for _ in range(5):
        wrong(throttle, clock, "ada", HOME)
    clock.advance(seconds=16 + 3600)
    assert wrong(throttle, clock, "ada", HOME) == 1


def test_made_up_names_do_not_push_out_the_real_one(clock: SetClock) -> None:
    """Counts are bounded, and a flood of names leaves those that are really tried."""
    throttle = Throttle(clock, most=300)
    for _ in range(8):
        wrong(throttle, clock, "ada", ELSEWHERE)
    clock.advance(seconds=128)
    for number in range(3000):
        throttle.begin(f"name {number}", f"2001:db8:{number:x}::1")
    assert len(throttle._counts) <= 300
    assert wrong(throttle, clock, "ada", ELSEWHERE) == 256
