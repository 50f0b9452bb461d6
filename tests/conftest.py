"""What the tests share: a data folder with a clock to set, and the command line as a process."""

import atexit
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from random import Random
from shutil import copytree
from tempfile import TemporaryFile
from typing import IO, Any

import pytest
from tests.warm import Process, Warm

from vaultmeter.app import App
from vaultmeter.books import Day, balance
from vaultmeter.intake import Intake, ingest
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import period_of, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.quarantine import Reject, rejects
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import Ask, answer, bounds
from vaultmeter.settings import Settings
from vaultmeter.store.rollup import ROLLUPS, Rollup, is_expired

Row = dict[str, Any]


@dataclass
class SetClock:
    """A clock that stands still until a test moves it."""

    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Answer the instant that was set."""
        return self.now

    def advance(self, **step: float) -> None:
        """Move on by days, hours, minutes or seconds."""
        self.now += timedelta(**step)


@dataclass
class Folder:
    """A data folder of one test, and the app that has it open."""

    path: Path
    clock: SetClock = field(default_factory=SetClock)
    said: list[str] = field(default_factory=list)
    opened: App | None = None
    untouched: Path | None = None
    """A folder that was opened once: copied in place of making the same tables for each test."""

    def open(self, **settings: Any) -> App:  # noqa: ANN401  settings are of any type
        """Open the folder, anew when it is open already; `settings` win over the defaults."""
        self.close()
        if self.untouched is not None and not self.path.exists():
            copytree(self.untouched, self.path)
        values = {"data": self.path, "lock_wait": 0, **settings}
        self.opened = App(Settings(**values), self.clock, self.said.append)
        return self.opened

    def open_later(self) -> App:
        """Open the folder anew as a server does, without its store."""
        self.close()
        settings = Settings(data=self.path, lock_wait=0)
        self.opened = App(settings, self.clock, self.said.append, store_later=True)
        return self.opened

    def close(self) -> None:
        """Close the app, if it is open."""
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    @property
    def app(self) -> App:
        """The open app; opens it with default settings when it is closed."""
        return self.opened or self.open()

    def ingest(self, connector: str, *paths: Path | str, **names: str) -> Intake:
        """Take files in; `names` are `source` and `account`."""
        source, account = names.get("source"), names.get("account")
        return ingest(self.app, connector, [str(path) for path in paths], source, account)

    def take(self, connector: str, *contents: bytes, **names: str) -> Intake:
        """Take contents in, each as a file of its own; answers the intake of the last one."""
        taken = None
        for content in contents:
            number = len(list(self.path.parent.glob("input-*")))
            path = self.path.parent / f"input-{number}.log"
            path.write_bytes(content)
            taken = self.ingest(connector, path, **names)
        assert taken is not None
        return taken

    def report(self, name: str, *, who: str = "everyone", **filters: str) -> list[Row]:
        """Answer a report over everything there is."""
        store, zone = self.app.store, zone_named("UTC")
        period = period_of("all", zone, self.clock(), bounds=bounds(store))
        patterns = Filters.of({name: (pattern,) for name, pattern in filters.items()})
        ask = Ask(Viewer.operator(), period, patterns, who, compare="none", limit=1_000_000)
        return answer(store, report_named(name), ask).dicts()

    def reports(self) -> dict[str, list[Row]]:
        """Answer every report of what happened; those of coverage are of how it arrived."""
        names = [name for name in report_names() if not name.startswith("coverage")]
        about_one = {name: {"user": "*"} for name in names if report_named(name).needs}
        answers = {name: self.report(name, **about_one.get(name, {})) for name in names}
        for row in answers["forecast"]:
            # Up to when the sources tell is told by duplicates, too.
            del row["until"]
        return answers

    def totals(self) -> Day:
        """Add up the ledger of all sources and days."""
        total = Day("", "")
        for day in balance(self.app):
            for name in vars(total).keys() - {"source", "day", "pending"}:
                setattr(total, name, getattr(total, name) + getattr(day, name))
            total.pending += day.pending
        return total

    def rejects(self) -> list[Reject]:
        """List the rejected lines."""
        return list(rejects(self.app))

    def event_ids(self) -> list[int]:
        """List the ids of all events, in order."""
        return [id_ for (id_,) in self.app.store.query("select id from event order by id")]


NewFolder = Callable[[str], Folder]
LONGEST = (
    "tests/server/test_kill.py",
    "tests/api/test_openapi.py",
    "tests/server/test_model.py",
    "tests/app/test_kill.py",
    "tests/server/",
)
"""Tests that take minutes: begun first, so that no process is left alone with them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; the others stay in their order."""

    def place(item: pytest.Item) -> int:
        path = item.nodeid
        return next((n for n, known in enumerate(LONGEST) if path.startswith(known)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder that was opened, and closed before anything happened."""
    data = tmp_path_factory.mktemp("untouched") / "data"
    App(Settings(data=data), SetClock()).close()
    return data


