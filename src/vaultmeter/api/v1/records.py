"""Records of a source, sent as the content of a file."""

import os
from shutil import disk_usage
from tempfile import TemporaryFile
from typing import IO, Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.app import App
from vaultmeter.intake import take_records
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Full

_MOST = 1 << 40
"""Bytes that are sent at most; what limits it is the space on the disk."""
_PIECE = 1 << 20
"""Bytes that are written at once."""
_BODY: dict[str, Any] = {
    "requestBody": {
        "description": "The file as it is: lines, or these compressed with gzip or zstd.",
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def routes(app: App) -> APIRouter:
    """`POST sources/{name}/records`."""
    router = resource("Records")

    @router.post("/sources/{name}/records", max_body_size=_MOST, openapi_extra=_BODY)
    async def taken(
        request: Request,
        who: Annotated[Principal, allowed(Permission.SOURCES)],
        name: Annotated[str, Path(description="The source; it is made where there is none.")],
        connector: Annotated[str, Query(description="Which vault wrote it: openbao, events.")],
        file: Annotated[str, Query(description="What the file is called.")] = "-",
        account: Annotated[str | None, Query(description="Account of the source.")] = None,
    ) -> Object:
        """Take in what is new in a file; sending it again adds nothing.

        The answer comes when its records are in the reports. A file that has grown is known
        again by its content: only what is behind is taken. A last line without a newline waits.
        """
        with _unnamed_file(app) as spool:
            await _receive(request, app, spool)
            given = (name, connector, spool.fileno(), file, account)
            return await run_in_threadpool(take_records, app, who, *given)

    return router


def _unnamed_file(app: App) -> IO[bytes]:
    """A file on the disk of the data, which is gone however the process ends."""
    folder = app.settings.data / "temporary"
    folder.mkdir(mode=0o700, exist_ok=True)
    return TemporaryFile(dir=folder, buffering=0)


async def _receive(request: Request, app: App, spool: IO[bytes]) -> None:
    """Write what is sent to a file; raises `Full` where that would fill the disk."""
    piece = bytearray()
    async for part in request.stream():
        piece += part
        if len(piece) >= _PIECE:
            await run_in_threadpool(_write, app, spool, bytes(piece))
            piece.clear()
    await run_in_threadpool(_write, app, spool, bytes(piece))


def _write(app: App, spool: IO[bytes], piece: bytes) -> None:
    free = disk_usage(app.settings.data).free
    if free - len(piece) < app.settings.reserve_bytes:
        raise Full("There is no room for what is sent.", "Free some space, then send it again.")
    view = memoryview(piece)
    try:
        while view:
            view = view[os.write(spool.fileno(), view) :]
    except OSError as error:
        raise Full(f"What is sent cannot be written: {error.strerror}.") from error
