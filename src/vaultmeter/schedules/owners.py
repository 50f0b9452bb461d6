"""Whose rights a schedule runs with: noted when it is made, found again at each run."""

from sqlalchemy import Connection, select

from vaultmeter.app import App
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.errors import Forbidden
from vaultmeter.model.viewer import Grant
from vaultmeter.state.schedules import Owner
from vaultmeter.state.tables import ACCESS_KEY, USER_LOGIN

_OPERATOR = "operator"


def owner_of(connection: Connection, who: Principal) -> Owner:
    """Somebody as the owner of a schedule; raises `Forbidden` for who cannot have one."""
    if who.kind == _OPERATOR:
        return Owner(_OPERATOR, 0, who.name, None)
    table = {"user": USER_LOGIN, "key": ACCESS_KEY}.get(who.kind)
    if table is None:
        raise Forbidden("Only users and keys have schedules.", "Sign in.")
    since = connection.execute(select(table.c.created).where(table.c.id == who.id)).scalar_one()
    return Owner(who.kind, who.id, who.name, since)


def is_owner(connection: Connection, who: Principal, owner: Owner) -> bool:
    """Whether somebody is the owner; a new key with the number of an old one is not."""
    if (who.kind, who.id) != (owner.kind, owner.id):
        return False
    return owner_of(connection, who).since == owner.since


def principal_of(app: App, connection: Connection, owner: Owner) -> Principal:
    """The owner with the rights of now; raises `Forbidden` where there are none any more."""
    if owner.kind == _OPERATOR:
        return Principal.operator()
    who = app.access.holder(connection, owner.kind, owner.id)
    if who is None or _is_another(app, connection, owner):
        raise Forbidden(
            f"The owner of the schedule, {owner.name}, is gone, disabled or expired.",
            "Make the schedule anew as somebody else, or enable the owner again.",
        )
    for permission in (Permission.SCHEDULES, Permission.REPORTS):
        who.require(permission)
    return who


def grants_of(who: Principal) -> list[list[list[str] | None]] | None:
    """What somebody's reports are narrowed to, as JSON has it; `None` is nothing."""
    grants = who.viewer(Permission.REPORTS).grants
    return None if grants is None else sorted(map(_grant, grants), key=repr)


def _grant(grant: Grant) -> list[list[str] | None]:
    return [None if words is None else sorted(words) for words in (grant.accounts, grant.products)]


def _is_another(app: App, connection: Connection, owner: Owner) -> bool:
    """Whether the number is somebody else's by now, or the key of it has expired."""
    if owner.kind == "key":
        statement = select(ACCESS_KEY.c.created, ACCESS_KEY.c.expires)
        created, expires = connection.execute(statement.where(ACCESS_KEY.c.id == owner.id)).one()
        return created != owner.since or (expires is not None and expires <= app.clock())
    statement_of_user = select(USER_LOGIN.c.created).where(USER_LOGIN.c.id == owner.id)
    return bool(connection.execute(statement_of_user).scalar_one() != owner.since)
