"""Signing in and out with a browser: the one page that anybody may see."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from vaultmeter.access import own, sign_in
from vaultmeter.access.openid_providers import providers
from vaultmeter.api.kept import Kept
from vaultmeter.api.problems import headers_of, status_of
from vaultmeter.api.v1.sign_in import agent_of, is_secure, session_of, set_cookie
from vaultmeter.api.who import address_of, check_not_foreign, cookie_name, nobody
from vaultmeter.app import App
from vaultmeter.console.acts import Form
from vaultmeter.console.answering import tell
from vaultmeter.console.door import FIELD, SIGN_IN, local_path, reader
from vaultmeter.console.pages.settings.password import was_given
from vaultmeter.console.preferences import keep_zone
from vaultmeter.console.rendering import PAGE_HEADERS, render
from vaultmeter.model.errors import CodeNeeded, Unauthenticated, VaultmeterError

Handler = Callable[[Request], Awaitable[Response]]
_GIVEN = "Somebody else gave you this password. Choose your own: Settings, My sign-in."


def routes(app: App, kept: Kept) -> list[BaseRoute]:
    """`/sign-in` and `/sign-out`."""
    signing = _Signing(app, kept)
    return [
        Route(SIGN_IN, signing.shown, methods=["GET"]),
        Route(SIGN_IN, signing.sign_in, methods=["POST"]),
        Route("/sign-out", signing.sign_out, methods=["POST"]),
    ]


class _Signing:
    def __init__(self, app: App, kept: Kept) -> None:
        self._app, self._kept = app, kept

    async def shown(self, request: Request) -> Response:
        next_ = local_path(request.query_params.get("next", "/"))
        facts = {"next": next_, "name": "", "needs_code": False, "error": None}
        return await self._kept.in_thread(lambda: self._page(facts))

    async def sign_in(self, request: Request) -> Response:
        check_not_foreign(request)
        form = Form(await request.body())
        return await self._kept.in_thread(lambda: self._signed_in(request, form))

    def _signed_in(self, request: Request, form: Form) -> Response:
        """The first page, with a cookie; or the form again, and what is wrong."""
        next_, name = local_path(form.text("next", "/")), form.text("name")
        came = nobody(address_of(request.scope))
        password, code = form.secret("password"), form.text("code") or None
        is_first = self._is_first(name)
        try:
            signed = sign_in.sign_in(
                self._app.access, came, name, password, code, agent_of(request)
            )
        except VaultmeterError as error:
            facts = {"next": next_, "name": name, "needs_code": _needs_code(error, form)}
            status = status_of(error)
            shown = None if isinstance(error, CodeNeeded) and not code else error
            return self._page({**facts, "error": shown}, status, headers_of(error, status))
        keep_zone(self._app, signed.who, form.text("zone"))
        response = RedirectResponse(next_, 303)
        set_cookie(request, response, signed.cookie)
        if is_first and was_given(self._app.access, signed.who.name):
            tell(response, _GIVEN)
        return response

    def _is_first(self, name: str) -> bool:
        """Whether somebody of that name never signed in before."""
        with self._app.access.state.reading() as connection:
            user = sign_in.row_of(connection, name)
        return user is not None and user["last_used"] is None

    def _page(
        self, facts: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """The form, and the providers that vouch for people."""
        with self._app.access.state.reading() as connection:
            named = [each.name for each in providers(connection)]
        offered = [(name, f"/api/v1/sign-in/{name}?{_query(facts)}") for name in named]
        html = render("sign_in.html", {**facts, "providers": offered})
        # A challenge in the header would open the browser's own dialog.
        told = {key: text for key, text in (headers or {}).items() if key != "WWW-Authenticate"}
        return HTMLResponse(html, status, {**told, **PAGE_HEADERS})

    async def sign_out(self, request: Request) -> Response:
        form = Form(await request.body())
        return await self._kept.in_thread(lambda: self._signed_out(request, form))

    def _signed_out(self, request: Request, form: Form) -> Response:
        response = RedirectResponse(SIGN_IN, 303)
        try:
            who = reader(self._app.access, request, form.text(FIELD))
        except Unauthenticated:
            return response
        own.sign_out(self._app.access, who, session_of(request), "")
        response.delete_cookie(cookie_name(request), path="/", secure=is_secure(request))
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response


def _needs_code(error: VaultmeterError, form: Form) -> bool:
    return isinstance(error, CodeNeeded) or bool(form.text("code"))


def _query(facts: dict[str, Any]) -> str:
    """Where a provider's sign-in goes on to."""
    return urlencode({"next": facts["next"]})
