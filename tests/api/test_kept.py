"""Answers that are kept: told again without work, until something they rest on changes."""

import asyncio
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Lock

import pytest
from tests.conftest import Folder, event, ndjson

from vaultmeter.api.kept import Answer, Kept, Question, Sent
from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.as_of import as_of
from vaultmeter.state.groups import set_group

EVERYTHING = Viewer.operator()
ACME, GLOBEX = (Viewer.of_accounts("somebody", [name]) for name in ("acme", "globex"))


class Making:
    """Works answers out, and counts how often."""

    def __init__(self, folder: Folder, size: int = 10) -> None:
        """Make answers of so many bytes."""
        self.folder, self.size, self.made = folder, size, 0
        self.go_on, self.begun, self._alone = Event(), Event(), Lock()
        self.go_on.set()

    def __call__(self) -> Answer:
        """Work an answer out, once it may."""
        with self._alone:
            self.made += 1
            number = self.made
        with self.folder.app.store.reader() as store:
            state = as_of(store, self.folder.app.terms())
        self.begun.set()
        assert self.go_on.wait(20)
        return Answer(f"{number}".encode().ljust(self.size), "text/plain", state)


@pytest.fixture
def making(folder: Folder) -> Making:
    """Give what makes answers of a folder with an event."""
    folder.take("events", ndjson(event(1)), source="vault")
    return Making(folder)


@pytest.fixture
def kept(folder: Folder) -> Iterator[Kept]:
    """Give what keeps a thousand bytes a piece."""
    made = Kept(folder.app, 16_000)
    yield made
    made.close()


def told(kept: Kept, making: Callable[[], Answer], *questions: Question) -> list[bytes]:
    """The answers to questions, one after the other."""

    async def ask() -> list[bytes]:
        return [(await kept.answer(each, making)).answer.body.strip() for each in questions]

    return asyncio.run(ask())


def test_an_unchanged_answer_is_told_again(kept: Kept, making: Making) -> None:
    """It is worked out once, and other words are another question."""
    same, other = Question(EVERYTHING, "a"), Question(EVERYTHING, "b")
    assert told(kept, making, same, same, other, same) == [b"1", b"1", b"2", b"1"]


def test_what_differs_at_each_moment_is_not_kept(kept: Kept, making: Making) -> None:
    """A range up to this moment is worked out each time."""
    assert told(kept, making, *[Question(EVERYTHING, None)] * 2) == [b"1", b"2"]


def test_new_records_and_decisions_are_seen_at_once(
    folder: Folder, kept: Kept, making: Making
) -> None:
    """Whatever an answer may rest on makes a new one; a note in the trail does not."""
    question = Question(EVERYTHING, "a")
    assert told(kept, making, question) == [b"1"]
    folder.take("events", ndjson(event(2)), source="vault")
    assert told(kept, making, question) == [b"2"]
    with folder.app.state.changing() as connection:
        set_group(connection, "eu", ["acme"])
    assert told(kept, making, question) == [b"3"]
    folder.app.rebuild()
    folder.app.fold()
    with folder.app.state.changing():
        pass
    assert told(kept, making, question) == [b"3"]


def test_nobody_is_told_what_others_may_see(kept: Kept, making: Making) -> None:
    """Equal words of other grants are other questions; equal grants share, whatever the name."""
    namesake = Viewer.of_accounts("another", ["acme"])
    asked = [Question(viewer, "a") for viewer in (EVERYTHING, ACME, GLOBEX, namesake)]
    assert told(kept, making, *asked) == [b"1", b"2", b"3", b"2"]


def test_many_who_ask_at_once_are_answered_by_one_piece_of_work(kept: Kept, making: Making) -> None:
    """Those that come while it is worked out wait for it."""

    async def ask() -> set[bytes]:
        making.go_on.clear()
        asked = [
            asyncio.create_task(kept.answer(Question(EVERYTHING, "a"), making)) for _ in range(200)
        ]
        await asyncio.to_thread(making.begun.wait, 20)
        making.go_on.set()
        return {sent.answer.body.strip() for sent in await asyncio.gather(*asked)}

    assert asyncio.run(ask()) == {b"1"}


