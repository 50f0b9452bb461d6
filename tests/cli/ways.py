"""The ways in which a command reaches data: the folder, its server, and a URL with a key."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.cli.conftest import Answer, Ask
from tests.cli.serving import serving

WAYS = ("folder", "server", "url")
_UNSTEADY = (
    (r"in [\d.]+ s(\.| \()", r"in SECONDS s\1"),
    (r"\(\d+ MB/s\)", "(SPEED)"),
    (r'"seconds": [\d.]+', '"seconds": SECONDS'),
    (r'"(bytes|freed_bytes)": -?\d+', r'"\1": BYTES'),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "INSTANT"),
    (r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "since INSTANT"),
    (r'"(time|date_updated)": \d+', r'"\1": INSTANT'),
    (r'"as_of": "[^"]*"', '"as_of": STATE'),
    (r"Records were deleted by retention: .*\n", ""),
    (r"vm_\w+", "KEY"),
    (r"whsec_[\w+/=]+", "SECRET"),
    (r"ends? (in|with) \S+", "ends in END"),
    (r'"end": "[^"]*"', '"end": END'),
    (r'"(owner|owner_kind)": "[^"]*"', r'"\1": OWNER'),
    (r"\), by (operator|tests)\.", "), by OWNER."),
)
"""What differs from one run to the next, whichever way it goes."""


@dataclass(frozen=True)
class Way:
    """One of the ways: asks with the words before every command that lead there."""

    ask: Ask
    words: tuple[str, ...]

    def __call__(self, *words: str | Path) -> Answer:
        """Run a command, to its end; what differs from run to run is levelled."""
        return levelled(self.ask(*self.words, *words))


def levelled(answer: Answer) -> Answer:
    """The answer without what differs from run to run."""
    out, err = answer.out, answer.err
    for pattern, word in _UNSTEADY:
        out, err = re.sub(pattern, word, out), re.sub(pattern, word, err)
    return replace(answer, out=out, err=err)


def new_key(ask: Ask, data: Path, role: str = "admin", name: str = "tests") -> str:
    """Make a key in a folder, in the form that a server is shown."""
    made = ask("--data", data, "keys", "create", "--name", name, "--role", role, "--json")
    told = json.loads(made.out)
    return f"{told['access_id']}:{told['access_key']}"


def url_of(data: Path) -> str:
    """Where the server of a folder listens, as its log says."""
    for line in (data.parent / "server.log").read_text("utf-8").splitlines():
        if '"listening"' in line:
            return f"http://{json.loads(line)['address']}"
    raise AssertionError("the server does not say where it listens")


@contextmanager
def way_to(name: str, ask: Ask, data: Path, **settings: str) -> Iterator[Way]:
    """Open one of the ways to a folder; `settings` are the server's."""
    if name == "folder":
        yield Way(ask, ("--data", str(data)))
        return
    key = new_key(ask, data)
    with serving(data, **settings):
        url = ("--url", url_of(data), "--key", key)
        yield Way(ask, url if name == "url" else ("--data", str(data)))
