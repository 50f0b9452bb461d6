"""The trail of what was done."""

from typing import Annotated

from fastapi import APIRouter, Query

from vaultmeter.access import trail_acts
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Page, PageCursor, PageLimit
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.TRAIL)]
_Any = "; * stands for any text."


def routes(app: App) -> APIRouter:
    """`GET trail` and `GET trail/verify`."""
    router = resource("Trail")

    @router.get("/trail", response_model=Page)
    def list_trail(
        who: _May,
        limit: PageLimit = 100,
        cursor: PageCursor = None,
        act: Annotated[str | None, Query(description=f"What was done{_Any}")] = None,
        by: Annotated[str | None, Query(description=f"Who did it{_Any}")] = None,
        since: Annotated[str | None, Query(description="From this day or instant on.")] = None,
    ) -> Object:
        """List what was done, the newest first."""
        return trail_acts.list_trail(
            app, who, limit=limit, cursor=cursor, act=act, by=by, since=since
        )

    @router.get("/trail/verify")
    def verify_trail(
        who: _May,
        anchor: Annotated[
            str | None, Query(max_length=200, description="SEQ:LINK, as the log has it.")
        ] = None,
    ) -> Object:
        """Tell whether the trail is as it was written, and still holds an anchor."""
        return trail_acts.verify_trail(app, who, anchor)

    return router
