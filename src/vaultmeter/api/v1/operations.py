"""What every operation declares, who may call it, and what holds for all before they are called.

    router = resource("Limits")

    @router.get("/limits")
    def limits(who: Annotated[Principal, allowed(Permission.LIMITS)]) -> Page: ...

An operation that does not declare who may call it does not start (`checked`).
"""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from vaultmeter.access.access import Access
from vaultmeter.api.problems import unavailable
from vaultmeter.api.rate import Rate
from vaultmeter.api.who import (
    WHO,
    address_of,
    check_no_secrets,
    check_not_foreign,
    nobody,
    remembered,
    who_asks,
)
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.errors import Invalid, did_you_mean


@dataclass(frozen=True)
class Allowed:
    """Who may call an operation: as a dependency, it answers who does."""

    permissions: tuple[Permission, ...] = ()
    """They need to have one of these somewhere; without any it is for anybody who is known."""
    is_open: bool = False
    """Whether nobody needs to be known at all."""
    takes_any: bool = False
    """Whether parameters are taken that are not declared: those of another system."""

    async def __call__(self, request: Request) -> Principal:
        """Answer who asks; the operation was entered with them."""
        who: Principal = request.scope[WHO]
        return who

    def enter(self, door: "Door", request: Request, who: Principal | None = None) -> Principal:
        """Answer who asks, if they may; raises `Unauthenticated`, `Forbidden`, `Refusal`.

        It waits for the disk unless it is told already who asks.
        """
        if self.is_open:
            check_no_secrets(request)
            check_not_foreign(request)
            who = who or nobody(address_of(request.scope))
            door.pace(who)
            return who
        who = who or who_asks(door.access, request)
        # A refusal is told of by the scope too: it is noted with who was refused.
        request.scope[WHO] = who
        door.pace(who)
        if self.permissions and not who.permissions.intersection(self.permissions):
            who.require(self.permissions[0])
        return who


def allowed(*permissions: Permission | None) -> Any:  # noqa: ANN401  as the library has it
    """Depend on one of some permissions; `None` lets in anybody who is known."""
    return Depends(Allowed(tuple(each for each in permissions if each is not None)))


def anybody(*, takes_any: bool = False) -> Any:  # noqa: ANN401  as the library has it
    """Depend on nothing: nobody needs to be known, and `nobody` with an address is answered."""
    return Depends(Allowed(is_open=True, takes_any=takes_any))


@dataclass(frozen=True)
class Door:
    """How requests come in: who is known, and how fast each may ask."""

    access: Access
    rate: Rate

    def pace(self, who: Principal) -> None:
        """Let somebody in if they do not ask too fast; raises `Refusal`."""
        if who.kind == "operator":
            return
        key = who.address or "" if who.kind == "nobody" else f"{who.kind}:{who.id}"
        if (seconds := self.rate.spend(key)) > 0:
            raise unavailable("Requests come faster than they may.", seconds, status=429)


class Operation(APIRoute):
    """An operation: who asks is found, and what is asked is checked, before its body is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As the library asks for it."""
        handle = super().get_route_handler()
        declared = declaration(self)
        names = query_names(self.dependant)

        async def handled(request: Request) -> Response:
            door: Door = request.app.state.door
            known = remembered(door.access, request)
            if known is not None:
                request.scope[WHO] = declared.enter(door, request, known)
            else:
                request.scope[WHO] = await run_in_threadpool(declared.enter, door, request)
            if not declared.takes_any:
                _check_names(request, names)
            request.scope["path_params"] = {
                name: unquote(value) for name, value in request.path_params.items()
            }
            return await handle(request)

        return handled


def resource(title: str) -> APIRouter:
    """Where the operations on a resource are gathered."""
    return APIRouter(tags=[title], route_class=Operation)


def declaration(route: APIRoute) -> Allowed:
    """What an operation declares of who may call it; an error of ours where it does not, once."""
    found = [
        dependant.call for dependant in _all(route.dependant) if isinstance(dependant.call, Allowed)
    ]
    if len(found) != 1:
        methods = ", ".join(sorted(route.methods or ()))
        raise TypeError(f"{methods} {route.path} must declare once who may call it: `allowed`.")
    return found[0]


def query_names(dependant: Dependant) -> frozenset[str]:
    """The names of the parameters that an operation has in its address."""
    return frozenset(
        name
        for each in _all(dependant)
        for field in each.query_params
        for name in _names(field.alias, field.field_info.annotation)
    )


def _names(alias: str, annotation: object) -> list[str]:
    """The names of a parameter: its own, or those of the model that gathers several."""
    if not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
        return [alias]
    return [field.alias or name for name, field in annotation.model_fields.items()]


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all(each)


def _check_names(request: Request, names: frozenset[str]) -> None:
    for name in request.query_params:
        if name not in names:
            raise Invalid(f"There is no parameter {name[:100]!r} here.", did_you_mean(name, names))