@pytest.fixture
def folder(tmp_path: Path, untouched: Path) -> Iterator[Folder]:
    """Give a data folder, and check its books when the test is over."""
    made = Folder(tmp_path / "data", untouched=untouched)
    yield made
    try:
        if made.opened is not None:
            made.app.recovering(lambda: check_books(made))
    finally:
        made.close()


@pytest.fixture
def new_folder(tmp_path: Path, untouched: Path) -> Iterator[NewFolder]:
    """Give data folders by name, and check the books of each when the test is over."""
    made: dict[str, Folder] = {}

    def make(name: str) -> Folder:
        (tmp_path / name).mkdir()
        made[name] = Folder(tmp_path / name / "data", untouched=untouched)
        return made[name]

    yield make
    try:
        for each in made.values():
            if each.opened is not None:
                each.app.recovering(partial(check_books, each))
    finally:
        for each in made.values():
            each.close()


def check_books(folder: Folder) -> None:
    """Check that every line is in one bucket, and that the buckets are what the tables hold."""
    app = folder.app
    assert all(day.balanced for day in balance(app)), balance(app)
    total = folder.totals()
    ((events,),) = app.store.query("select count(*) from event")
    assert events == total.stored
    assert ids_stored_twice(app) == []
    ((kept, conflicts),) = app.store.query(
        "select count(*), count(*) filter (where reason = 'conflict') from reject"
    )
    assert (total.rejected, total.conflicts) == (kept - conflicts, conflicts)
    ((strangers,),) = app.store.query(
        "select count(*) from event where identity not in (select id from identity)"
    )
    assert strangers == 0
    assert glances_stored(app) == glances_counted(app)
    for rollup in ROLLUPS:
        assert rollup_differences(app, rollup) == []
    assert told_differences(app) == []


def ids_stored_twice(app: App) -> list[tuple[Any, ...]]:
    """List the events that repeat the id of another one of the same day or the day before."""
    return app.store.query("""
        select id, time
        from event
        qualify time - lag(time) over (partition by id order by time) <= interval 1 day
    """)


def rollup_differences(app: App, rollup: Rollup) -> list[tuple[Any, ...]]:
    """Count the events a rollup stands for anew, and list the groups in which it differs."""
    where = "batch <= (select cast(value as integer) from meta where name = 'rolled')"
    return app.store.query(f"""
        with stored as (
            from ({rollup.added_up()}) as {rollup.table}
            where not {is_expired(rollup, rollup.table)}
        ),
        counted as ({rollup.counted(where)})
        (from stored except from counted)
        union all
        (from counted except from stored)
    """)


def told_differences(app: App) -> list[tuple[Any, ...]]:
    """Count anew what the events tell of by day, and list the days in which it differs."""
    return app.store.query("""
        with counted as (
            select
                source, account, day, kind, intent, outcome,
                sum(events) as events, min(first_time) as first_time, max(last_time) as last_time
            from (
                select
                    source, account, cast(time as date) as day, kind, intent, outcome,
                    1 as events, time as first_time, time as last_time
                from event
                union all
                from told_before
            )
            group by all
        )
        (from told except from counted)
        union all
        (from counted except from told)
    """)


