"""Saved views: addresses of pages under a name."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.views import saved

_Viewing = Annotated[Principal, allowed(Permission.REPORTS)]
_View = Annotated[str, Path(max_length=200, description="Its number, such as v12, or its name.")]
_ADDRESS = "The address of a page, from its path on."


class NewView(Body):
    """A view that is to be kept."""

    name: str = Field(examples=["Finance, last month"])
    address: str = Field(
        description=_ADDRESS, examples=["/product-usage?range=last-month&tz=UTC&compare=none"]
    )
    shared: bool = Field(default=False, description="Whether everybody can open it.")
    user: str | None = Field(
        default=None, description="Whose it is to be; for the operator of the machine alone."
    )


class ChangedView(Body):
    """What is to change of a view; what is left out stays."""

    name: str | None = None
    address: str | None = Field(default=None, description=_ADDRESS)
    shared: bool | None = None


def routes(app: App) -> APIRouter:
    """`GET`, `POST views` and `GET`, `PATCH`, `DELETE views/{view}`."""
    router = resource("Views")

    @router.get("/views", response_model=Page)
    def listed(who: _Viewing, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the saved views that you can open, by number."""
        rows = saved.listed(app, who)["rows"]
        return page_of(rows, limit, cursor, lambda row: f"{row['id']:012}")

    @router.post("/views", status_code=201)
    def add(who: _Viewing, wanted: NewView) -> Object:
        """Keep the address of a page under a name."""
        return saved.make(app, who, **wanted.model_dump())

    @router.get("/views/{view}")
    def show(who: _Viewing, view: _View) -> Object:
        """Tell a saved view."""
        return saved.show(app, who, view)

    @router.patch("/views/{view}")
    def change(who: _Viewing, view: _View, wanted: ChangedView) -> Object:
        """Change the name, the address or the sharing of a view of yours."""
        return saved.change(app, who, view, **wanted.model_dump())

    @router.delete("/views/{view}")
    def remove(who: _Viewing, view: _View) -> Object:
        """Delete a view of yours."""
        return saved.remove(app, who, view)

    return router
