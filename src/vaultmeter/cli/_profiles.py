"""Profiles: servers and the keys for them, each in a file of its user alone."""

import os
import re
import stat
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from platformdirs import user_config_path

from vaultmeter.model.errors import Invalid, NotFound, Unavailable, did_you_mean

_NAME = re.compile(r"[\w.@-]+")
_PRIVATE = 0o077


@dataclass(frozen=True)
class Profile:
    """A server, and the key that is shown to it."""

    url: str
    access_id: str | None = None
    access_key: str | None = None
    ca_cert: str | None = None
    """File of certificates to trust, PEM, in place of the machine's own."""

    @property
    def key(self) -> str | None:
        """What a server takes as a bearer."""
        return f"{self.access_id}:{self.access_key}" if self.access_id else None


def profile_path(name: str) -> Path:
    """The file of a profile, there or not; raises `Invalid` for a name that no file has."""
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise Invalid(
            f"A profile cannot be called {name!r}.", "Use letters, digits, points, - and _."
        )
    return _folder() / f"{name}.toml"


def profile_named(name: str) -> Profile:
    """The profile of that name.

    Raises `NotFound`, and `Invalid` where the file cannot be understood or others may use it.
    """
    path = profile_path(name)
    try:
        _check_private(path)
        written = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        known = sorted(each.stem for each in _folder().glob("*.toml"))
        make = f"Make it: vaultmeter configure --profile {name} --url URL."
        hint = f"{did_you_mean(name, known)} {make}".strip()
        raise NotFound(f"There is no profile {name!r}.", hint) from error
    except ValueError as error:
        # What the file holds is not told: it may be a key.
        raise Invalid(f"{path} cannot be understood.", _how_to_write(name)) from error
    return _read(path, name, written)


def write_profile(name: str, profile: Profile) -> Path:
    """Write a profile, in place of what it was; answers its file. Raises `Unavailable`."""
    path = profile_path(name)
    told = {each.name: getattr(profile, each.name) for each in fields(profile)}
    lines = [f"{key} = {_quoted(text)}\n" for key, text in told.items() if text is not None]
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  made private before
            file.writelines(lines)
        partial.replace(path)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}."
        raise Unavailable(message, "Check the folder and its permissions.") from error
    return path


def _folder() -> Path:
    return user_config_path("vaultmeter") / "profiles"


def _check_private(path: Path) -> None:
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & _PRIVATE:
        raise Invalid(f"Others may use {path}, which holds a key.", f"Run: chmod 600 {path}")
    if found.st_uid not in {os.geteuid(), 0}:
        raise Invalid(f"{path} belongs to another user.", "Make a profile of your own.")


def _read(path: Path, name: str, written: dict[str, object]) -> Profile:
    known = [each.name for each in fields(Profile)]
    for key, text in written.items():
        if key not in known:
            raise Invalid(f"{path} has {key!r}, which is nothing.", did_you_mean(key, known))
        if not isinstance(text, str):
            raise Invalid(f"{key} in {path} is no text.", _how_to_write(name))
    texts = {key: str(text) for key, text in written.items()}
    if "url" not in texts or ("access_id" in texts) != ("access_key" in texts):
        raise Invalid(f"{path} needs url, access_id and access_key.", _how_to_write(name))
    return Profile(**texts)


def _how_to_write(name: str) -> str:
    return f"Write it anew: vaultmeter configure --profile {name}."


def _quoted(text: str) -> str:
    """A text as TOML has it; raises `Invalid` for one with control characters."""
    if not text.isprintable():
        raise Invalid("A profile holds one line of text for each part.", "Copy it once more.")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
