"""Client limits."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from vaultmeter import limits
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.LIMITS)]
_MONTH = "First month, such as 2026-11."
_ACCOUNT = "An account, with those below it; the whole organisation unless given."


class Wanted(Body):
    """A limit as it is to be."""

    product: str = Field(description="sm, pm or sra.", examples=["sm"])
    clients: int | None = Field(description="How many a month; null for any number.")
    account: str | None = Field(default=None, description=_ACCOUNT)
    from_: str | None = Field(default=None, alias="from", description=_MONTH)


def routes(app: App) -> APIRouter:
    """`GET`, `PUT` and `DELETE limits`."""
    router = resource("Limits")

    @router.get("/limits", response_model=Page)
    def listed(who: _May) -> Object:
        """List the limits of the accounts you have to do with, each with its first month."""
        return limits.listed(app, who)

    @router.put("/limits")
    def set_limit(who: _May, wanted: Wanted) -> Object:
        """Set a limit, in place of the one of the same product, account and first month."""
        return limits.set_limit(app, who, **wanted.model_dump())

    @router.delete("/limits")
    def remove_limit(
        who: _May,
        product: Annotated[str, Query(description="sm, pm or sra.")],
        account: Annotated[str | None, Query(description=_ACCOUNT)] = None,
        from_: Annotated[str | None, Query(alias="from", description=_MONTH)] = None,
    ) -> Object:
        """Forget the limits of a product and account, or the one that begins with a month."""
        return limits.remove_limit(app, who, product, account, from_)

    return router
