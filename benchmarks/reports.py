"""Every report on 20 million events of 12 months, warm, in one process."""

from pathlib import Path

from measure import Figure, json_of, median_seconds

from vaultmeter.app import App
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import period_of, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import all_reports
from vaultmeter.reports.run import Ask, answer, bounds
from vaultmeter.settings import Settings

_WANTED_MS = {"last-30-days": 100, "last-12-months": 300}
_ORGANISATION = ["--identities", "5000", "--items", "50000", "--months", "12", "--seed", "7"]


def figures(folder: Path, events: int) -> list[Figure]:
    """The median of each report for both ranges; the data are made on the first run."""
    data = folder / f"organisation-{events}"
    if not data.exists():
        json_of(["simulate", "--data", str(data), "--events", str(events), *_ORGANISATION])
    with App(Settings(data=data)) as app:
        user = app.store.query(
            "select name from identity where kind = 'person' order by id limit 1"
        )
        return [_figure(app, name, str(user[0][0]), events) for name in _WANTED_MS]


def _figure(app: App, range_name: str, user: str, events: int) -> Figure:
    period = period_of(range_name, zone_named("UTC"), app.clock(), bounds=bounds(app.store))
    times = {}
    for report in all_reports():
        filters = Filters.of({"user": [user]} if report.needs else {})
        ask = Ask(Viewer.operator(), period, filters)
        times[report.name] = 1000 * median_seconds(lambda: answer(app.store, report, ask))  # noqa: B023  called at once
    worst = max(times, key=lambda name: times[name])
    shown = ", ".join(f"{name} {milliseconds:.0f}" for name, milliseconds in times.items())
    return Figure(
        f"reports on {events:,} events, {range_name}",
        f"slowest {worst} {times[worst]:.0f} ms ({shown})",
        f"each under {_WANTED_MS[range_name]} ms",
    )
