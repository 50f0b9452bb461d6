"""Items: every secret, key and password that is known, by name; never what is in them."""

from typing import Annotated

from fastapi import APIRouter

from vaultmeter.api.v1.asking import Word, list_filter
from vaultmeter.api.v1.listed import listed
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Page, PageCursor, PageLimit
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.reports.listing import ITEMS


def routes(app: App) -> APIRouter:
    """`GET items`."""
    router = resource("Items")

    @router.get("/items", response_model=Page)
    def items(
        who: Annotated[Principal, allowed(Permission.REPORTS)],
        account: Annotated[list[Word], list_filter("account")] = [],  # noqa: B006  read alone
        item: Annotated[list[Word], list_filter("item")] = [],  # noqa: B006
        item_type: Annotated[list[Word], list_filter("item_type")] = [],  # noqa: B006
        product: Annotated[list[Word], list_filter("product")] = [],  # noqa: B006
        limit: PageLimit = 100,
        cursor: PageCursor = None,
    ) -> Object:
        """List the items of the accounts and products one may see. Instants are UTC."""
        given = {"account": account, "item": item, "item_type": item_type, "product": product}
        return listed(app, who, ITEMS, given, limit, cursor)

    return router
