"""The rollups answer what the events answer, for any stretch of time."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Folder, event, ndjson, seeded

from vaultmeter.ingest.guard import guard
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.receive.files import FileReader
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import Ask, answer
from vaultmeter.store.rollup import DAILY, MONTHLY, Rolled, pieces

INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31))  # noqa: DTZ001  as in the store
KINDS = ("secret_read", "login", "password_accessed", "key_operation", "heartbeat", "item_added")


@given(start=INSTANTS, length=st.timedeltas(timedelta(0), timedelta(days=900)), last=INSTANTS)
def test_pieces_cover_a_stretch_once(start: datetime, length: timedelta, last: datetime) -> None:
    """Every event of a stretch that may exist lies in exactly one piece, and none outside it."""
    end = start + length

    cut = pieces(start, end, Rolled(1, last), (MONTHLY, DAILY))

    edges = [piece.start for piece in cut] + [piece.end for piece in cut[-1:]]
    assert edges == sorted(edges)
    assert all(one.end == two.start for one, two in pairwise(cut))
    if cut:
        assert cut[0].start == start
        assert cut[-1].end == end or (cut[-1].end > end and last < end)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Berlin"])
def test_reports_are_the_same_without_rollups(folder: Folder, zone: str) -> None:
    """Each report answers the same from the rollups, the events, and a mixture of both."""
    folder.take("events", _year_of_events(seed=1, count=400))
    periods = [_period(zone, seed) for seed in range(4)]

    from_rollups = [_answers(folder, period) for period in periods]
    from_events = [_answers_from_events(folder, period) for period in periods]

    assert from_rollups == from_events


def test_late_events_show_before_the_store_is_folded(folder: Folder) -> None:
    """Events that the rollups do not hold yet are in the reports all the same."""
    folder.take("events", _year_of_events(seed=1, count=50))
    before = folder.report("overview")[0]["value"]
    path = folder.path.parent / "later.log"
    path.write_bytes(_year_of_events(seed=2, count=50))
    _flush_without_folding(folder, path)

    assert folder.app.store.meta("rolled") != str(folder.app.store.position())
    assert folder.report("overview")[0]["value"] > before
    assert _answers(folder, _period("UTC", 3)) == _answers_from_events(folder, _period("UTC", 3))


def _flush_without_folding(folder: Folder, path: Path) -> None:
    app = folder.app
    source = app.inbox.source_named("events")
    for taken in FileReader(app.inbox, source, 1 << 20, 1 << 20, lambda _: False).take(path):
        app.flush(taken.batch, guard(taken.content, taken.batch.start, app.settings), source)


def _answers_from_events(folder: Folder, period: Period) -> dict[tuple[str, str], object]:
    rolled = folder.app.store.meta("rolled") or "0"
    folder.app.store.remember("rolled", "0")
    answers = _answers(folder, period)
    folder.app.store.remember("rolled", rolled)
    return answers


def _year_of_events(seed: int, count: int) -> bytes:
    choose = seeded(seed)
    return ndjson(
        *(
            event(
                choose.randrange(-500_000, 20_000),
                id=f"{seed}-{number}",
                kind=choose.choice(KINDS),
                identity=f"person{choose.randrange(9)}",
                item=f"kv/{choose.randrange(9)}",
                outcome=choose.choice(("ok", "ok", "ok", "denied")),
                weight=choose.randrange(1, 4),
                account=choose.choice(("acme", "acme/finance")),
                auth_method=choose.choice(("oidc", "ldap")),
            )
            for number in range(count)
        )
    )


def _period(zone: str, seed: int) -> Period:
    choose = seeded(seed)
    end = datetime(2026, 11, 30, tzinfo=zone_named("UTC")) - timedelta(
        minutes=choose.randrange(400_000)
    )
    return Period(end - timedelta(minutes=choose.randrange(500_000)), end, zone_named(zone))


def _answers(folder: Folder, period: Period) -> dict[tuple[str, str], object]:
    answers: dict[tuple[str, str], object] = {}
    for report in map(report_named, report_names()):
        for per in ("day", "month") if "per" in report.parameters else (None,):
            filters = Filters.of({"user": ("*",)} if report.needs else {})
            ask = Ask(Viewer.operator(), period, filters, "everyone", per, limit=10_000)
            answers[report.name, str(per)] = answer(folder.app.store, report, ask).rows
    return answers
