"""A new secret key in the place of the one that is used."""

from vaultmeter.access.access import Opened
from vaultmeter.access.sealing import forget_lost, reseal
from vaultmeter.access.secret_key import add_key
from vaultmeter.model.access import Object, Permission, Principal


def rotate(folder: Opened, who: Principal) -> Object:
    """Seal everything with a new key; the old one stays, for the trail was linked with it.

    A key in a file gets a new one before it. Where the settings have the keys, the first of them
    is the new one. Raises `Forbidden`, and `Invalid` where a key is lost.
    """
    who.require_everywhere(Permission.ROLES)
    access = folder.access
    before = access.secret_key.id
    if access.key_path is not None:
        add_key(access.key_path)
        access.reread_key()
    key = access.secret_key
    told = {"key": key.id, "older": [each.id for each in key.older]}
    with access.noting(who, "secrets.rotate", key.id, before=before) as connection:
        return {**told, "sealed_again": reseal(connection, access.sealer)}


def forget(folder: Opened, who: Principal) -> Object:
    """Delete what was sealed with a key that is lost: it can never be read again.

    Whoever had a second factor signs in without it; providers need their secrets again.
    """
    who.require_everywhere(Permission.ROLES)
    access = folder.access
    with access.noting(who, "secrets.forget") as connection:
        return {"forgotten": forget_lost(connection, access.sealer)}
