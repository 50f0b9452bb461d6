"""Who brings an ingest key: the one place that compares keys of pushes."""

from urllib.parse import unquote

from vaultmeter.api.bearer import bearer
from vaultmeter.api.problems import Refusal
from vaultmeter.model.ingest_key import hash_of, opens
from vaultmeter.receive.door import Doors, SourceDoor

Headers = list[tuple[bytes, bytes]]

_PATH = b"/ingest/"
_NOBODY = hash_of("no key at all")
"""Compared with when there is no such source, so that the answer takes as long."""


def header(headers: Headers, name: bytes) -> str:
    """The value of a header, as text; empty when it is not there."""
    for known, value in headers:
        if known == name:
            return value.decode("latin-1")
    return ""


def opened_door(doors: Doors, name: str, headers: Headers) -> SourceDoor:
    """The door of a source, if the request's key opens it; raises `Refusal`.

    An unknown source, a source without a key and a wrong key are told in the same words.
    """
    door = doors(name)
    is_open = opens(bearer(header(headers, b"authorization")), door.key_hash if door else _NOBODY)
    if door is None or not is_open:
        raise Refusal(
            401,
            "The key does not open this source.",
            "Send 'Authorization: Bearer KEY'; 'vaultmeter sources key NAME' makes a new one.",
            {"WWW-Authenticate": "Bearer"},
        )
    return door


def brings_key(doors: Doors, method: str, target: bytes, headers: Headers) -> bool:
    """Whether a request is a push whose key is right."""
    path = target.partition(b"?")[0]
    if method != "POST" or not path.startswith(_PATH):
        return False
    try:
        opened_door(doors, unquote(path.removeprefix(_PATH).decode("latin-1")), headers)
    except Refusal:
        return False
    return True
