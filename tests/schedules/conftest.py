"""What the tests of schedules share: a folder with events, people, and a scheduler to turn."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.access.people import CHEAP, PASSWORD
from tests.conftest import Folder, event, ndjson

from vaultmeter import outbox, schedules
from vaultmeter.access import user_acts
from vaultmeter.access.passwords import Passwords
from vaultmeter.access.roles import create_role, update_role
from vaultmeter.app import App
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.model.message import Message
from vaultmeter.server.scheduler import Scheduler
from vaultmeter.state import schedules as state
from vaultmeter.state.outbox import Delivery, change_delivery, deliveries
from vaultmeter.state.schedules import Run
from vaultmeter.state.tables import NOTICE, USER_LOGIN

Row = dict[str, Any]
OPERATOR = Principal.operator()
REPORT = {"report": "users", "range": "last-month"}
TO = ["board@example.org"]


def at(text: str) -> datetime:
    """Read an instant, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Scheduling:
    """A folder whose schedules are run by hand, and a clock that is set."""

    folder: Folder
    scheduler: Scheduler = field(init=False)

    def __post_init__(self) -> None:
        """Open it, with a scheduler."""
        self.again()

    @property
    def app(self) -> App:
        """The open folder."""
        return self.folder.app

    def again(self) -> None:
        """Open the folder anew, as after a restart."""
        self.folder.open()
        self.app.access.passwords = Passwords(CHEAP)
        self.scheduler = self.another()

    def another(self) -> Scheduler:
        """Give one more scheduler of the same folder."""
        return Scheduler(self.app, structlog.get_logger("tests"))

    def time(self, text: str) -> None:
        """Set the clock, in UTC."""
        self.folder.clock.now = at(text)

    def turn(self, text: str | None = None) -> int:
        """Run what is due, at a time; answers how many runs were made."""
        if text is not None:
            self.time(text)
        return self.scheduler.turn()

    def add(self, who: Principal = OPERATOR, **words: Any) -> str:  # noqa: ANN401  words are of any type
        """Add a schedule: daily at 07:00 by mail, unless otherwise said; answers its name."""
        usual: Row = {"name": "Users", "every": "daily", "formats": ["csv"], "recipients": TO}
        if "view" not in words:
            usual["report"] = REPORT
        return str(schedules.add(self.app, who, **usual | words)["name"])

    def runs(self, name: str = "Users") -> list[Row]:
        """List the runs of a schedule, the oldest first."""
        rows: list[Row] = schedules.runs(self.app, OPERATOR, name, 1000)["rows"]
        return rows[::-1]

    def told(self, name: str = "Users") -> list[tuple[str, str]]:
        """Tell when each run was due, and what came of it."""
        return [(run["due"][:16], run["state"]) for run in self.runs(name)]

    def sent(self) -> list[Delivery]:
        """List what is in the outbox, the oldest first."""
        with self.app.state.reading() as connection:
            return deliveries(connection)[::-1]

    def messages(self) -> list[Message]:
        """List the messages in the outbox."""
        return [outbox.message_read(each.message) for each in self.sent()]

    def deliver(self, word: str = "delivered") -> None:
        """Let everything in the outbox end, and be noticed."""
        with self.app.state.changing() as connection:
            for each in deliveries(connection):
                error = "" if word == "delivered" else "550 no"
                change_delivery(connection, each.id, state=word, last_error=error)
        self.scheduler.turn()

    def notices(self) -> list[Row]:
        """List what was raised: type, key and payload."""
        with self.app.state.reading() as connection:
            rows = connection.execute(NOTICE.select().order_by(NOTICE.c.id)).mappings()
            return [
                {"type": row["type"], "text": row["text"], **json.loads(row["payload"])}
                for row in rows
                if row["type"] == "schedule-failed"
            ]

    def role(self, name: str, **words: Any) -> Role:  # noqa: ANN401  a role's fields
        """Make a role that schedules reports, or put another one in its place."""
        manages = words.pop("manages", frozenset({Permission.SCHEDULES}))
        role = Role(name, **{"usage_reports": "all", "manages": manages, **words})
        with self.app.access.noting(OPERATOR, "role.set", name) as connection:
            known = {row.name for row in connection.exec_driver_sql("select name from role")}
            if name in known:
                return update_role(connection, OPERATOR, name, role, self.app.clock())
            return create_role(connection, OPERATOR, role, self.app.clock())

    def user(self, name: str, *roles: str, email: str = "") -> Principal:
        """Make a user, and give who they are."""
        user_acts.add_user(self.app, OPERATOR, name, email, roles, PASSWORD)
        return self.who(name)

    def who(self, name: str) -> Principal:
        """Give a user with the roles of now."""
        with self.app.state.reading() as connection:
            number = (
                connection.execute(USER_LOGIN.select().where(USER_LOGIN.c.name == name)).one().id
            )
            found = self.app.access.holder(connection, "user", number)
        assert found is not None
        return found

    def run(self, number: int) -> Run:
        """Read a run as the state keeps it."""
        with self.app.state.reading() as connection:
            found = state.run_of(connection, number)
        assert found is not None
        return found


@pytest.fixture(scope="session")
def two_accounts(tmp_path_factory: pytest.TempPathFactory, untouched: Path) -> Path:
    """Give a folder with the events of two accounts in October and November 2026, closed."""
    path = tmp_path_factory.mktemp("two-accounts") / "data"
    folder = Folder(path, untouched=untouched)
    for number, (name, account) in enumerate((("ada", "acme"), ("bob", "beta"))):
        lines = [
            event(number, id=f"{name}-{day}", time=f"{day}T08:00:00Z", identity=f"{name}@x.org")
            for day in ("2026-10-05", "2026-10-20", "2026-11-03", "2026-11-20")
        ]
        folder.take("events", ndjson(*lines), source=account, account=account)
    folder.close()
    return path


@pytest.fixture
def scheduling(tmp_path: Path, two_accounts: Path) -> Iterator[Scheduling]:
    """Give a copy of that folder with a scheduler to turn."""
    folder = Folder(tmp_path / "data", untouched=two_accounts)
    yield Scheduling(folder)
    folder.close()
