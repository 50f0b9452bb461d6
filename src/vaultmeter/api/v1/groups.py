"""Groups of users."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from vaultmeter.access import groups
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.ROLES)]


class NewGroup(Body):
    """A group that is to be made."""

    name: str = Field(examples=["auditors"])


class Member(Body):
    """A user, by name."""

    user: str = Field(examples=["ada"])


def routes(app: App) -> APIRouter:
    """`GET`, `POST groups`, `DELETE groups/{name}`, `POST`, `DELETE groups/{name}/members`."""
    router = resource("Groups")

    @router.get("/groups", response_model=Page)
    def list_groups(who: _May, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the groups that may do no more than you, with their members and roles."""
        return page_of(groups.list_groups(app, who)["rows"], limit, cursor)

    @router.post("/groups", status_code=201)
    def make_group(who: _May, wanted: NewGroup) -> Object:
        """Make a group."""
        return groups.make_group(app, who, wanted.name)

    @router.delete("/groups/{name}/members")
    def take_from_group(
        who: _May, name: str, user: Annotated[str, Query(description="A user, by name.")]
    ) -> Object:
        """Take a user out of a group."""
        return groups.take_from_group(app, who, name, user)

    @router.post("/groups/{name}/members")
    def add_to_group(who: _May, name: str, wanted: Member) -> Object:
        """Put a user into a group, whose roles it has then."""
        return groups.add_to_group(app, who, name, wanted.user)

    @router.delete("/groups/{name}")
    def drop_group(who: _May, name: str) -> Object:
        """Delete a group; its members lose its roles."""
        return groups.drop_group(app, who, name)

    return router
