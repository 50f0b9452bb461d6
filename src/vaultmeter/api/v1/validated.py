"""An answer with its entity tag, or 304 for who has that very answer (RFC 9110, section 13)."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from vaultmeter.api.kept import Sent


def validated(request: Request, sent: Sent, headers: Mapping[str, str] | None = None) -> Response:
    """The answer, or that it is the one that is known."""
    body, etag, form = sent.for_who_takes(request.headers.get("accept-encoding"))
    told = {
        "etag": etag,
        "cache-control": "private, no-cache",
        "vary": "accept, accept-encoding, authorization, cookie",
        **(headers or {}),
    }
    if is_known(request, sent):
        return Response(None, 304, told)
    return Response(body, 200, told | form, media_type=sent.answer.media_type)


def is_known(request: Request, sent: Sent) -> bool:
    """Whether who asks has the very answer already, in the form that would be sent."""
    known = request.headers.get("if-none-match")
    if known is None:
        return False
    _, etag, _ = sent.for_who_takes(request.headers.get("accept-encoding"))
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return "*" in tags or etag in tags
