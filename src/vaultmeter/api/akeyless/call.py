"""What a call is: who may make it, what it does, and with which status it is answered."""

from collections.abc import Callable
from dataclasses import dataclass

from vaultmeter.api.akeyless.given import Given
from vaultmeter.api.kept import Answer, Question
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal


@dataclass(frozen=True)
class Wanted:
    """An answer that may be kept: the question, and what works its answer out."""

    question: Question
    make: Callable[[], Answer]


@dataclass(frozen=True)
class Caller:
    """Somebody who calls, with what they send."""

    app: App
    who: Principal
    given: Given
    token: str
    agent: str | None
    """The program that calls, as it calls itself."""


@dataclass(frozen=True)
class Call:
    """A call: `act` answers it, for whoever has one of the permissions.

    Without permissions it is for everybody who is known; one that `is_open` is for anybody.
    """

    act: Callable[[Caller], Object | Wanted]
    needs: tuple[Permission, ...] = ()
    is_open: bool = False
    status: int = 200
