"""Style sheets, scripts and pictures: put together once, named by what is in them.

An address holds a hash of the content, so that a browser keeps it for good.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_HERE = Path(__file__).with_name("static")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_BEST = 9
"""Of gzip: it is done once."""


@dataclass(frozen=True)
class Asset:
    """A file as it is sent, whole and packed."""

    name: str
    body: bytes
    packed: bytes
    hash: str

    @classmethod
    def of(cls, name: str, body: bytes) -> "Asset":
        """Make one ready."""
        packed = gzip.compress(body, _BEST, mtime=0)
        return cls(name, body, packed, blake2b(body, digest_size=8).hexdigest())

    @property
    def url(self) -> str:
        """Where it is."""
        return f"/static/{self.hash}/{self.name}"


@cache
def assets() -> dict[str, Asset]:
    """Every file by name; the style sheets are one, and so are the scripts that pages share."""
    texts = {
        "console.css": _joined("css", "*.css"),
        "console.js": _joined("js", "*.js"),
        "theme.js": (_HERE / "theme.js").read_bytes(),
        "mark.svg": (_HERE / "mark.svg").read_bytes(),
        **{path.name: path.read_bytes() for path in sorted((_HERE / "vendor").iterdir())},
    }
    return {name: Asset.of(name, body) for name, body in texts.items()}


def asset_url(name: str) -> str:
    """Where a file is; raises `KeyError` for one there is not."""
    return assets()[name].url


def asset(request: Request) -> Response:
    """A file; under an old hash too, where nothing may keep it."""
    found = assets().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    is_current = request.path_params["hash"] == found.hash
    return sent(request, found, is_current=is_current)


def sent(request: Request, found: Asset, *, is_current: bool = True) -> Response:
    """The answer that has a file."""
    kept = "public, max-age=31536000, immutable" if is_current else "no-store"
    headers = {"cache-control": kept, "vary": "accept-encoding"}
    media_type = _TYPES[Path(found.name).suffix]
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(found.packed, headers=headers, media_type=media_type)
    return Response(found.body, headers=headers, media_type=media_type)


def _joined(folder: str, pattern: str) -> bytes:
    """Files of a folder in the order of their names, as one."""
    return b"\n".join(path.read_bytes() for path in sorted((_HERE / folder).glob(pattern)))
