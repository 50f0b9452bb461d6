"""The program as a process that need not import anything: a fork of one that has imported it all.

A test starts the command line hundreds of times, and most of a start is imports. So one process
imports everything and waits; each start forks it, with arguments, environment, folder and files
of its own. From there on it is what `python -m vaultmeter` is.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module, reload
from pathlib import Path
from typing import Any

_LONGEST = 1 << 17
"""Bytes of what is asked of the waiting process at once."""


class Process:
    """A process that was forked off: what tests need of `subprocess.Popen`."""

    def __init__(self, pid: int, ended: socket.socket) -> None:
        """Hold a process; its exit code comes by the socket."""
        self.pid, self._ended = pid, ended
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code; `None` while it runs."""
        with suppress(TimeoutError, BlockingIOError):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises `TimeoutError`."""
        if self.returncode is None:
            self._ended.settimeout(timeout)
            code = self._ended.recv(_LONGEST)
            self._ended.close()
            assert code, "the waiting process has ended"
            self.returncode = int(code)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Warm:
    """The waiting process, seen from the tests."""

    def __init__(self) -> None:
        """Start it; it imports everything, and then waits."""
        self._asked, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def start(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        files: tuple[int, int, int],
    ) -> Process:
        """Start the command line with these words; `files` are its three standard files."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked = {"words": list(words), "environment": dict(environment), "folder": str(Path.cwd())}
        with theirs:
            message = json.dumps(asked).encode()
            socket.send_fds(self._asked, [message], [theirs.fileno(), *files])
        pid = int(ours.recv(_LONGEST))
        return Process(pid, ours)

    def close(self) -> None:
        """End it; what it started runs on."""
        self._asked.close()
        self._process.wait()


def _import_everything() -> None:
    import_module("vaultmeter.server.serve")
    import_module("vaultmeter.cli")
    for path in Path(sys.modules["vaultmeter.cli"].__path__[0]).glob("*.py"):
        import_module(f"vaultmeter.cli.{path.stem}")


def _wait(asked: socket.socket) -> list[str] | None:
    """Fork off what is asked for; answers the words in each fork, and nothing at the end."""
    running: dict[int, tuple[int, socket.socket]] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(asked, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not asked:
                    pid, ended = running.pop(key.fd)
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    _tell(pid, ended)
                    continue
                message, descriptors, _, _ = socket.recv_fds(asked, _LONGEST, 4)
                if not message:
                    return None
                pid = os.fork()
                if pid == 0:
                    selector.close()
                    asked.close()
                    for number, (_, ended) in running.items():
                        os.close(number)
                        ended.close()
                    return _become(json.loads(message), descriptors)
                number = os.pidfd_open(pid)
                running[number] = (pid, _answered(pid, descriptors))
                selector.register(number, selectors.EVENT_READ)


def _answered(pid: int, descriptors: Sequence[int]) -> socket.socket:
    """Tell who was forked off; answers where its end is told."""
    for number in descriptors[1:]:
        os.close(number)
    ended = socket.socket(fileno=descriptors[0])
    ended.send(str(pid).encode())
    return ended


def _tell(pid: int, ended: socket.socket) -> None:
    """Tell how a process ended, if anybody still listens."""
    _, status = os.waitpid(pid, 0)
    with ended, suppress(OSError):
        ended.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(asked: dict[str, Any], descriptors: Sequence[int]) -> list[str]:
    """Be the process that was asked for: its files, environment and folder."""
    ended, *files = descriptors
    os.close(ended)
    for standard, number in enumerate(files):
        os.dup2(number, standard)
        os.close(number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    return list(asked["words"])


def _main() -> None:
    asked = socket.socket(fileno=int(sys.argv[1]))
    # Beside this file lie packages of tests that are called as others are.
    sys.path.pop(0)
    _import_everything()
    words = _wait(asked)
    if words is not None:
        sys.argv = ["vaultmeter", *words]
        # It reads the environment once, when it is imported.
        reload(sys.modules["vaultmeter.failpoints"])
        import_module("vaultmeter.__main__").main()


if __name__ == "__main__":
    _main()
