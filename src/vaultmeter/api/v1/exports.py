"""Files of reports: asked for, made in the background, kept, and downloaded."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit
from vaultmeter.app import App
from vaultmeter.exporting import asking, keeping
from vaultmeter.exporting.manifest import SUFFIX
from vaultmeter.model.access import Object, Permission, Principal

_Viewing = Annotated[Principal, allowed(Permission.REPORTS)]
_Number = Annotated[int, Path(ge=1, le=2**53, description="The number of the file.")]
_PREFIX = "/api/v1/exports"


class WantedReport(Body):
    """One report as it is asked for: the words of `GET /reports/{name}`."""

    name: str = Field(examples=["users"])
    range: str = Field(default="last-30-days", examples=["last-month"])
    from_: str | None = Field(default=None, alias="from", description="First day, or instant.")
    to: str | None = Field(default=None, description="Last day (included), or instant.")
    tz: str = Field(default="UTC", examples=["Europe/Paris"])
    filters: dict[str, list[str]] = Field(default={}, examples=[{"account": ["acme/*"]}])
    who: str = "people"
    per: str | None = None
    compare: str = "weekdays"
    sort: str | None = None
    days: int | None = None
    status: str | None = None
    by: str | None = None


class Wanted(Body):
    """A file that is to be made: of a saved view, of a page's address, or of a report."""

    format: str = Field(description="csv, xlsx, pdf, json or parquet.", examples=["csv"])
    view: str | None = Field(
        default=None, description="A saved view: its number, or its name.", examples=["v12"]
    )
    address: str | None = Field(
        default=None,
        description="The address of a page, from its path on.",
        examples=["/product-usage?range=last-month&tz=UTC"],
    )
    report: WantedReport | None = None
    limit: int | None = Field(default=None, description="Rows of each table at most; else all.")
    bare: bool = Field(default=False, description="Rows alone, without lines about them (CSV).")
    password: str | None = Field(
        default=None,
        description="Encrypt the file with it, where the format can. It is not kept.",
        json_schema_extra={"format": "password"},
    )


def routes(app: App) -> APIRouter:
    """`GET`, `POST exports`, `exports/{id}`, its file and manifest, and the key that signs."""
    router = resource("Exports")

    @router.get("/exports", response_model=Page)
    def listed(who: _Viewing, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the files that you may see, the newest first."""
        return keeping.listed(app, who, limit=limit, cursor=cursor)

    @router.post("/exports", status_code=202)
    def begin(who: _Viewing, wanted: Wanted) -> JSONResponse:
        """Have a file made in the background; `Location` is where it is told how far it is."""
        made = asking.begin(app, who, **wanted.model_dump())
        return JSONResponse(made, 202, {"Location": f"{_PREFIX}/{made['id']}"})

    @router.get("/export-key")
    def key(_who: Annotated[Principal, allowed(None)]) -> Object:
        """Tell the public keys that verify manifests, that of today first."""
        return asking.keys(app)

    @router.get("/exports/{number}")
    def show(who: _Viewing, number: _Number) -> Object:
        """Tell a file: whether it is made, and its rows so far."""
        return keeping.show(app, who, number)

    @router.delete("/exports/{number}")
    def remove(who: _Viewing, number: _Number) -> Object:
        """End the making of a file, or delete one that is made."""
        return keeping.remove(app, who, number)

    @router.get("/exports/{number}/file", response_class=FileResponse)
    async def file(
        request: Request,
        who: _Viewing,
        number: _Number,
    ) -> Response:
        """Download a file; its ETag is its SHA-256."""
        known = await run_in_threadpool(keeping.open_file, app, who, number)
        etag = f'"{known.sha256}"'
        headers = {
            "ETag": etag,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(known.name)}",
            "Cache-Control": "no-store",
        }
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return FileResponse(known.path, media_type=known.media_type, headers=headers)

    @router.get("/exports/{number}/manifest")
    def manifest(who: _Viewing, number: _Number) -> Response:
        """Download the signed manifest of a file, as it was written."""
        known, text = keeping.manifest_text(app, who, number)
        name = f"{quote(known.name)}{SUFFIX}"
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(text, media_type="application/json", headers=headers)

    return router
