"""What requests and answers of the API look like, whatever they are about."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid

MOST_ROWS = 1000
"""Rows of a page at most."""

PageLimit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows at most.")]
"""How many rows of a list are asked for; give it a default of 100."""
PageCursor = Annotated[
    str | None, Query(max_length=2000, description="Where to go on: `next` of the page before.")
]
"""Where a list goes on; give it a default of None."""


class Body(BaseModel):
    """What is sent to an operation: JSON's own types, taken as they are, and nothing unknown."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Page(BaseModel):
    """A part of a list, and where the next one begins."""

    rows: list[Object]
    next: str | None = Field(
        default=None, description="Give it as `cursor` to read on; null at the end."
    )


class Document(BaseModel):
    """The answer of a report: the rows, and all that is needed to read them rightly."""

    report: str = Field(examples=["users"])
    title: str
    period: dict[str, str] = Field(
        description="`from`, `to` (not included) and `time_zone`.",
        examples=[
            {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z", "time_zone": "UTC"}
        ],
    )
    filters: dict[str, list[str]]
    definitions: dict[str, str] = Field(description="What the words of the report mean.")
    columns: list[dict[str, str]] = Field(description="`name`, `title`, `type`, `unit` of each.")
    rows: list[Object] = Field(description="Each with all columns; instants are RFC 3339.")
    total: int = Field(description="Rows in all, also those that a limit left out.")
    complete_to: dict[str, str] = Field(description="Up to when each source has told.")
    as_of: str = Field(description="The state the answer rests on: the same, the same answer.")
    notes: list[str]


class Problem(BaseModel):
    """What went wrong (RFC 9457), and what to do about it."""

    type: str = Field(examples=["urn:vaultmeter:error:not_found"])
    title: str
    status: int
    detail: str
    hint: str | None = None
    instance: str | None = Field(
        default=None, description="The request, as the log of the server has it."
    )
    fields: list[Object] | None = Field(
        default=None, description="What is wrong with what was sent: `field` and `words` of each."
    )


def cursor_of(*place: str | float | None) -> str:
    """A cursor that remembers a place in a list."""
    return urlsafe_b64encode(orjson.dumps(place)).rstrip(b"=").decode()


def place_of(cursor: str, *kinds: type) -> list[Any]:
    """The place that a cursor remembers, its parts of these kinds; raises `Invalid`."""
    try:
        place = orjson.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except ValueError as error:
        raise _unknown_cursor() from error
    if not isinstance(place, list) or len(place) != len(kinds):
        raise _unknown_cursor()
    for part, kind in zip(place, kinds, strict=True):
        if type(part) is not kind:
            raise _unknown_cursor()
    return place


def page_of(
    rows: Sequence[Object],
    limit: int,
    cursor: str | None,
    key: Callable[[Object], str] = lambda row: str(row["name"]),
) -> Object:
    """The page of a list that is at hand as a whole, in order of its keys; raises `Invalid`."""
    ordered = sorted(rows, key=key)
    if cursor is not None:
        (after,) = place_of(cursor, str)
        ordered = [row for row in ordered if key(row) > after]
    shown = ordered[:limit]
    more = len(ordered) > limit
    return {"rows": shown, "next": cursor_of(key(shown[-1])) if more else None}


def _unknown_cursor() -> Invalid:
    return Invalid("The cursor is none of ours.", "Give `next` of the page before, as it is.")
