"""Rejected lines over the local socket: what `vaultmeter rejects` asks of a running server."""

from base64 import b64encode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vaultmeter.app import App
from vaultmeter.quarantine import rejects


def routes(app: App) -> list[Route]:
    """The address `/local/rejects`, for an open folder; `source` and `reason` narrow it."""

    def listed(request: Request) -> Response:
        source, reason = (request.query_params.get(name) for name in ("source", "reason"))
        found = [
            vars(reject) | {"body": b64encode(reject.body).decode()}
            for reject in rejects(app, source, reason)
        ]
        return Response(orjson.dumps(found), media_type="application/json")

    return [Route("/local/rejects", listed, methods=["GET"])]
