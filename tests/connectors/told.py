"""What a folder tells of the events in it, in few words."""

from datetime import UTC, datetime

from tests.conftest import Folder, Row

from vaultmeter.model.period import period_of, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

LIFETIME = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
Meant = tuple[str, str, str, str | None, int]


def meant(folder: Folder) -> list[Meant]:
    """List who did what with which end, to what, on how many objects, in order of time."""
    rows = folder.app.store.query("""
        select identity.name, event.kind, event.outcome, item.name, event.weight
        from event
        join identity on identity.id = event.identity
        left join item on item.id = event.item
        order by event.time, event.id
    """)
    return [(user, kind, outcome, item, weight) for user, kind, outcome, item, weight in rows]


def users(folder: Folder) -> dict[str, Row]:
    """Key the list of users by name; two of one name are a mistake."""
    rows = folder.report("users")
    assert len({row["user"] for row in rows}) == len(rows)
    return {row["user"]: row for row in rows}


def notes(folder: Folder) -> tuple[str, ...]:
    """List what a report says about its sources."""
    everything = period_of("all", zone_named("UTC"), folder.clock(), bounds=LIFETIME)
    ask = Ask(Viewer.operator(), everything, compare="none")
    return answer(folder.app.store, report_named("overview"), ask).notes
