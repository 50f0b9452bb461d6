"""The store made again."""

from typing import Annotated

from fastapi import APIRouter

from vaultmeter import rebuild
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal


def routes(app: App) -> APIRouter:
    """`POST rebuild`."""
    router = resource("Store")

    @router.post("/rebuild")
    def rebuilt(who: Annotated[Principal, allowed(Permission.RETENTION)]) -> Object:
        """Make the store again from what was received; until then reports are not answered."""
        return rebuild.rebuild(app, who)

    return router
