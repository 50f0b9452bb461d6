"""The accounts of the organisation."""

from typing import Annotated

from fastapi import APIRouter

from vaultmeter import accounts
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Principal


def routes(app: App) -> APIRouter:
    """`GET accounts`."""
    router = resource("Accounts")

    @router.get("/accounts", response_model=Page)
    def listed(
        who: Annotated[Principal, allowed(None)],
        limit: PageLimit = 100,
        cursor: PageCursor = None,
    ) -> Object:
        """List the accounts you have to do with, each with the groups it is in."""
        return page_of(accounts.listed(app, who)["rows"], limit, cursor)

    return router
