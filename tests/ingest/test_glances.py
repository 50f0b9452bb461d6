"""Checks glances: accesses of one item by one person within five minutes of each other are one."""

from itertools import permutations

import pytest
from tests.conftest import Folder, Row, event, ndjson, seeded


def access(minute: float, **fields: object) -> Row:
    """Make an access of a password at a minute of the hour."""
    seconds = round(minute * 60)
    time = f"2026-11-01T08:{seconds // 60:02}:{seconds % 60:02}Z"
    made = {"id": f"a-{minute}", "time": time, "kind": "password_accessed"} | fields
    return event(0, **made)


def glances(folder: Folder) -> int:
    """Count the glances of everybody, as a report does."""
    return int(sum(row["passwords_accessed"] for row in folder.report("users")))


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ((1,), 1),
        ((1, 1, 1), 1),
        ((1, 6), 1),
        ((1, 6.02), 2),
        ((1, 5, 9, 13, 17), 1),
        ((1, 5, 9, 20, 24, 40), 3),
    ],
)
def test_five_minutes_without_access_end_a_glance(
    folder: Folder, minutes: tuple[float, ...], expected: int
) -> None:
    """A glance goes on while accesses follow within five minutes, the fifth included."""
    accesses = (access(minute, id=f"a-{place}") for place, minute in enumerate(minutes))

    folder.take("events", ndjson(*accesses))

    assert glances(folder) == expected


def test_the_order_of_arrival_does_not_change_glances(folder: Folder) -> None:
    """An access that arrives late joins two glances to one, or begins one in front."""
    orders = {f"kv/{number}": order for number, order in enumerate(permutations((1, 5, 9, 17)))}

    for step in range(4):
        accesses = (
            access(order[step], item=item, id=f"{item} {step}") for item, order in orders.items()
        )
        folder.take("events", ndjson(*accesses))

    per_item = folder.app.store.query("select sum(cast(glance as int)) from event group by item")
    assert per_item == [(2,)] * 24


def test_other_people_and_items_are_other_glances(folder: Folder) -> None:
    """Each person's look at each item is a glance of its own."""
    folder.take(
        "events",
        ndjson(
            access(1),
            access(1.5, item="kv/other"),
            access(2, identity="bob@example.org"),
            access(2.5),
        ),
    )

    assert glances(folder) == 3


def test_what_is_no_look_of_a_person_is_no_glance(folder: Folder) -> None:
    """Machines, refusals, records without an item, and other kinds glance at nothing."""
    folder.take(
        "events",
        ndjson(
            access(1, identity="backup", identity_kind="machine"),
            access(2, identity="eve", outcome="denied"),
            access(3, identity="bob", item=None),
            access(4, identity="sue", kind="item_updated"),
        ),
    )

    assert glances(folder) == 0


def test_a_secret_read_by_a_person_is_a_glance(folder: Folder) -> None:
    """Reading a secret and looking at a password are one glance when they are of one item."""
    folder.take("events", ndjson(access(1, kind="secret_read"), access(2)))

    assert glances(folder) == 1


def test_glances_add_up_in_every_report(folder: Folder) -> None:
    """The overview, the series and the users' rows tell the same number."""
    random = seeded(8)
    everybody = ("ada", "bob", "eve")
    lines = [
        access(
            random.uniform(0, 59),
            id=f"r-{number}",
            identity=random.choice(everybody),
            item=random.choice(("kv/a", "kv/b")),
        )
        for number in range(120)
    ]

    for start in range(0, 120, 24):
        folder.take("events", ndjson(*lines[start : start + 24]))

    measures = {row["measure"]: row["value"] for row in folder.report("overview")}
    series = sum(row["passwords_accessed"] for row in folder.report("activity"))
    assert glances(folder) == measures["passwords_accessed"] == series > 6
