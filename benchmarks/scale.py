"""What a console page needs, at 1, 10 and 100 million events, while new ones go in.

Twenty runs of every report with different filters, and the time that 95 of 100 of them keep to;
beside it the same statement over the events themselves, without rollups.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from measure import Figure, json_of, peak_megabytes

from vaultmeter.app import App
from vaultmeter.demo import Scale, simulate
from vaultmeter.intake import take_stream
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, period_of, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import Report, report_named
from vaultmeter.reports.run import Ask, answer, bounds, statement_of
from vaultmeter.settings import Settings
from vaultmeter.store import Store

WANTED_MS = {"last-30-days": 100, "last-12-months": 250}
PAGES: dict[str, int | None] = {
    "overview": None,
    "activity": None,
    "users": 50,
    "user": None,
    "sessions": 50,
    "items": 50,
    "clients": None,
    "coverage": None,
}
"""The reports of the console's pages, each with the rows of one page."""
_RUNS = 20
_SIZES = {
    1_000_000: (200, 2_000),
    10_000_000: (2_000, 20_000),
    100_000_000: (20_000, 200_000),
}
"""Identities and items by number of events."""


def figures(folder: Path, sizes: tuple[int, ...] = (1_000_000, 10_000_000)) -> list[Figure]:
    """The figures of each size; the data are made on the first run, which takes long."""
    return [figure for events in sizes for figure in _at(folder, events)]


def _at(folder: Path, events: int) -> list[Figure]:
    data = folder / f"scale-{events}"
    if not data.exists():
        identities, items = _SIZES[events]
        json_of(
            [
                *("simulate", "--data", str(data), "--events", str(events), "--months", "12"),
                *("--identities", str(identities), "--items", str(items), "--seed", "7"),
            ]
        )
    with App(Settings(data=data, memory_limit="2GB")) as app:
        found = [_speed(app, name, events) for name in WANTED_MS]
        return [*found, _while_ingesting(app, events)]


def _speed(app: App, range_name: str, events: int) -> Figure:
    period = period_of(range_name, zone_named("UTC"), app.clock(), bounds=bounds(app.store))
    parts = []
    for name, page in PAGES.items():
        report = report_named(name)
        asks = list(_asks(app.store, report, period, page))
        times = [_milliseconds(app.store, report, ask) for ask in asks]
        slow = sorted(times)[_RUNS * 95 // 100 - 1]
        raw = _raw_milliseconds(app.store, report, asks[0])
        parts.append((slow, f"{name} {slow:.0f} ({raw / times[0]:.0f} times faster than raw)"))
    return Figure(
        f"p95 of {_RUNS} runs on {events:,} events, {range_name}",
        f"slowest {max(parts)[0]:.0f} ms: {', '.join(text for _, text in parts)}; "
        f"{peak_megabytes():.0f} MB",
        f"each under {WANTED_MS[range_name]} ms at 100,000,000; under 4,000 MB",
    )


def _asks(store: Store, report: Report, period: Period, page: int | None) -> Iterator[Ask]:
    """Twenty questions: without filters, by account, product, method, outcome, kind and person."""
    people = _names(store, "select name from identity where kind = 'person' order by id limit 20")
    accounts = _names(store, "select name from account order by id limit 6")
    filters: list[dict[str, list[str]]] = [{}, {}, {}]
    filters += [{"account": [name]} for name in accounts[:6]]
    filters += [{"product": [name]} for name in ("sm", "pm", "sra")]
    filters += [{"auth_method": [name]} for name in ("saml2", "oidc", "approle")]
    filters += [{"outcome": ["ok"]}, {"kind": ["secret_read"]}, {"source": ["*"]}]
    filters += [{"user": [name]} for name in people]
    for number, given in enumerate(filters[:_RUNS]):
        if report.needs:
            given = {**given, "user": [people[number % len(people)]]}  # noqa: PLW2901  of this run
        yield Ask(Viewer.operator(), period, Filters.of(given), limit=page)


def _milliseconds(store: Store, report: Report, ask: Ask) -> float:
    """The time of one answer, warm: the second of two."""
    answer(store, report, ask)
    started = time.perf_counter()
    answer(store, report, ask)
    return 1000 * (time.perf_counter() - started)


def _raw_milliseconds(store: Store, report: Report, ask: Ask) -> float:
    built = statement_of(store, report, ask, raw=True)
    started = time.perf_counter()
    store.query(built.sql, built.values)
    return 1000 * (time.perf_counter() - started)


def _while_ingesting(app: App, events: int) -> Figure:
    """Reports in one thread while another takes new batches in: events a second, longest wait."""
    period = period_of("last-30-days", zone_named("UTC"), app.clock(), bounds=bounds(app.store))
    report = report_named("overview")
    ask = Ask(Viewer.operator(), period, compare="none")
    alone = statistics.median(_milliseconds(app.store, report, ask) for _ in range(9))
    scale = Scale(1_000_000, 2_000, 20_000, 1, seed=int(time.time()), until=app.clock())
    waits: list[float] = []
    with _asking(app, report, ask, waits):
        taken = take_stream(app, "events", f"new-{scale.seed}", "acme", simulate(scale))
    return Figure(
        f"ingest beside reports, on {events:,} events",
        f"{taken.outcome.stored / taken.seconds:,.0f} events a second; a report of {alone:.0f} ms "
        f"took {statistics.median(waits):.0f} ms in the middle and {max(waits):.0f} ms at most",
        "50,000 events a second or more; no report waits over 200 ms for a commit",
    )


@contextmanager
def _asking(app: App, report: Report, ask: Ask, waits: list[float]) -> Iterator[None]:
    done = threading.Event()

    def ask_on() -> None:
        with app.store.reader() as store:
            while not done.is_set():
                started = time.perf_counter()
                answer(store, report, replace(ask))
                waits.append(1000 * (time.perf_counter() - started))

    asking = threading.Thread(target=ask_on)
    asking.start()
    try:
        yield
    finally:
        done.set()
        asking.join()


def _names(store: Store, sql: str) -> list[str]:
    return [str(name) for (name,) in store.query(sql)]
