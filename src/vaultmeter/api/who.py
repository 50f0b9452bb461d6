"""Who asks: found in what a request brings, in the one place that looks for it.

Somebody is known by the socket in the data folder, by `Authorization: Bearer`, or by a cookie, in
that order. A request with the header is never asked for its cookie.
"""

from hmac import compare_digest
from secrets import token_hex
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Scope

from vaultmeter.access.access import Access
from vaultmeter.access.sessions import Session
from vaultmeter.access.tokens import KEY_PREFIX
from vaultmeter.api.bearer import bearer
from vaultmeter.api.problems import Refusal
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Forbidden, Unauthenticated

WHO = "vaultmeter.who"
"""Where the scope of a request has who asks."""
SESSION = "vaultmeter.session"
"""Where it has the browser's session, of those who have one."""
COOKIE, SECURE_COOKIE = "vaultmeter", "__Host-vaultmeter"
"""The names of the cookie: over plain HTTP, which only this machine speaks, and over HTTPS."""
CSRF_HEADER = "x-csrf-token"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_SECRET_NAMES = {
    "access_key",
    "access-key",
    "api_key",
    "authorization",
    "key",
    "password",
    "token",
    "uid-token",
}


def nobody(address: str | None) -> Principal:
    """Somebody who did not say who they are, or need not."""
    return Principal("nobody", 0, "nobody", (), address)


def address_of(scope: Scope) -> str | None:
    """Where a request comes from; `None` over the socket file."""
    client = scope.get("client")
    return client[0] if client else None


def cookie_name(request: Request) -> str:
    """What the cookie is called over the connection that a request came by."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


def who_asks(access: Access, request: Request, token: str | None = None) -> Principal:
    """Who asks; raises `Unauthenticated` and, of a browser misled by another site, `Forbidden`.

    `token` is what a form brings along in place of the header X-CSRF-Token.
    """
    check_no_secrets(request)
    address = address_of(request.scope)
    known: Principal | None = request.scope.get(WHO)
    if known is not None:
        return known
    if (header := request.headers.get("authorization")) is not None:
        return access.bearer(_brought(header)).at(address)
    cookie = request.cookies.get(cookie_name(request))
    if not cookie:
        raise Unauthenticated(
            "Nobody is signed in.",
            "Send 'Authorization: Bearer TOKEN' or 'Authorization: Bearer ACCESS_ID:ACCESS_KEY'.",
        )
    who, session = access.cookie(cookie)
    _check_meant(request, session, token)
    request.scope[SESSION] = session
    return who.at(address)


def remembered(access: Access, request: Request) -> Principal | None:
    """Who asks, where that is known without waiting for anything; raises `Refusal`."""
    check_no_secrets(request)
    known: Principal | None = request.scope.get(WHO)
    if known is not None:
        return known
    text = bearer(request.headers.get("authorization", ""))
    found = access.remembered(text) if text else None
    return found and found.at(address_of(request.scope))


def check_not_foreign(request: Request) -> None:
    """Raise `Forbidden` where a page of another site asks for a change in somebody's browser."""
    if request.method in _SAFE or "authorization" in request.headers:
        return
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if (origin is not None and not _is_own(origin, request)) or site in {"cross-site", "same-site"}:
        raise _misled()


def check_no_secrets(request: Request) -> None:
    """Raise `Refusal` for a key or token in the address, which ends up in logs."""
    query = request.scope["query_string"]
    if not query:
        return
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name.lower() in _SECRET_NAMES or KEY_PREFIX in value:
            raise Refusal(
                400,
                "A key or token stands in the address, where logs keep it.",
                "Send it in the header Authorization, and replace this one: it may be known now.",
            )


def _check_meant(request: Request, session: Session, given: str | None) -> None:
    """Raise `Forbidden` unless our own page asks for a change."""
    if request.method in _SAFE:
        return
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    is_own = _is_own(origin, request) if origin is not None else site == "same-origin"
    token = (given or request.headers.get(CSRF_HEADER, "")).encode()
    # Compared also where the origin is wrong already: the answer takes as long.
    is_token = compare_digest(token, (session.csrf or token_hex(16)).encode())
    if not is_own or not is_token or site in {"cross-site", "same-site"}:
        raise _misled()


def _is_own(origin: str, request: Request) -> bool:
    return origin.partition("://")[2].lower() == request.headers.get("host", "").lower()


def _misled() -> Forbidden:
    return Forbidden(
        "The change was not asked for by a page of this server.",
        "Send the header X-CSRF-Token, which sign-in and me tell, from a page of the same origin.",
    )


def _brought(header: str) -> str:
    text = bearer(header)
    if not text:
        raise Unauthenticated(
            "The header Authorization is not understood.",
            "Send 'Authorization: Bearer TOKEN' or 'Authorization: Bearer ACCESS_ID:ACCESS_KEY'.",
        )
    return text
