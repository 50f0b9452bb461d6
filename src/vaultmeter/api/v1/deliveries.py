"""Deliveries: what leaves by itself, and what came of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from vaultmeter import forwarding
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Page, PageCursor, PageLimit
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.FORWARDERS)]
_Id = Annotated[int, Path(ge=1, le=(1 << 63) - 1, description="Of a delivery.")]


def routes(app: App) -> APIRouter:
    """`GET deliveries`, `GET deliveries/{id}`, and to send one again or cancel it."""
    router = resource("Deliveries")

    @router.get("/deliveries", response_model=Page)
    def listed(
        who: _May,
        state: Annotated[
            str | None,
            Query(description="waiting, sending, delivered, dead or cancelled; all unless given."),
        ] = None,
        forwarder: Annotated[str | None, Query(description="Name of a forwarder.")] = None,
        limit: PageLimit = 100,
        cursor: PageCursor = None,
    ) -> Object:
        """List deliveries, the newest first; dead ones were given up."""
        return forwarding.deliveries(app, who, state, forwarder, limit, cursor)

    @router.get("/deliveries/{id}")
    def show(who: _May, id: _Id) -> Object:  # noqa: A002  the word in the address
        """Tell a delivery."""
        return forwarding.delivery(app, who, id)

    @router.post("/deliveries/{id}/send-again")
    def send_again(who: _May, id: _Id) -> Object:  # noqa: A002  as above
        """Have a delivery that was decided tried anew, under the same id."""
        return forwarding.send_again(app, who, id)

    @router.post("/deliveries/{id}/cancel")
    def cancel(who: _May, id: _Id) -> Object:  # noqa: A002  as above
        """Have a delivery that waits not tried any more."""
        return forwarding.cancel(app, who, id)

    return router
