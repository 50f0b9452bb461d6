"""An open folder's access as tests of people use it: cheap passwords, a clock that is set."""

from dataclasses import dataclass, replace
from pathlib import Path

from tests.conftest import SetClock

from vaultmeter.access import user_acts
from vaultmeter.access.access import Access
from vaultmeter.access.passwords import Cost, Passwords
from vaultmeter.access.roles import create_role, role_named
from vaultmeter.access.sign_in import SignedIn, sign_in
from vaultmeter.model.access import Principal, Role
from vaultmeter.state.database import State

OPERATOR = Principal.operator()
CHEAP = Cost(19 << 10, 2, 1)
PASSWORD = "seven lazy otters"  # noqa: S105  nobody's
"""A password that is taken."""


def nobody(address: str = "198.51.100.7") -> Principal:
    """Somebody who is not known yet, at an address."""
    return Principal("nobody", 0, "nobody", (), address)


@dataclass
class People:
    """A folder, as far as who may do what is concerned."""

    path: Path
    clock: SetClock
    access: Access

    @classmethod
    def of(cls, path: Path, clock: SetClock, key: str = "") -> "People":
        """Open a folder."""
        access = Access(State(path), clock, path, key)
        access.passwords = Passwords(CHEAP)
        return cls(path, clock, access)

    def again(self, key: str = "") -> "People":
        """Open the folder once more, as after a restart."""
        return People.of(self.path, self.clock, key)

    def role(self, role: Role) -> str:
        """Make a role; answers its name."""
        with self.access.noting(OPERATOR, "role.create", role.name) as connection:
            create_role(connection, OPERATOR, role, self.clock())
        return role.name

    def add(self, name: str, *roles: str) -> None:
        """Add a user with the password of all."""
        user_acts.add_user(self, OPERATOR, name, "", roles, PASSWORD)

    def who(self, name: str, *roles: str) -> Principal:
        """Somebody with these roles, without a sign-in."""
        with self.access.state.reading() as connection:
            held = tuple(role_named(connection, role) for role in roles)
        return replace(Principal("key", 1, name, held), address="192.0.2.1")

    def sign_in(
        self,
        name: str,
        password: str = PASSWORD,
        code: str | None = None,
        address: str = "198.51.100.7",
    ) -> SignedIn:
        """Sign in."""
        return sign_in(self.access, nobody(address), name, password, code, "a browser")

    def acts(self) -> list[tuple[str, str, str, str]]:
        """The trail from its beginning: who, act, object and result."""
        from vaultmeter.access.trail import entries  # noqa: PLC0415

        with self.access.state.reading() as connection:
            found = list(entries(connection, limit=10_000))
        return [(each.who, each.act, each.object, each.result) for each in reversed(found)]

    def files(self) -> bytes:
        """All that is on disk of the folder, without the secret key."""
        kept = (path for path in sorted(self.path.rglob("*")) if path.name != "secret.key")
        return b"".join(path.read_bytes() for path in kept if path.is_file())
