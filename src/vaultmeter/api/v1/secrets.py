"""The secret key of the installation, and what it seals."""

from typing import Annotated

from fastapi import APIRouter

from vaultmeter.access import rotation
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.ROLES)]


def routes(app: App) -> APIRouter:
    """`POST secrets/rotate` and `POST secrets/forget`."""
    router = resource("Secrets")

    @router.post("/secrets/rotate")
    def rotate(who: _May) -> Object:
        """Seal every secret with a new key."""
        return rotation.rotate(app, who)

    @router.post("/secrets/forget")
    def forget(who: _May) -> Object:
        """Delete what was sealed with a key that is lost."""
        return rotation.forget(app, who)

    return router
