"""What the tests of reports share: one organisation, in a store and as plain events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.conftest import SetClock
from tests.reports import edge_events
from tests.reports.plain_events import Event, World, read

from vaultmeter.app import App
from vaultmeter.demo import Scale, simulate
from vaultmeter.intake import ingest
from vaultmeter.settings import Settings

SCALE = Scale(
    events=20_000,
    identities=120,
    items=400,
    months=12,
    seed=7,
    until=datetime(2026, 7, 1, tzinfo=UTC),
)
ROOTS = {"simulated": "acme", "edges": "globex", "twin": "globex", "stranger": "globexx"}


REFUSED = {"unknown_shape": 1, "impossible_time": 1, "not_json": 1}
LINES = {"edges": (REFUSED, {"duplicates": 17, "filtered": 2})}
"""What becomes of the noise: seven lines known already, three that are rejected, an empty one.

Of the second file the rejected ones are known, too."""


@dataclass(frozen=True)
class Lines:
    """What one source wrote, file by file; `noise` are lines that must change no number."""

    source: str
    files: tuple[tuple[bytes, ...], ...]
    noise: tuple[bytes, ...] = ()

    def only(self, places: set[int]) -> "Lines":
        """The same source with none but the lines of these places in the order of receipt."""
        first, kept = list(ROOTS).index(self.source) * 1_000_000, []
        for file in self.files:
            own = [line for place, line in enumerate(file, start=first) if place in places]
            first += len(file)
            kept.append(tuple(own))
        return Lines(self.source, tuple(kept))

    def events(self) -> list[Event]:
        """The events of all files, as plain objects."""
        lines = [line for file in self.files for line in file]
        first = list(ROOTS).index(self.source) * 1_000_000
        return read(lines, self.source, ROOTS[self.source], first)


@dataclass(frozen=True)
class Organisation:
    """The same events twice: in a store, and as plain objects."""

    app: App
    world: World


@pytest.fixture(scope="session")
def written() -> list[Lines]:
    """Give the lines of four sources: a simulated one, and three made by hand."""
    simulated = b"".join(simulate(SCALE)).splitlines(keepends=True)
    on_time = edge_events.lines(edge_events.on_time(), "on-time")
    late = edge_events.lines(edge_events.late(), "late")
    stranger = edge_events.lines(edge_events.stranger(), "stranger")
    noise = (*on_time[:7], *edge_events.rejected(), b"\n")
    return [
        Lines("simulated", (tuple(simulated),)),
        Lines("edges", (tuple(on_time), tuple(late)), noise),
        # Ids that another source has, too.
        Lines("twin", (tuple(edge_events.lines(edge_events.twin(), "on-time")),)),
        Lines("stranger", (tuple(stranger),)),
    ]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[list[Lines]], App]]:
    """Give a maker of stores that hold the lines of sources, closed when all tests are over."""
    opened: list[App] = []

    def fill(sources: list[Lines]) -> App:
        folder = tmp_path_factory.mktemp("filled")
        clock = SetClock(datetime(2026, 7, 1, 12, tzinfo=UTC))
        app = App(Settings(data=folder / "data"), clock)
        opened.append(app)
        for source in sources:
            for number, file in enumerate(source.files):
                path = folder / f"{source.source}-{number}.log"
                path.write_bytes(b"".join(file + source.noise))
                ingest(app, "events", [str(path)], source.source, ROOTS[source.source])
        return app

    yield fill
    for app in opened:
        app.close()


@pytest.fixture(scope="session")
def organisation(written: list[Lines], filled: Callable[[list[Lines]], App]) -> Organisation:
    """Give the whole organisation, in a store and as plain events."""
    events: list[Event] = []
    for source in written:
        events += source.events()
    return Organisation(filled(written), World(events, ROOTS.values(), LINES))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[App]:
    """Give a data folder in which nothing is."""
    with App(Settings(data=tmp_path / "data"), SetClock()) as app:
        yield app