def test_who_asks_after_a_change_is_not_told_what_was_begun_before(
    folder: Folder, kept: Kept, making: Making
) -> None:
    """Work that began before a change answers those who asked before it, and nobody after."""

    async def ask() -> list[bytes]:
        making.go_on.clear()
        first = asyncio.create_task(kept.answer(Question(EVERYTHING, "a"), making))
        await asyncio.to_thread(making.begun.wait, 20)
        await asyncio.to_thread(folder.take, "events", ndjson(event(2)), source="vault")
        second = asyncio.create_task(kept.answer(Question(EVERYTHING, "a"), making))
        await asyncio.sleep(0)
        making.go_on.set()
        return [(await each).answer.body.strip() for each in (first, second)]

    assert asyncio.run(ask()) == [b"1", b"2"]


def test_one_who_goes_away_takes_nobody_along(kept: Kept, making: Making) -> None:
    """The work goes on for the others."""

    async def ask() -> bytes:
        making.go_on.clear()
        first, second = (
            asyncio.create_task(kept.answer(Question(EVERYTHING, "a"), making)) for _ in range(2)
        )
        await asyncio.to_thread(making.begun.wait, 20)
        first.cancel()
        making.go_on.set()
        return (await second).answer.body.strip()

    assert asyncio.run(ask()) == b"1"


def test_a_failure_is_told_to_all_and_not_kept(kept: Kept, making: Making) -> None:
    """The next one who asks has it tried again."""

    def fail() -> Answer:
        raise Invalid("It failed.")

    async def ask() -> list[object]:
        question = Question(EVERYTHING, "a")
        asked = (kept.answer(question, fail) for _ in range(3))
        failed: list[object] = await asyncio.gather(*asked, return_exceptions=True)
        return [*failed, (await kept.answer(question, making)).answer.body.strip()]

    *failed, last = asyncio.run(ask())
    assert all(isinstance(each, Invalid) for each in failed)
    assert last == b"1"


def test_memory_has_an_end(folder: Folder, making: Making) -> None:
    """The answers asked for longest ago are dropped, and very large ones are not kept."""
    kept = Kept(folder.app, 16_000)
    making.size = 1_400  # below what is packed
    questions = [Question(EVERYTHING, number) for number in range(12)]
    assert told(kept, making, *questions)[-1] == b"12"
    assert told(kept, making, questions[-1]) == [b"12"]
    assert told(kept, making, questions[0]) == [b"13"]
    making.size = 15_000
    large = Question(EVERYTHING, "large")
    assert told(kept, making, large, large) == [b"14", b"15"]
    kept.close()


def test_large_answers_are_packed_for_who_takes_that(kept: Kept, making: Making) -> None:
    """With a tag of their own; whoever takes none, or refuses it, has the plain bytes."""
    making.size = 5_000

    async def ask() -> Sent:
        return await kept.answer(Question(EVERYTHING, "a"), making)

    sent = asyncio.run(ask())
    for encodings in ("gzip", "deflate, GZIP;q=0.5", "*", "br, gzip"):
        body, etag, headers = sent.for_who_takes(encodings)
        assert gzip.decompress(body) == sent.answer.body
        assert headers == {"content-encoding": "gzip"}
        assert etag != sent.etag
    for others in (None, "", "identity", "br", "gzip;q=0", "gzip; q=0.0"):
        assert sent.for_who_takes(others) == (sent.answer.body, sent.etag, {})


def test_too_many_questions_are_refused(kept: Kept, making: Making) -> None:
    """Beyond those that may wait, more are told to come back, and those that wait are answered."""

    async def ask() -> list[object]:
        making.go_on.clear()
        asked = [
            asyncio.create_task(kept.answer(Question(EVERYTHING, number), making))
            for number in range(100)
        ]
        await asyncio.gather(*(asyncio.sleep(0) for _ in range(10)))
        await asyncio.to_thread(making.begun.wait, 20)
        late = await asyncio.gather(
            kept.answer(Question(EVERYTHING, "late"), making), return_exceptions=True
        )
        making.go_on.set()
        return [*late, *(await asyncio.gather(*asked, return_exceptions=True))]

    late, *others = asyncio.run(ask())
    assert getattr(late, "status", None) == 503
    assert sum(not isinstance(each, BaseException) for each in others) >= 60


def test_while_the_store_is_made_again_nothing_is_answered(tmp_path: Path, making: Making) -> None:
    """Not even what is kept: what it rests on may be gone."""
    folder = Folder(tmp_path / "later")
    app = folder.open_later()
    kept = Kept(app, 1000)
    with pytest.raises(Unavailable):
        told(kept, making, Question(EVERYTHING, "a"))
    kept.close()
    folder.close()
