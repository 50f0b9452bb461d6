"""The form of a forwarder: fields for the settings that its kind declares, written and read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vaultmeter.console.acts import Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.settings.forms import lines, whole_number
from vaultmeter.forwarders import Kind, Setting
from vaultmeter.notices.types import TYPES

PREFIX = "set-"
"""What stands before the name of a setting where it is a field."""
SECRET = "secret-"  # noqa: S105  part of the name of a field
"""What stands before it where the setting is a secret: such a field is never shown again."""
TYPE = "type-"
"""What stands before the name of a type where it is a box to tick."""
_FILES = frozenset({"certificate", "private_key", "server_certificates"})
"""Settings that are PEM files: of several lines."""
LABELS: Mapping[str, str] = {
    "to": "To",
    "url": "Address (URL)",
    "host": "Instance",
    "override_url": "Link in the mail",
    "include_error": "Tell errors in full",
    "mode": "Body",
    "auth": "Signs in with",
    "username": "User name",
    "user_email": "User's e-mail",
    "client_id": "Client id",
    "client_secret": "Client secret",
    "private_key": "Private key (PEM)",
    "certificate": "Certificate (PEM)",
    "server_certificates": "Authorities of the receiver (PEM)",
    "labels": "Types in the body",
    "signing_secret": "Signing secret",
}
"""Settings in words; of others their name."""
_CHOICES: Mapping[tuple[str, str], str] = {
    ("include_error", "false"): "no",
    ("include_error", "true"): "yes",
    ("mode", "native"): "CloudEvents, signed",
    ("mode", "akeyless"): "the envelope of Akeyless",
    ("auth", "none"): "the signature alone",
    ("auth", "basic"): "user name and password",
    ("auth", "bearer"): "bearer token",
    ("auth", "certificate"): "certificate (mutual TLS)",
    ("auth", "jwt"): "OAuth, by a signed token",
    ("labels", "raw"): "as they are: usage-report",
}
_ONLY_FOR: Mapping[str, str] = {
    "username": "basic",
    "password": "basic",
    "token": "bearer",
    "certificate": "certificate",
    "private_key": "certificate jwt",
    "user_email": "jwt",
    "client_id": "jwt",
    "client_secret": "jwt",
    "labels": "akeyless",
}
"""Settings that mean something with certain choices of `auth` or `mode` alone."""
HOURS = (1, 2, 4, 6, 8, 12, 24)
"""Windows that are offered, in hours; any from 1 to 24 can be set by the API."""


@dataclass(frozen=True)
class Field:
    """A field of the form, with what stands in it; of a secret nothing does."""

    name: str
    label: str
    help: str
    kind: str
    """select, lines, secret or text."""
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    is_needed: bool = False
    is_secret: bool = False
    is_made: bool = False
    """Whether one is made where none is given."""
    only_for: str = ""
    """The choices with which it means something, where a choice decides: else it is not shown."""


def fields_of(kind: Kind, held: Mapping[str, str]) -> list[Field]:
    """The fields of a kind; `held` are the settings as they are, or as they were typed."""
    deciding = {word for each in kind.settings for word in each.choices}
    fields = [_field(each, held) for each in kind.settings if not each.is_own]
    return [
        each if deciding & set(each.only_for.split()) else replace(each, only_for="")
        for each in fields
    ]


def _field(setting: Setting, held: Mapping[str, str]) -> Field:
    words = tuple(
        (word, _CHOICES.get((setting.name, word), word.replace("_", " ")))
        for word in setting.choices
    )
    kind = "select" if words else "lines" if setting.name in _FILES else "text"
    return Field(
        (SECRET if setting.secret else PREFIX) + setting.name,
        LABELS.get(setting.name, setting.name.replace("_", " ").capitalize()),
        "" if words else setting.help,
        "secret" if setting.secret and kind == "text" else kind,
        "" if setting.secret else held.get(setting.name, setting.default) or setting.default,
        words,
        setting.required,
        setting.secret,
        setting.make is not None,
        _ONLY_FOR.get(setting.name, ""),
    )


def settings_read(kind: Kind, form: Form, *, is_new: bool) -> dict[str, str]:
    """The settings that a form says; a secret that is not typed stays as it is."""
    found = {}
    for each in kind.settings:
        if each.is_own:
            continue
        text = form.secret(SECRET + each.name) if each.secret else form.text(PREFIX + each.name)
        if text or not (each.secret or is_new):
            found[each.name] = text
    return found


def wanted_read(form: Form) -> dict[str, Any]:
    """What a forwarder gets and when, as the form says; raises `Invalid`."""
    return {
        "types": _ticked(form.kept()),
        "accounts": lines(form, "accounts") or ["*"],
        "every_hours": whole_number(form, "every_hours", "Sends") or 0,
        "per_minute": whole_number(form, "per_minute", "Messages a minute"),
        "description": form.text("description"),
    }


def typed_of(asking: Asking, act: str, held: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form: as it was typed where it was refused, else as it is."""
    refused = asking.refused
    if refused is None or refused.act != act:
        return dict(held)
    form = refused.form
    typed = {
        name.removeprefix(PREFIX): value for name, value in form.items() if name.startswith(PREFIX)
    }
    names = {"name", "every_hours", "per_minute", "description"}
    plain = {name: form[name] for name in names & form.keys()}
    return {
        **held,
        **plain,
        "types": _ticked(form),
        "settings": {**held["settings"], **typed},
        "accounts": form.get("accounts", "").split() or None,
    }


def _ticked(form: Mapping[str, str]) -> list[str]:
    """The types that are ticked: each box has a name of its own, which is kept if refused."""
    return [
        name.removeprefix(TYPE) for name, text in form.items() if name.startswith(TYPE) and text
    ]


def types_offered(held: list[str]) -> list[tuple[str, str]]:
    """The types of notices to tick: those there are, and others that are set already."""
    known = [(name, type_.title) for name, type_ in TYPES.items()]
    return known + [(name, name) for name in held if name not in TYPES]
