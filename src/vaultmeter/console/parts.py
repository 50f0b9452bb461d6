"""What is asked besides pages: pieces of HTML for menus that suggest, and files to download."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from vaultmeter.console.acts import Act
from vaultmeter.console.asking import Asking
from vaultmeter.model.access import Permission


@dataclass(frozen=True)
class Part:
    """An address that answers something else than a page."""

    path: str
    answer: Callable[[Asking], Response]
    """Works it out, in a thread; `asking.given` has the words of the address."""
    permission: Permission | None = Permission.REPORTS


def way_back(act: Act) -> Part:
    """The way back from the address of a change, which shows no page to whoever reloads it."""
    return Part(act.path, lambda _: RedirectResponse(act.page.path, 303), permission=None)
