"""Sources over the local socket: what `vaultmeter sources` asks of a running server.

Never on the network: whoever can open the socket in the data folder owns the data.
"""

from collections.abc import Mapping
from dataclasses import fields
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vaultmeter.model.collecting import Poll
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.sources import Sources, Wanted

_ADDED: dict[str, type] = {
    "name": str,
    "connector": str,
    "account": str,
    "files": list,
    "socket": str,
    "poll": dict,
}


def routes(sources: Sources) -> list[Route]:
    """The addresses below `/local/sources`, for the sources of an open folder."""

    def list_(_: Request) -> Response:
        return JSONResponse(sources.list())

    async def add(request: Request) -> Response:
        wanted = _wanted(await _body(request))
        return JSONResponse(await run_in_threadpool(sources.add, wanted), 201)

    def show(request: Request) -> Response:
        return JSONResponse(sources.show(request.path_params["name"]))

    def key(request: Request) -> Response:
        return JSONResponse(sources.key(request.path_params["name"]))

    def remove(request: Request) -> Response:
        return JSONResponse(sources.remove(request.path_params["name"]))

    return [
        Route("/local/sources", list_, methods=["GET"]),
        Route("/local/sources", add, methods=["POST"]),
        Route("/local/sources/{name:path}/key", key, methods=["POST"]),
        Route("/local/sources/{name:path}", show, methods=["GET"]),
        Route("/local/sources/{name:path}", remove, methods=["DELETE"]),
    ]


async def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid("The request is no JSON.", "Send a source as a JSON object.") from error
    if not isinstance(body, dict):
        raise Invalid("The request is no JSON object.", "Send a source as a JSON object.")
    return body


def _wanted(body: Mapping[str, Any]) -> Wanted:
    """The source that a body asks for; raises `Invalid` for fields that are unknown or wrong."""
    for name, value in body.items():
        if name not in _ADDED:
            raise Invalid(f"A source has no field {name!r}.", did_you_mean(name, _ADDED))
        if value is not None and not isinstance(value, _ADDED[name]):
            raise Invalid(f"The field {name!r} is no {_ADDED[name].__name__}.")
    files = body.get("files") or []
    if not all(isinstance(path, str) for path in files):
        raise Invalid("The field 'files' is no list of paths.")
    return Wanted(
        body.get("name") or "",
        body.get("connector") or "",
        body.get("account"),
        tuple(map(Path, files)),
        body.get("socket"),
        _poll(body["poll"]) if body.get("poll") is not None else None,
    )


def _poll(given: Mapping[str, Any]) -> Poll:
    known = [field.name for field in fields(Poll)]
    for name in given:
        if name not in known:
            raise Invalid(f"A poll has no field {name!r}.", did_you_mean(name, known))
    texts = {name: value for name, value in given.items() if name != "every"}
    if not all(isinstance(value, str | None) for value in texts.values()):
        raise Invalid("The fields of a poll are texts, and every is a number of seconds.")
    try:
        return Poll(**{**given, "every": int(given["every"])})
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("A poll needs address, token_file and every.") from error
