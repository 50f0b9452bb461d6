"""Pages of the lists that calls answer."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

from vaultmeter.api.akeyless.given import Given
from vaultmeter.model.errors import Invalid

PAGE = 100
"""Entries of a page."""
Entry = TypeVar("Entry")


def page_of(
    entries: Sequence[Entry], given: Given, name: Callable[[Entry], str]
) -> tuple[list[Entry], str]:
    """A page of the entries with `filter` in their names, and the token of the next, or nothing.

    Raises `Invalid` for a `pagination-token` that is none.
    """
    part = (given.text("filter") or "").casefold()
    after = _read(given.text("pagination-token") or "")
    rest = [each for each in entries if part in name(each).casefold() and name(each) > after]
    page = sorted(rest, key=name)[:PAGE]
    return page, _written(name(page[-1])) if len(rest) > len(page) else ""


def _written(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode()


def _read(token: str) -> str:
    try:
        return urlsafe_b64decode(token.encode("ascii")).decode()
    except ValueError as error:
        raise Invalid(
            "The pagination-token is none of ours.", "Send next_page as it was."
        ) from error
