"""What a server does about access before it answers: the first administrator, and lost keys."""

from vaultmeter.access.access import Access
from vaultmeter.access.passwords import new_password
from vaultmeter.access.roles import add_member, role_named
from vaultmeter.access.sealing import check_sealed
from vaultmeter.access.users import insert_user, is_anybody
from vaultmeter.model.access import ADMIN, Principal

NAME = "admin"


def first_administrator(access: Access) -> tuple[str, str] | None:
    """Make an administrator where there is no user yet: its name and random password, this once.

    `None` where there is somebody already.
    """
    with access.state.reading() as connection:
        if is_anybody(connection):
            return None
    password, who = new_password(), Principal.operator()
    kept = access.passwords.hashed(password)
    with access.noting(who, "user.add", NAME, roles=[ADMIN.name], first=True) as connection:
        id_ = insert_user(connection, NAME, "", kept, access.clock())
        add_member(connection, who, role_named(connection, ADMIN.name), "user", id_)
    return NAME, password


def check_secrets(access: Access) -> None:
    """Raise `Invalid` where the secret key, or one that sealed something, is lost."""
    sealer = access.sealer
    with access.state.reading() as connection:
        check_sealed(connection, sealer)
