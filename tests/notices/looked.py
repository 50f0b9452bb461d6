"""What the tests of notices share: events to take in, rules by name, and who asks."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conftest import Folder, Row, event, ndjson

from vaultmeter import limits, notices
from vaultmeter.access import keys
from vaultmeter.access.roles import add_member, create_role
from vaultmeter.app import App
from vaultmeter.model.access import Principal, Role
from vaultmeter.model.message import Notice
from vaultmeter.notices import rules
from vaultmeter.notices.evaluating import Failure, evaluate

OPERATOR = Principal.operator()


def uses(names: Iterable[object], time: str = "2026-11-02T08:00:00Z", **fields: object) -> bytes:
    """Write one use by each of some people, at an instant."""
    return ndjson(
        *(
            event(0, id=f"{time} {name} {fields}", time=time, identity=f"{name}@acme", **fields)
            for name in names
        )
    )


def busy(days: int = 180, **fields: object) -> bytes:
    """Write a use a day by somebody up to the day of the clock: so nobody else's are missing."""
    last = datetime(2026, 11, 22, 9, tzinfo=UTC)
    return ndjson(
        *(
            event(
                0,
                id=f"busy {day} {fields}",
                time=(last - timedelta(days=day)).isoformat(),
                identity="busy@acme",
                **fields,
            )
            for day in range(days)
        )
    )


def limit(app: App, clients: int, product: str = "sm", account: str | None = None) -> None:
    """Set a limit that holds always."""
    limits.set_limit(app, OPERATOR, product, clients, account)


def look(app: App, of: str | None = None) -> list[Notice]:
    """Evaluate every rule, none of which may fail; answers what was raised, of a type."""
    failures: list[Failure] = []
    raised = evaluate(app, failed=failures.append)
    assert failures == []
    return [notice for notice in raised if of in {notice.type, None}]


def texts(raised: Iterable[Notice]) -> list[str]:
    """What notices say."""
    return [notice.text for notice in raised]


def only(app: App, *names: str) -> None:
    """Switch on the rules of these names, and all others off."""
    for rule in rules.listed(app, OPERATOR)["rows"]:
        rules.change(app, OPERATOR, rule["id"], enabled=rule["name"] in names)


def rule_named(app: App, name: str, who: Principal = OPERATOR) -> Row:
    """A rule as it is told."""
    return next(rule for rule in rules.listed(app, who)["rows"] if rule["name"] == name)


def change(app: App, name: str, **given: Any) -> Row:  # noqa: ANN401  as JSON has it
    """Change the rule of a name."""
    return rules.change(app, OPERATOR, rule_named(app, name)["id"], **given)


def opened(app: App, **narrowed: Any) -> list[Row]:  # noqa: ANN401  of any type
    """The notices that are open, the newest first."""
    rows: list[Row] = notices.listed(app, OPERATOR, **narrowed)["rows"]
    return rows


def key_with(app: App, role: Role) -> Principal:
    """Somebody who has a role, by a key."""
    with app.access.noting(OPERATOR, "test") as connection:
        made, _ = keys.create_key(connection, f"key of {role.name}", app.clock())
        held = create_role(connection, OPERATOR, role, app.clock())
        add_member(connection, OPERATOR, held, "key", made.id)
    return holder(app, made.id)


def holder(app: App, key: int) -> Principal:
    """Somebody by their key, with the rights they have now."""
    with app.state.reading() as connection:
        who = app.access.holder(connection, "key", key)
    assert who is not None
    return who


def clients(folder: Folder, when: datetime, product: str, account: str) -> int:
    """What the report `clients` says of a month."""
    for row in folder.report("clients"):
        place = f"{row['month']:%Y-%m}", row["product"], row["account"]
        if place == (f"{when:%Y-%m}", product, account):
            return int(row["total"])
    raise AssertionError("the report has no such row")
