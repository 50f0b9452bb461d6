"""For how long events are kept."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from vaultmeter import retention
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.RETENTION)]


class Wanted(Body):
    """For how long events of a product are to be kept."""

    product: str = Field(description="sm, pm or sra.", examples=["sm"])
    months: int | None = Field(description="1 to 1200; null for ever.", examples=[24])


def routes(app: App) -> APIRouter:
    """`GET` and `PUT retention`, and `POST retention/apply`."""
    router = resource("Retention")

    @router.get("/retention")
    def shown(who: _May) -> Object:
        """Answer for each product how long events are kept, what applying deletes, past runs."""
        return retention.shown(app, who)

    @router.put("/retention")
    def set_months(who: _May, wanted: Wanted) -> Object:
        """Decide for how long events are kept; nothing is deleted until that is applied."""
        return retention.set_months(app, who, wanted.product, wanted.months)

    @router.post("/retention/apply")
    def applied(who: _May) -> Object:
        """Delete events, and their records, that are older than was decided, for good."""
        return retention.applied(app, who)

    return router
