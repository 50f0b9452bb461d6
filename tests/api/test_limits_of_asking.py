"""How fast, how much and how long somebody may ask: others are answered all the same."""

import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from tests.api.served import Served, served

from vaultmeter.api.rate import Rate


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that lets each ask five times a second."""
    with served(tmp_path_factory.mktemp("limits"), api_rate="5") as there:
        yield there


def test_a_bucket_is_filled_again() -> None:
    """Two seconds' worth at once, then one by one; each who asks has a bucket of their own."""
    now = [100.0]
    rate = Rate(5, lambda: now[0])
    assert [rate.spend("a") for _ in range(10)] == [0.0] * 10
    assert rate.spend("a") == pytest.approx(0.2)
    assert rate.spend("b") == 0.0
    now[0] += 0.2
    assert [rate.spend("a") > 0 for _ in range(2)] == [False, True]


def test_no_limit_is_none() -> None:
    """A rate of 0 lets everybody ask as fast as they like."""
    rate = Rate(0)
    assert {rate.spend("a") for _ in range(10_000)} == {0.0}


def test_one_who_asks_too_fast_is_told_when_to_come_back(place: Served) -> None:
    """429 with Retry-After for that key alone: another one is answered."""
    replies = [place.ask("GET", "me", "reader") for _ in range(20)]
    late = [reply for reply in replies if reply.status == 429]
    assert late
    assert all(int(reply.headers["retry-after"]) >= 1 for reply in late)
    assert late[0].json()["title"] == "Too fast"
    assert place.ask("GET", "me", "scoped").status == 200


def test_strangers_are_counted_by_their_address(place: Served) -> None:
    """Whoever signs in again and again from one place is told to wait, too."""
    given = {"access_id": "p-0123456789abcd", "access_key": "vm_key_wrong"}
    statuses = {place.ask("POST", "auth", None, given).status for _ in range(30)}
    assert 429 in statuses
    assert statuses <= {401, 429}


def test_heavy_questions_leave_the_rest_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A hundred of the heaviest at once: each is answered or refused, and health stays green."""
    with served(tmp_path_factory.mktemp("heavy"), api_rate="0") as place:
        statuses: list[int] = []

        def ask(number: int) -> None:
            path = f"reports/activity?range=all&per=hour&limit=100000&offset={number}"
            statuses.append(place.ask("GET", path).status)

        asking = [threading.Thread(target=ask, args=(number,)) for number in range(90)]
        for thread in asking:
            thread.start()
        slowest = 0.0
        while any(thread.is_alive() for thread in asking):
            begun = monotonic()
            assert place.ask("GET", "/healthz", None).status == 200
            slowest = max(slowest, monotonic() - begun)
        assert set(statuses) <= {200, 503}
        assert 200 in statuses
        assert place.ask("GET", "reports/overview").status == 200


def test_a_question_that_takes_too_long(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It is answered 504, and the server goes on answering."""
    with served(tmp_path_factory.mktemp("long"), report_seconds="0.1") as place:
        statuses = [
            place.ask("GET", f"reports/{name}?range=all&by=account").status
            for name in ("forecast", "unused", "overview", "sessions", "leaver")
        ]
        assert set(statuses) <= {200, 422, 504}
        assert place.ask("GET", "me").status == 200
        assert place.ask("GET", "identities?limit=1").status == 200
