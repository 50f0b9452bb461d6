"""The analytics document: clients and items by product, as `get-analytics-data` has it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from vaultmeter.api.analytics import analytics_made, analytics_question
from vaultmeter.api.kept import Kept
from vaultmeter.api.v1.asking import AnalyticsQuery
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.validated import validated
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_Viewing = Annotated[Principal, allowed(Permission.REPORTS, Permission.ANALYTICS)]


def routes(app: App, kept: Kept) -> APIRouter:
    """`GET analytics`."""
    router = resource("Analytics")

    @router.get("/analytics", response_model=Object)
    async def analytics(
        who: _Viewing, query: Annotated[AnalyticsQuery, Query()], request: Request
    ) -> Response:
        """Answer the parts of the analytics document that one may see.

        `usage_reports` and `clients_usage_reports` need the permission `reports`, the others
        `analytics`.
        """
        asked = query.asked()
        question = analytics_question(app, who, asked)
        sent = await kept.answer(question, lambda: analytics_made(app, who, asked))
        return validated(request, sent)

    return router
