"""Delivering is killed fifty times: everything arrives, in order, each under one id."""

import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Timer

from tests.conftest import environment, seeded
from tests.forwarders.receiver import Got, Talk, receiving
from tests.server.serving import until

from vaultmeter import forwarding, outbox
from vaultmeter.app import App
from vaultmeter.model.access import Principal
from vaultmeter.model.message import Message
from vaultmeter.settings import Settings

KILLS, FORWARDERS, EACH = 50, 4, 80
ZYGOTE = Path(__file__).with_name("zygote.py")


@dataclass
class Killer:
    """Kills the process that delivers: before an answer, or a moment after one."""

    process: int = 0
    kills: int = 0
    left: int = 0
    """How many requests come before the next kill."""
    killed: Event = field(default_factory=Event)

    def behave(self, talk: Talk, got: Got) -> None:
        """Answer, and kill when it is time to."""
        with talk.server.receiver.alone:
            self.left -= 1
            is_time = self.left == 0
        if not is_time:
            talk.answer(202)
        elif self.kills % 2:
            self.kill()
        else:
            talk.answer(202)
            Timer(len(got.body) % 7 / 1000, self.kill).start()

    def kill(self) -> None:
        """End the process at whatever it is."""
        os.kill(self.process, signal.SIGKILL)
        self.killed.set()


def test_fifty_kills(tmp_path: Path) -> None:
    """Killed in the middle of anything, each message arrives, under one id, in order."""
    random, killer = seeded(7), Killer()
    with receiving(killer.behave) as receiver:
        posted = _posted(tmp_path, receiver.url, receiver.allow)
        with _zygote(tmp_path, receiver.port) as zygote:
            for killer.kills in range(1, KILLS + 1):
                killer.killed.clear()
                killer.left = random.randint(1, 9)
                killer.process = _begun(zygote)
                assert killer.killed.wait(20)
                assert _line(zygote) == "ended"
            killer.left = 0
            process = _begun(zygote)
            until(lambda: _is_all_there(receiver.got, posted), "everything has arrived")
            until(lambda: _is_recorded(tmp_path), "everything is recorded")
            os.kill(process, signal.SIGKILL)
            assert _line(zygote) == "ended"
    came: dict[str, list[int]] = defaultdict(list)
    ids: dict[tuple[str, int], set[str]] = defaultdict(set)
    for got in receiver.got:
        number = int(json.loads(got.body)["data"]["subject"])
        came[got.path].append(number)
        ids[got.path, number].add(got.headers["webhook-id"])
    for numbers in came.values():
        assert sorted(set(numbers)) == list(range(EACH))
        assert numbers == sorted(numbers)
    assert all(len(each) == 1 for each in ids.values())
    assert len({id_ for each in ids.values() for id_ in each}) == FORWARDERS * EACH
    assert len(receiver.got) <= FORWARDERS * (EACH + KILLS)


def _posted(data: Path, url: str, allow: tuple[str, ...]) -> int:
    who = Principal.operator()
    with App(Settings(data=data, egress_allow=allow), say=lambda _: None) as app:
        for number in range(FORWARDERS):
            settings = {"url": f"{url}/{number}"}
            forwarding.add(app, who, f"f{number}", "webhook", settings, per_minute=60_000)
        with app.state.changing() as connection:
            for number in range(EACH):
                for forwarder in range(1, FORWARDERS + 1):
                    message = Message(f"m{number}", str(number), "text")
                    outbox.post(connection, message, forwarder, app.clock())
    return FORWARDERS * EACH


def _is_all_there(got: list[Got], posted: int) -> bool:
    return len({(each.path, each.headers["webhook-id"]) for each in list(got)}) == posted


def _is_recorded(data: Path) -> bool:
    from vaultmeter.state.database import State  # noqa: PLC0415  it is opened beside the process

    state = State(data)
    try:
        with state.reading() as connection:
            return not outbox.deliveries(connection, state=("waiting", "sending"))
    finally:
        state.close()


@contextmanager
def _zygote(data: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, str(ZYGOTE), str(data), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment({}),
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _begun(zygote: "subprocess.Popen[str]") -> int:
    assert zygote.stdin is not None
    zygote.stdin.write("\n")
    zygote.stdin.flush()
    return int(_line(zygote))


def _line(zygote: "subprocess.Popen[str]") -> str:
    assert zygote.stdout is not None
    line = zygote.stdout.readline().strip()
    assert line, "the zygote has ended"
    return line
