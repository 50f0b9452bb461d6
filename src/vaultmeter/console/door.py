"""Who reads a page: found by the browser's session, and what its changes must bring along."""

from secrets import token_bytes

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from vaultmeter.access.access import Access
from vaultmeter.api.who import SESSION, who_asks
from vaultmeter.model.access import Principal

FIELD = "csrf"
"""The field of a form that holds the token."""
SIGN_IN = "/sign-in"


def reader(access: Access, request: Request, token: str = "") -> Principal:
    """Who asks; `token` is what a form brings along.

    Raises `Unauthenticated`, and `Forbidden` for a change that our own page did not ask for.
    """
    return who_asks(access, request, unmasked(token))


def csrf_of(request: Request) -> str:
    """The token for forms of this answer, other than that of the answer before.

    Answers are compressed: what stood in each of them the same could be guessed by their lengths
    (BREACH).
    """
    session = request.scope.get(SESSION)
    if session is None or session.csrf is None:
        return ""
    return masked(session.csrf)


def masked(token: str) -> str:
    """A token under a random mask, which stands before it."""
    plain = token.encode()
    mask = token_bytes(len(plain))
    return (mask + _xor(mask, plain)).hex()


def unmasked(text: str) -> str:
    """The token under its mask; an empty word for what is none."""
    try:
        both = bytes.fromhex(text)
        half = len(both) // 2
        return _xor(both[:half], both[half:]).decode()
    except ValueError:
        return ""


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))


def to_sign_in(request: Request) -> Response:
    """The way to the sign-in page, and from there back."""
    path = request.url.path
    back = f"{path}?{request.url.query}" if request.url.query else path
    url = str(request.url.replace(path=SIGN_IN, query="").include_query_params(next=back))
    local = url.partition("://")[2].partition("/")[2]
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": f"/{local}"})
    return RedirectResponse(f"/{local}", 303)


def local_path(given: str) -> str:
    """A path of this server, to go on to: the one given, or the first page."""
    is_local = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if is_local else "/"
