"""Groups of accounts, which filters name with `@`."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from vaultmeter import accounts
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_Anybody = Annotated[Principal, allowed(None)]
_May = Annotated[Principal, allowed(Permission.LIMITS)]
_Name = Annotated[str, Path(description="The group's name.", examples=["eu"])]


class Wanted(Body):
    """A group as it is to be."""

    members: list[str] = Field(
        description="Its accounts, each with those below it; * stands for any text.",
        examples=[["acme/europe", "globex/eu-*"]],
    )


def routes(app: App) -> APIRouter:
    """`GET account-groups`, and `GET`, `PUT` and `DELETE account-groups/{name}`."""
    router = resource("Account groups")

    @router.get("/account-groups", response_model=Page)
    def listed(who: _Anybody, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the groups that hold accounts you have to do with."""
        return page_of(accounts.groups_listed(app, who)["rows"], limit, cursor)

    @router.get("/account-groups/{name}")
    def shown(who: _Anybody, name: _Name) -> Object:
        """Answer a group with the accounts it covers."""
        return accounts.group_shown(app, who, name)

    @router.put("/account-groups/{name}")
    def group_set(who: _May, name: _Name, wanted: Wanted) -> Object:
        """Make a group of accounts, in place of what it was."""
        return accounts.group_set(app, who, name, wanted.members)

    @router.delete("/account-groups/{name}")
    def group_removed(who: _May, name: _Name) -> Object:
        """Forget a group; its accounts and their data stay."""
        return accounts.group_removed(app, who, name)

    return router
