"""What the forms of the settings have in common: how their fields are read and checked."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from vaultmeter.console.acts import Form
from vaultmeter.model.errors import Forbidden, Invalid

Answer = TypeVar("Answer")


def check_typed(form: Form, name: str) -> None:
    """Raise `Invalid` unless a name was typed once more, for what cannot be undone."""
    if form.text("typed") != name:
        raise Invalid(
            f"Nothing was deleted: what you typed is not {name!r}.",
            "Type the name as it is, with its capital letters.",
        )


def lines(form: Form, name: str) -> list[str]:
    """The lines of a field that are not empty, each once."""
    texts = (line.strip() for line in form.text(name).splitlines())
    return list(dict.fromkeys(text for text in texts if text))


def whole_number(form: Form, name: str, what: str) -> int | None:
    """A number without a fraction, `None` where nothing was typed; raises `Invalid`."""
    text = form.text(name)
    try:
        return int(text) if text else None
    except ValueError:
        raise Invalid(f"{what} is {text[:40]!r}.", "Write a whole number.") from None


def refusing(act: Callable[[], Answer]) -> Answer:
    """Do something; what is forbidden in it is a mistake in the form: the page stays open."""
    try:
        return act()
    except Forbidden as error:
        raise Invalid(error.message, error.hint) from error


def instant(text: str | None) -> datetime | None:
    """An instant as services tell it."""
    return None if text is None else datetime.fromisoformat(text)
