"""The ledger over the local socket: what `vaultmeter ledger` asks of a running server."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vaultmeter.app import App
from vaultmeter.books import balance, document


def routes(app: App) -> list[Route]:
    """The address `/local/ledger`, for an open folder."""

    def ledger(_: Request) -> Response:
        return JSONResponse(document(balance(app)))

    return [Route("/local/ledger", ledger, methods=["GET"])]
