"""Changes that forms ask for: one function each, and the way on from there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from vaultmeter.access.own import Renewed
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Page
from vaultmeter.model.errors import Invalid

_MOST_FIELDS = 1_000


@dataclass(frozen=True)
class Done:
    """What came of a change: where the reader goes on, and what is said there once.

    With `shown` the act's page is the answer itself, and finds it as `asking.shown`: what is told
    this once, such as a new key, is in no address and in no cookie.
    """

    to: str = ""
    told: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)
    renewed: Renewed | None = None
    """The session that takes the place of the reader's, where their sign-in changed."""


@dataclass(frozen=True)
class Act:
    """A change: a form posts to `path`, which may have named parts as pages have.

    Where it is refused, `page` is shown again with what was typed and what is wrong.
    """

    name: str
    path: str
    do: "Do"
    page: Page


class Form:
    """What a form says. A field may be there several times."""

    def __init__(self, body: bytes) -> None:
        """Read `application/x-www-form-urlencoded`; raises `Invalid` for what is none."""
        try:
            text = body.decode()
            self._pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise Invalid("The form cannot be read.", "Load the page again.") from error

    def text(self, name: str, usual: str = "") -> str:
        """A field, without white space around it; the usual word where it is missing."""
        return next((text.strip() for key, text in self._pairs if key == name), usual)

    def secret(self, name: str) -> str:
        """A field exactly as it was typed."""
        return next((text for key, text in self._pairs if key == name), "")

    def texts(self, name: str) -> list[str]:
        """Every field of a name that is not empty."""
        return [text.strip() for key, text in self._pairs if key == name and text.strip()]

    def is_on(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def kept(self) -> dict[str, str]:
        """What may be shown again, everything but secrets; of several, each in a line."""
        names = dict.fromkeys(key for key, _ in self._pairs if key not in _SECRETS)
        return {name: "\n".join(t for key, t in self._pairs if key == name) for name in names}


_SECRETS = frozenset({"password", "old", "new", "again", "code", "csrf"})

Do = Callable[[Asking, Form], Done]
"""Does it, in a thread; raises what is told beside the form."""