def glances_stored(app: App) -> set[int]:
    """Read which events are marked as the beginning of a glance."""
    return {id_ for (id_,) in app.store.query("select id from event where glance")}


def glances_counted(app: App) -> set[int]:
    """Count anew, from all events, which of them begin a glance."""
    rows = app.store.query("""
        select access.id, stored
        from (
            select id, time, identity, item, true as stored
            from event
            where outcome = 'ok'
                and item is not null
                and kind in ('password_accessed', 'secret_read')
            union all
            select id, time, identity, item, false
            from event_before
            where item is not null
        ) as access
        join identity on identity.id = access.identity
        where identity.kind = 'person'
        qualify coalesce(
            access.time - lag(access.time) over (
                partition by access.identity, access.item order by access.time, access.id
            ) > interval 5 minutes,
            true
        )
    """)
    return {id_ for id_, stored in rows if stored}


@cache
def sample() -> bytes:
    """Read the real audit log of an OpenBao server."""
    packed = files("vaultmeter.demo").joinpath("sample/audit.log.gz").read_bytes()
    return gzip.decompress(packed)


def sample_lines(count: int | None = None) -> list[bytes]:
    """Cut the first lines from the real audit log, each with its newline."""
    return sample().splitlines(keepends=True)[:count]


def event(number: int, **fields: Any) -> Row:  # noqa: ANN401  fields are of any type
    """Make an event of the open format, one a minute; `None` leaves a field out."""
    time = datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(minutes=number)
    made = {
        "id": f"e-{number}",
        "time": time.isoformat().replace("+00:00", "Z"),
        "kind": "secret_read",
        "identity": "ada@example.org",
        "item": "kv/db",
    } | fields
    return {name: value for name, value in made.items() if value is not None}


def seeded(seed: int) -> Random:
    """Make random choices that are the same in every run."""
    return Random(seed)  # noqa: S311  nothing secret is chosen


def ndjson(*events: Row) -> bytes:
    """Write events as lines of JSON."""
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def command(*words: Path | str) -> list[str]:
    """Spell the command line of a real process."""
    return [sys.executable, "-m", "vaultmeter", *map(str, words)]


def run(
    *words: Path | str, stdin: bytes | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a process, to its end; `env` is added to the environment."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as errors:
        given.write(stdin or b"")
        given.seek(0)
        process = started(words, env or {}, (given.fileno(), out.fileno(), errors.fileno()))
        try:
            code = process.wait(120)
        finally:
            process.kill()
        told = [_whole(file) for file in (out, errors)]
    return subprocess.CompletedProcess(list(map(str, words)), code, *told)


def _whole(file: IO[bytes]) -> bytes:
    """Read a file that a process has written, from its beginning."""
    file.seek(0)
    return file.read()


def started(
    words: Sequence[Path | str], added: dict[str, str], files: tuple[int, int, int]
) -> Process:
    """Start the command line as a process; `added` to the environment, `files` are its own."""
    return warm().start(list(map(str, words)), environment(added), files)


@cache
def warm() -> Warm:
    """The process that waits to be forked, one for each process of tests."""
    made = Warm()
    atexit.register(made.close)
    return made


def environment(added: dict[str, str]) -> dict[str, str]:
    """Make the environment of a process: ours without our settings, and what is added."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULTMETER")}
    return kept | added


def run_json(*words: Path | str, **options: Any) -> Any:  # noqa: ANN401  whatever JSON can hold
    """Run a command that must succeed; answers what it prints as JSON."""
    done = run(*words, **options)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def rows_of(data: Path, report: str, *options: str) -> list[Row]:
    """Run a report as a process; answers its rows."""
    words: Sequence[str] = ("--range", "all", "--format", "json", *options)
    rows: list[Row] = run_json("--data", data, "report", report, *words)["rows"]
    return rows
