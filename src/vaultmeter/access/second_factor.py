"""The second factor: six digits of an authenticator (TOTP, RFC 6238), and codes for its loss.

A step lasts 30 seconds; the one before and the one after are taken too, for clocks differ. Of each
step a code is taken once, and none of an earlier one after it.
"""

from datetime import datetime
from hmac import compare_digest
from secrets import choice

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from vaultmeter.access.sealing import Sealer
from vaultmeter.access.tokens import hash_of
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Exists, Invalid
from vaultmeter.state.tables import RECOVERY_CODE, USER_LOGIN

_STEP = 30
_NEAR = (-1, 0, 1)
_CODES = 10
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_PARTS, _PART = 4, 5
"""Parts of a recovery code, and letters of each: 99 bits."""
_COLUMN = "totp_sealed"


def is_on(user: RowMapping) -> bool:
    """Whether a user (a row of `user_login`) must bring a code; one set up by half needs none."""
    return user["totp_step"] is not None


def enrol(connection: Connection, sealer: Sealer, user: RowMapping) -> Object:
    """Make a seed for an authenticator, which holds once a code of it was told; raises `Exists`."""
    import pyotp  # noqa: PLC0415  most commands ask for no code

    if is_on(user):
        raise Exists("The second factor is on already.", "Turn it off first.")
    seed = pyotp.random_base32()
    sealed = sealer.seal(USER_LOGIN, _COLUMN, user["id"], seed)
    connection.execute(
        update(USER_LOGIN).where(USER_LOGIN.c.id == user["id"]).values(totp_sealed=sealed)
    )
    uri = pyotp.TOTP(seed).provisioning_uri(name=user["name"], issuer_name="vaultmeter")
    return {"seed": seed, "uri": uri}


def confirm(
    connection: Connection, sealer: Sealer, user: RowMapping, code: str, now: datetime
) -> list[str]:
    """Turn it on with a first code; answers the recovery codes, which are told this once."""
    if is_on(user):
        raise Exists("The second factor is on already.")
    if user[_COLUMN] is None:
        raise Invalid("No second factor is being set up.", "Begin with POST /api/v1/me/totp.")
    if not _take(connection, sealer, user, code, now):
        raise Invalid(
            "The code is not the authenticator's.", "Check the clocks of both, and try the next."
        )
    codes = [_new_code() for _ in range(_CODES)]
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.user == user["id"]))
    connection.execute(
        insert(RECOVERY_CODE),
        [{"user": user["id"], "code_hash": hash_of(_bare(each))} for each in codes],
    )
    return codes


def turn_off(connection: Connection, user: RowMapping) -> None:
    """Ask for no code any more; raises `Invalid` where none was asked for."""
    if user[_COLUMN] is None:
        raise Invalid("There is no second factor to turn off.")
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.user == user["id"]))
    connection.execute(
        update(USER_LOGIN)
        .where(USER_LOGIN.c.id == user["id"])
        .values(totp_sealed=None, totp_step=None)
    )


def taken(
    connection: Connection, sealer: Sealer, user: RowMapping, code: str, now: datetime
) -> str | None:
    """What a code is: `totp` or `recovery_code`, and from now on used; `None` for a wrong one."""
    if _take(connection, sealer, user, code, now):
        return "totp"
    used = connection.execute(
        delete(RECOVERY_CODE).where(
            RECOVERY_CODE.c.user == user["id"], RECOVERY_CODE.c.code_hash == hash_of(_bare(code))
        )
    )
    return "recovery_code" if used.rowcount else None


def codes_left(connection: Connection, user: int) -> int:
    """How many recovery codes a user has not used yet."""
    counted = select(func.count()).select_from(RECOVERY_CODE).where(RECOVERY_CODE.c.user == user)
    return int(connection.execute(counted).scalar() or 0)


def _take(
    connection: Connection, sealer: Sealer, user: RowMapping, code: str, now: datetime
) -> bool:
    """Whether it is a code of the authenticator that is still good; it is not any more then."""
    import pyotp  # noqa: PLC0415  as above

    seed = sealer.open(USER_LOGIN, _COLUMN, user["id"], user[_COLUMN])
    totp, bare = pyotp.TOTP(seed), code.replace(" ", "").encode()
    at = int(now.timestamp()) // _STEP
    # All are compared, so that the answer does not tell which one came near.
    steps = [
        step
        for step in (at + near for near in _NEAR)
        if compare_digest(totp.generate_otp(step).encode(), bare)
    ]
    if not steps:
        return False
    newer = or_(USER_LOGIN.c.totp_step.is_(None), USER_LOGIN.c.totp_step < max(steps))
    used = connection.execute(
        update(USER_LOGIN).where(USER_LOGIN.c.id == user["id"], newer).values(totp_step=max(steps))
    )
    return bool(used.rowcount)


def _new_code() -> str:
    return "-".join("".join(choice(_LETTERS) for _ in range(_PART)) for _ in range(_PARTS))


def _bare(code: str) -> str:
    return code.replace("-", "").replace(" ", "").upper()
