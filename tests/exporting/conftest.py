"""What the tests of files share: a small organisation, and readers with rights of several kinds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree

import pytest
from tests.api.served import SCOPED, make
from tests.conftest import SetClock

from vaultmeter.access.roles import add_member, create_role, role_named
from vaultmeter.access.users import insert_user
from vaultmeter.app import App
from vaultmeter.clock import system_clock
from vaultmeter.exporting import ExportFile, Wanted
from vaultmeter.exporting import make as make_file
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.settings import Settings

OPERATOR = Principal.operator()
YEAR = "range=last-12-months&tz=UTC&compare=none"
READERS: dict[str, str | Role] = {
    "ada": "reader",
    "bob": "reader",
    "scoped": Role("platform", usage_reports="all", accounts=(SCOPED,)),
    "only-sm": Role("only-sm", usage_reports="all", products=("sm",)),
    "boss": Role("boss", usage_reports="all", manages=frozenset({Permission.SCHEDULES})),
    "keeper": Role("keepers", manages=frozenset({Permission.SOURCES})),
}
"""Users by name, with their roles."""


@dataclass
class Place:
    """An open folder with a small organisation, whose clock can be set."""

    app: App
    clock: SetClock
    ids: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    """By user, how they have their role."""

    def who(self, name: str) -> Principal:
        """A user with the roles they have now."""
        with self.app.state.reading() as connection:
            found = self.app.access.holder(connection, "user", self.ids[name])
        assert found is not None
        return found

    def make(self, path: str = "/items", name: str = "", **options: object) -> ExportFile:
        """Make a file of a page, in somebody's rights."""
        format_ = str(options.pop("format", "csv"))
        wanted = Wanted(format_, path, YEAR, **options)  # type: ignore[arg-type]
        who = self.who(name) if name else OPERATOR
        return make_file(self.app, who, wanted, self.clock())

    def stored(self) -> list[str]:
        """The names in the folder of files."""
        folder = self.app.settings.data / "exports"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture(scope="session")
def organised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with some months of events, which nobody changes."""
    data = tmp_path_factory.mktemp("organised") / "data"
    make(data)
    return data


def opened(data: Path, clock: SetClock) -> Iterator[Place]:
    """Open a folder, and add the readers."""
    settings = Settings(data=data, lock_wait=0, reserve_bytes=0)
    with App(settings, clock, lambda _: None) as app:
        place = Place(app, clock)
        with app.access.noting(OPERATOR, "test") as connection:
            for name, wanted in READERS.items():
                place.ids[name] = insert_user(connection, name, "", "none", clock())
                role = (
                    role_named(connection, wanted)
                    if isinstance(wanted, str)
                    else create_role(connection, OPERATOR, wanted, clock())
                )
                member = add_member(connection, OPERATOR, role, "user", place.ids[name])
                place.members[name] = member.id
        yield place


@pytest.fixture(scope="module")
def place(organised: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give the open folder that the tests of one file share."""
    data = tmp_path_factory.mktemp("place") / "data"
    copytree(organised, data, ignore=lambda *_: {"lock"})
    yield from opened(data, SetClock(system_clock()))
