"""The state an answer rests on: it changes when answers may, and only then."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.conftest import Folder, event, ndjson

from vaultmeter.model.filters import Filters
from vaultmeter.model.kinds import Product
from vaultmeter.model.period import period_of, zone_named
from vaultmeter.model.status import StatusDefinition
from vaultmeter.model.table import Table
from vaultmeter.model.terms import Limit, Terms
from vaultmeter.model.viewer import Grant, Viewer
from vaultmeter.quarantine import replay
from vaultmeter.reports.as_of import as_of
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer, bounds
from vaultmeter.retention import apply
from vaultmeter.state.retention import set_retention

START = datetime(2026, 11, 1, tzinfo=UTC)
LATE = "2026-11-01T07:00:00.5Z"


@pytest.fixture
def taken(folder: Folder) -> Folder:
    """Give a folder with some events and a line that is too long."""
    folder.open(max_line_bytes=2_000)
    lines = ndjson(*(event(number) for number in range(20)), event(30, agent="a" * 3_000))
    folder.take("events", lines, account="acme")
    return folder


def overview(folder: Folder) -> Table:
    """Ask for the overview of all there is."""
    store = folder.app.store
    period = period_of("all", zone_named("UTC"), folder.clock(), bounds=bounds(store))
    ask = Ask(Viewer.operator(), period, Filters(), terms=folder.app.terms())
    return answer(store, report_named("overview"), ask)


def state(folder: Folder, terms: Terms | None = None) -> str:
    """Tell the state of a folder."""
    return as_of(folder.app.store, terms or folder.app.terms())


def test_a_table_bears_the_state_it_rests_on(taken: Folder) -> None:
    """Asked again, a report bears the same state and says the same."""
    assert overview(taken) == overview(taken)
    assert overview(taken).as_of == state(taken)


def test_new_records_change_it(taken: Folder) -> None:
    """Each batch changes the state, be it of events, of an inventory or of duplicates."""
    states = [state(taken)]
    taken.take("events", ndjson(event(50)), account="acme")
    states.append(state(taken))
    fact = {"fact": "item", "taken": LATE, "item": "kv/x", "type": "static_secret"}
    taken.take("inventory", ndjson(fact), account="acme", source="stock")
    states.append(state(taken))
    taken.take("events", ndjson(event(50, agent="again")), account="acme")
    states.append(state(taken))
    assert len(set(states)) == len(states)


def test_rejects_tried_again_change_it(taken: Folder) -> None:
    """What comes in under an old batch changes the state as well."""
    before = state(taken)
    taken.open(max_line_bytes=10_000)
    assert state(taken) == before
    assert replay(taken.app).stored == 1
    assert state(taken) != before


def test_retention_changes_it(taken: Folder) -> None:
    """What is deleted changes the state, and what follows from a deletion does not."""
    before = state(taken)
    with taken.app.state.changing() as connection:
        set_retention(connection, Product.SM, 1)
    assert state(taken) == before
    taken.clock.advance(days=90)
    apply(taken.app, taken.said.append)
    after = state(taken)
    assert after != before
    taken.open(max_line_bytes=2_000)
    assert state(taken) == after


def test_a_store_made_again_is_in_the_same_state(taken: Folder) -> None:
    """Neither a rebuild nor a fold changes an answer, and neither changes the state."""
    taken.take("events", ndjson(event(50)), ndjson(event(51)), account="acme")
    before = overview(taken)
    taken.app.fold()
    assert overview(taken) == before
    taken.app.rebuild()
    assert overview(taken) == before


@pytest.mark.parametrize(
    "terms",
    [
        Terms(replace(StatusDefinition(), version=2)),
        Terms(limits=(Limit("sm", "acme", date(2026, 1, 1), 3),)),
        Terms(groups={"eu": ("acme",)}),
    ],
    ids=["definition", "limit", "group"],
)
def test_decisions_change_it(taken: Folder, terms: Terms) -> None:
    """What people decide changes the state."""
    assert state(taken, terms) != state(taken)


def test_that_of_a_viewer_changes_with_what_it_sees_alone(taken: Folder) -> None:
    """Whatever is done elsewhere, the state of a viewer is as it was, and so are its answers."""
    viewers = [
        Viewer.of("viewer", (Grant(("acme/a",)),)),
        Viewer.of("viewer", (Grant(("acme/a",), ("pm",)),)),
    ]

    def states() -> list[str]:
        return [as_of(taken.app.store, Terms(), viewer) for viewer in viewers]

    def answers() -> list[str]:
        return [everything(taken, viewer) for viewer in viewers]

    taken.take(
        "events", ndjson(*(event(60 + n, account="acme/a") for n in range(3))), account="acme"
    )
    changed, before, told = set(), states(), answers()
    for number, (body, connector) in enumerate(CHANGES):
        taken.take(connector, body, account="acme", source=connector)
        after, now = states(), answers()
        for place in range(len(viewers)):
            assert (told[place] != now[place]) <= (before[place] != after[place])
            if before[place] != after[place]:
                changed.add((number, place))
        before, told = after, now
    assert changed == {(2, 0), (3, 0), (3, 1), (4, 0), (5, 0), (6, 0)}


def everything(folder: Folder, viewer: Viewer) -> str:
    """Ask for what most rests on, as a viewer."""
    period = period_of("all", zone_named("UTC"), folder.clock(), bounds=(START, folder.clock()))
    names = ("overview", "users", "items", "coverage")
    tables = (
        answer(folder.app.store, report_named(name), Ask(viewer, period, who="everyone"))
        for name in names
    )
    return repr([replace(table, as_of="") for table in tables])


CHANGES = (
    (ndjson(event(70, account="acme/b")), "events"),
    (ndjson(event(71, account="acme")) + b"no event", "events"),
    (ndjson(event(72, account="acme/a")), "events"),
    (ndjson(event(73, account="acme/a", kind="password_accessed", item="pw")), "events"),
    (
        ndjson(
            {"fact": "item", "account": "a", "taken": LATE, "item": "y", "type": "static_secret"}
        ),
        "inventory",
    ),
    (
        ndjson(
            {
                "fact": "identity",
                "account": "a",
                "taken": LATE,
                "keys": ["key:new"],
                "name": "new",
                "kind": "person",
                "rank": 6,
                "disabled": True,
            }
        ),
        "inventory",
    ),
    (ndjson(event(74, account="acme/a", kind="other", source_event="x")), "events"),
)
"""What is taken in, one after the other: nothing, nothing, and then something of a viewer's."""


def test_readers_of_two_states_are_told_their_own(taken: Folder) -> None:
    """Who began to read before others wrote is told what was so then, also after they were told."""
    store = taken.app.store
    ask = Ask(Viewer.operator(), period_of("all", zone_named("UTC"), START, bounds=bounds(store)))
    report = report_named("items")
    with store.reader() as before:
        was = answer(before, report, ask)
        taken.take("events", ndjson(event(50), event(51, kind="unheard-of")), account="acme")
        with store.reader() as after:
            now = answer(after, report, ask)
        assert answer(before, report, ask) == was
    assert "1 lines were rejected" in " ".join(was.notes)
    assert "2 lines were rejected" in " ".join(now.notes)
    assert now.complete_to["events"] > was.complete_to["events"]
