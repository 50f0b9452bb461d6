"""What a rule can be told: its settings, checked as they come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.period import zone_named

_LONGEST, _MOST_WORDS = 1000, 100
"""Characters of a text, and words of a filter, at most."""
_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "text": (str,),
    "value": (str, int, float, bool),
    "filters": (dict,),
    "zone": (str,),
    "level": (int, str),
}


@dataclass(frozen=True)
class Setting:
    """One thing that a rule can be told."""

    name: str
    kind: str
    """integer, number, text, value (any plain one), filters, zone, or level."""
    meaning: str
    default: Any = None
    """What holds unless it is given; `None` for nothing."""
    least: float | None = None
    most: float | None = None
    choices: Sequence[str] = ()
    is_needed: bool = False

    def plain(self) -> dict[str, Any]:
        """As lists of types tell it."""
        told = {
            "name": self.name,
            "kind": self.kind,
            "meaning": self.meaning,
            "default": self.default,
        }
        return told | ({"choices": list(self.choices)} if self.choices else {})


def checked(type_: str, known: Sequence[Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that are given, of those a type knows; raises `Invalid` naming what is wrong."""
    names = {setting.name: setting for setting in known}
    for name in given:
        if name not in names:
            hint = did_you_mean(name[:100], names) or "It has none."
            raise Invalid(f"Rules of type {type_} have no setting {name[:100]!r}.", hint)
    found = {name: value for name, value in given.items() if value is not None}
    for setting in known:
        if setting.is_needed and setting.name not in found:
            raise Invalid(f"A rule of type {type_} needs {setting.name!r}.", setting.meaning)
    return {name: _checked(names[name], value) for name, value in found.items()}


def filled(known: Sequence[Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting, with the default of what is not given."""
    return {setting.name: given.get(setting.name, setting.default) for setting in known}


def _checked(setting: Setting, value: Any) -> Any:  # noqa: ANN401  settings are of any type
    is_flag = type(value) is bool and setting.kind != "value"
    if is_flag or type(value) not in _TYPES[setting.kind]:
        raise Invalid(f"{setting.name} is {str(value)[:100]!r}.", setting.meaning)
    if setting.choices and not isinstance(value, int) and value not in setting.choices:
        known = did_you_mean(str(value)[:100], setting.choices)
        raise Invalid(f"{setting.name} is {str(value)[:100]!r}.", known)
    if isinstance(value, str):
        _check_text(setting.name, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_range(setting, value)
    if setting.kind == "zone":
        zone_named(value)
    return _filters(value) if setting.kind == "filters" else value


def _check_range(setting: Setting, value: float) -> None:
    least, most = setting.least, setting.most
    # Comparing this way round refuses what is no number, too.
    if not (least is None or value >= least) or not (most is None or value <= most):
        ends = f"at least {least:g}" if most is None else f"from {least:g} to {most:g}"
        raise Invalid(f"{setting.name} is {value}; it is {ends}.", setting.meaning)


def _check_text(name: str, text: str) -> None:
    if len(text) > _LONGEST:
        raise Invalid(f"{name} is longer than {_LONGEST:,} characters.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(f"{name} is no text.", "Half of a surrogate pair is no character.") from error


def _filters(given: Mapping[str, Any]) -> dict[str, list[str]]:
    for name, words in given.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise Invalid(f"The filter {name[:100]!r} is no list of words.", 'Write ["acme"].')
        if len(words) > _MOST_WORDS:
            raise Invalid(f"The filter {name[:100]!r} has more than {_MOST_WORDS} words.")
        for word in (name, *words):
            _check_text("A word of a filter", word)
    return dict(given)
