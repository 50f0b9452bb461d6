"""What the body of a call says, word by word, with the types that official clients send.

Keys that nobody asks for are ignored: clients send defaults of their own with every call.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid

UNCHANGED = "default_comment"
"""What official clients send for a description that is to stay as it is."""
_SWITCHES = {"true": True, "false": False}


class Given:
    """The fields of a body. What is null or an empty switch was not given."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        """Read fields."""
        self._fields = fields

    @classmethod
    def of(cls, body: bytes) -> "Given":
        """Read a body; an empty one has no fields. Raises `Invalid` for what is no object."""
        try:
            fields = orjson.loads(body) if body.strip() else {}
        except orjson.JSONDecodeError as error:
            raise Invalid("The body is no JSON.", "Send a JSON object.") from error
        if not isinstance(fields, dict):
            raise Invalid("The body is no JSON object.", "Send one, such as {}.")
        return cls(fields)

    def text(self, name: str) -> str | None:
        """A text; raises `Invalid` for anything else."""
        value = self._fields.get(name)
        if value is None or isinstance(value, str):
            return value
        raise _wrong(name, "a text")

    def needed(self, name: str) -> str:
        """A text that must be there; raises `Invalid`."""
        value = self.text(name)
        if not value:
            raise Invalid(f"{name} is missing.", f"Send {name}, a text.")
        return value

    def described(self, *names: str) -> str | None:
        """The first of these texts that is not to stay as it is."""
        texts = (self.text(name) for name in names)
        return next((text for text in texts if text is not None and text != UNCHANGED), None)

    def number(self, name: str) -> int | None:
        """A whole number; raises `Invalid` for anything else."""
        value = self._fields.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise _wrong(name, "a whole number")

    def switch(self, name: str) -> bool | None:
        """True or false, also as a text; raises `Invalid` for anything else."""
        value = self._fields.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _SWITCHES:
            return _SWITCHES[value.lower()]
        raise _wrong(name, "true or false")

    def words(self, name: str) -> list[str]:
        """A list of texts, or one text with commas; raises `Invalid` for anything else."""
        value = self._fields.get(name)
        if value is None:
            return []
        if isinstance(value, str):
            return _split(value)
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return value
        raise _wrong(name, "a list of texts")

    def claims(self, name: str) -> dict[str, list[str]]:
        """Lists of texts by key, each sent as one text with commas; raises `Invalid`."""
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise _wrong(name, "an object of texts")
        inner = Given(value)
        return {claim: inner.words(claim) for claim in value}

    def named(self, names: Mapping[str, str]) -> Object:
        """Those of these texts that were given, by what they are called here."""
        found = ((ours, self.text(theirs)) for theirs, ours in names.items())
        return {ours: text for ours, text in found if text is not None}


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _wrong(name: str, kind: str) -> Invalid:
    return Invalid(f"{name} is not {kind}.", f"Send {name} as {kind}, or leave it out.")
