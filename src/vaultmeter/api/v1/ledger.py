"""The ledger: what became of every line that was accepted."""

from typing import Annotated

from fastapi import APIRouter

from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.app import App
from vaultmeter.books import balance, document
from vaultmeter.model.access import Object, Permission, Principal


def routes(app: App) -> APIRouter:
    """`GET ledger`."""
    router = resource("Ledger")

    @router.get("/ledger")
    def ledger(who: Annotated[Principal, allowed(Permission.SOURCES)]) -> Object:
        """Count the lines of every source by what became of them."""
        who.require_everywhere(Permission.SOURCES)
        return document(balance(app))

    return router
