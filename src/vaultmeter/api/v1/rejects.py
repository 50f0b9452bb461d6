"""Rejected lines: what is in no number, and why."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from vaultmeter import quarantine
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, cursor_of, place_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.RECORDS)]
_SOURCE, _REASON = "Only of one source.", "Only for one reason."


class Wanted(Body):
    """Which lines are to be tried again."""

    source: str | None = Field(default=None, description=_SOURCE)
    reason: str | None = Field(default=None, description=_REASON, examples=["too_large"])


def routes(app: App) -> APIRouter:
    """`GET rejects` and `POST rejects/replay`."""
    router = resource("Rejects")

    @router.get("/rejects", response_model=Page)
    def listed(
        who: _May,
        source: Annotated[str | None, Query(description=_SOURCE)] = None,
        reason: Annotated[str | None, Query(description=_REASON)] = None,
        limit: PageLimit = 100,
        cursor: PageCursor = None,
    ) -> Object:
        """List rejected lines byte for byte, with file, line and reason, as they were received.

        The trail notes who has read them.
        """
        after = (0, 0) if cursor is None else tuple(place_of(cursor, int, int))
        found = quarantine.listed(app, who, source, reason, limit, (after[0], after[1]))
        last = found["last"]
        return {"rows": found["rows"], "next": last and cursor_of(*last)}

    @router.post("/rejects/replay")
    def replayed(who: _May, wanted: Wanted) -> Object:
        """Try rejected lines again, with the present connectors and limits."""
        return quarantine.replayed(app, who, wanted.source, wanted.reason)

    return router
