"""Notices: what calls for attention."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from vaultmeter import notices
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.notices.center import MOST_AT_ONCE
from vaultmeter.notices.types import TYPES
from vaultmeter.state.notices import STATES

_May = Annotated[Principal, allowed(Permission.NOTICES)]
_Id = Annotated[int, Path(description="The number of a notice.")]
_Text = Annotated[str | None, Query(max_length=1000, description="With this text; * is any.")]
_DAY = "day or instant, UTC unless it says so."


class Acknowledged(Body):
    """Notices that somebody has seen to."""

    ids: list[int] = Field(
        min_length=1, max_length=MOST_AT_ONCE, description="Their numbers.", examples=[[1]]
    )


def routes(app: App) -> APIRouter:
    """`GET notices`, `GET notices/{id}` and `POST acknowledged-notices`."""
    router = resource("Notices")

    @router.get("/notices", response_model=Page)
    def list_notices(  # noqa: PLR0913, PLR0917  one for each filter
        who: _May,
        limit: PageLimit = 100,
        cursor: PageCursor = None,
        state: Annotated[
            str,
            Query(
                description="Whether somebody has seen to them.",
                json_schema_extra={"enum": [*STATES]},
            ),
        ] = "open",
        type_: Annotated[
            str | None,
            Query(alias="type", description="Of this type.", json_schema_extra={"enum": [*TYPES]}),
        ] = None,
        product: Annotated[str | None, Query(description="sm, pm or sra.")] = None,
        account: Annotated[
            str | None,
            Query(
                max_length=1000,
                description="About this account or one below it; * is the whole organisation.",
            ),
        ] = None,
        since: Annotated[str | None, Query(description=f"Raised from this {_DAY}")] = None,
        until: Annotated[str | None, Query(description=f"Raised before this {_DAY}")] = None,
        text: _Text = None,
    ) -> Object:
        """List notices of the accounts and products that you have to do with, the newest first."""
        return notices.listed(
            app,
            who,
            limit=limit,
            cursor=cursor,
            state=state,
            type=type_,
            product=product,
            account=account,
            since=since,
            until=until,
            text=text,
        )

    @router.post("/acknowledged-notices")
    def acknowledge(who: _May, given: Acknowledged) -> Object:
        """Note that you have seen to notices, all of them or none; who did so first stays."""
        return notices.acknowledge(app, who, given.ids)

    @router.get("/notices/{id}")
    def show_notice(who: _May, id: _Id) -> Object:  # noqa: A002  the word in the address
        """Show a notice, with what programs read of it."""
        return notices.show(app, who, id)

    return router
