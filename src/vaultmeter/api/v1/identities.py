"""Identities: everybody and everything that acts, by name."""

from typing import Annotated

from fastapi import APIRouter

from vaultmeter.api.v1.asking import Word, list_filter
from vaultmeter.api.v1.listed import listed
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Page, PageCursor, PageLimit
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.reports.listing import IDENTITIES


def routes(app: App) -> APIRouter:
    """`GET identities`."""
    router = resource("Identities")

    @router.get("/identities", response_model=Page)
    def identities(
        who: Annotated[Principal, allowed(Permission.REPORTS)],
        account: Annotated[list[Word], list_filter("account")] = [],  # noqa: B006  read alone
        user: Annotated[list[Word], list_filter("user")] = [],  # noqa: B006
        auth_method: Annotated[list[Word], list_filter("auth_method")] = [],  # noqa: B006
        limit: PageLimit = 100,
        cursor: PageCursor = None,
    ) -> Object:
        """List the identities of the accounts one may see: people, machines, agents, systems."""
        given = {"account": account, "user": user, "auth_method": auth_method}
        return listed(app, who, IDENTITIES, given, limit, cursor)

    return router
