"""Where the calls are answered: at `/`, `/v2` and `/api/v2`, with slashes repeated or not.

Every answer is `application/json`, and every error `{"error": TEXT}`. A token is looked for in the
body alone, as `token` or `uid-token`.
"""

import re
from collections.abc import Mapping

import orjson
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from vaultmeter.api.akeyless import analytics, auth_methods, forwarders, roles, session
from vaultmeter.api.akeyless.call import Call, Caller, Wanted
from vaultmeter.api.akeyless.given import Given
from vaultmeter.api.bodies import Gone, Memory, Share, received
from vaultmeter.api.kept import Kept
from vaultmeter.api.noted import REQUEST
from vaultmeter.api.problems import Refusal, headers_of, outside, status_of
from vaultmeter.api.rate import Rate
from vaultmeter.api.v1.operations import Door
from vaultmeter.api.who import WHO, address_of, check_no_secrets, nobody
from vaultmeter.app import App
from vaultmeter.model.access import Object, Principal
from vaultmeter.model.errors import (
    Forbidden,
    NotFound,
    Unauthenticated,
    VaultmeterError,
    did_you_mean,
)

CALLS: dict[str, Call] = {
    **session.CALLS,
    **analytics.CALLS,
    **roles.CALLS,
    **auth_methods.CALLS,
    **forwarders.CALLS,
}
"""Every call, by name."""
BASES = ((), ("v2",), ("api", "v2"))
"""What may stand before the name of a call, as parts of the path."""
_COMMAND = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
"""What names of calls look like, and no other address of ours."""
_MOST_BODY = 1 << 18
_MOST_BODIES = 1 << 26
_WORDS = {401: "Unauthorized: ", 403: "Forbidden: "}
"""What some clients look for in the text of an error."""
_INVALID, _BAD_REQUEST, _SERVER_ERROR = 422, 400, 500

log = structlog.get_logger("vaultmeter.http")


def routes(app: App, kept: Kept) -> list[BaseRoute]:
    """The calls on an open folder."""
    return [Calls(app, kept)]


class Calls(BaseRoute):
    """Every address of a call, and those that would be one."""

    def __init__(self, app: App, kept: Kept) -> None:
        """Answer of an open folder; what may be kept is in `kept`."""
        self._app, self._kept, self._memory = app, kept, Memory(_MOST_BODIES)
        self._door = Door(app.access, Rate(app.settings.api_rate))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether an address is that of a call, or below the bases that only calls have."""
        is_call = scope["type"] == "http" and name_of(scope["path"]) is not None
        return (Match.FULL if is_call else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        request = Request(scope, receive)
        name = name_of(scope["path"]) or ""
        try:
            status, answer, headers = await self._answered(request, name)
        except Gone:
            return
        except VaultmeterError as error:
            response = _told(outside(error, scope[REQUEST], scope.get(WHO)))
        except Exception:
            log.exception("a request failed", error=scope[REQUEST])
            words = f"Something went wrong here; it is logged as {scope[REQUEST]}."
            response = _json({"error": words}, _SERVER_ERROR)
        else:
            response = _json(answer, status, headers)
        await response(scope, receive, send)

    async def _answered(
        self, request: Request, name: str
    ) -> tuple[int, Object | bytes, Mapping[str, str]]:
        check_no_secrets(request)
        if name not in CALLS:
            raise NotFound(f"There is no call {name[:100]!r} here.", did_you_mean(name, CALLS))
        if request.method != "POST":
            raise Refusal(405, "Calls are made with POST.", "", {"Allow": "POST"})
        with Share(self._memory) as share:
            announced = request.headers.get("content-length", "")
            body = await received(request.receive, announced, _MOST_BODY, share)
            done = await run_in_threadpool(self._done, request, name, body)
        if not isinstance(done, Wanted):
            return CALLS[name].status, done, {}
        sent = await self._kept.answer(done.question, done.make)
        body, _, form = sent.for_who_takes(request.headers.get("accept-encoding"))
        return CALLS[name].status, body, {**form, "vary": "accept-encoding"}

    def _done(self, request: Request, name: str, body: bytes) -> Object | Wanted:
        """Find out who calls, and do it; somebody known who is refused is noted in the trail."""
        call, given = CALLS[name], Given.of(body)
        token = given.text("token") or given.text("uid-token") or ""
        who = self._who(call, token, address_of(request.scope))
        request.scope[WHO] = who
        self._door.pace(who)
        caller = Caller(self._app, who, given, token, request.headers.get("user-agent"))
        try:
            if call.needs and not who.permissions.intersection(call.needs):
                who.require(call.needs[0])
            return call.act(caller)
        except Forbidden as error:
            self._app.access.note(who, "access.refused", name, "refused", why=error.message)
            raise

    def _who(self, call: Call, token: str, address: str | None) -> Principal:
        if call.is_open:
            return nobody(address)
        if not token:
            raise Unauthenticated("token is missing.", "Send the token that auth answered.")
        return self._app.access.bearer(token).at(address)


def name_of(path: str) -> str | None:
    """The name of the call that an address means; `None` for one that means none."""
    parts = tuple(part for part in path.split("/") if part)
    for base in reversed(BASES):
        if parts[: len(base)] == base:
            rest = parts[len(base) :]
            break
    if base:
        return "/".join(rest)
    if len(rest) == 1 and (rest[0] in CALLS or _COMMAND.fullmatch(rest[0])):
        return rest[0]
    return None


def _told(error: VaultmeterError) -> Response:
    status = status_of(error)
    if status == _INVALID:
        status = _BAD_REQUEST
    words = f"{_WORDS.get(status, '')}{error.message} {error.hint}".strip()
    return _json({"error": words}, status, headers_of(error, status))


def _json(
    answer: Object | bytes, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    body = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    return Response(body, status, dict(headers or {}), media_type="application/json")
