"""Settings of the whole program: name, type, default and help, and where each value comes from.

Each is `name = value` in a TOML file, an environment variable `VAULTMETER_NAME`, and some are
options of commands too. An option wins over the environment, that over the file, that over the
default. The file is named by `--config` or `VAULTMETER_CONFIG`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from platformdirs import user_data_path

from vaultmeter.model.errors import Invalid, NotFound, did_you_mean

_TYPES = {
    Path: "path",
    tuple: "list",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
}
"""What a setting is called by its type, the first that its annotation names."""
CONFIG = "VAULTMETER_CONFIG"
"""The variable that names the file of settings."""


def _setting(
    default: Any,  # noqa: ANN401  fields are of any type
    read: Callable[[str], Any],
    least: float | None = None,
    *,
    secret: bool = False,
) -> Any:  # noqa: ANN401  fields are of any type
    return field(default=default, metadata={"read": read, "least": least, "secret": secret})


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _switch(text: str) -> bool:
    if text.strip().lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.strip().lower() == "true"


@dataclass(frozen=True)
class Settings:
    """What can be set, with defaults that work."""

    data: Path = field(
        default_factory=lambda: user_data_path("vaultmeter"), metadata={"read": Path}
    )
    """The folder that holds inbox, archive and store."""
    chunk_bytes: int = _setting(64 << 20, int, least=1024)
    """How much of a file is taken in at once, in bytes; memory use grows with it."""
    max_line_bytes: int = _setting(1 << 20, int, least=64)
    """A longer line is rejected."""
    max_depth: int = _setting(64, int, least=1)
    """A line nested deeper is rejected."""
    segment_bytes: int = _setting(1 << 20, int, least=1)
    """A batch that compresses to less waits in the inbox until a segment of 8 of these is full."""
    gate_bytes: int = _setting(64 << 20, int, least=1024)
    """Records that may wait for the disk while they are sent, in bytes; more are refused."""
    spool_bytes: int = _setting(8 << 30, int, least=1024)
    """Records that may wait for the store, in bytes; when there are more, none are accepted."""
    reserve_bytes: int = _setting(1 << 30, int, least=0)
    """Bytes of the disk that are kept free: below it nothing that is sent is accepted."""
    memory_limit: str = _setting("1GB", str)
    """Memory of the store's engine; what is beyond it goes to temporary files."""
    threads: int = _setting(0, int, least=0)
    """Threads of the store's engine; 0 means as many as there are cores."""
    lock_wait: float = _setting(2.0, float, least=0)
    """Seconds to wait for another process that has the data folder."""
    listen: str = _setting("127.0.0.1:8080", str)
    """Where a server listens: host and port."""
    log_level: str = _setting("info", str)
    """What a server logs: debug, info, warning or error."""
    flush_every: float = _setting(1.0, float, least=0.05)
    """Seconds between two flushes of what a server accepts."""
    fold_every: float = _setting(60.0, float, least=1)
    """Seconds after which a server adds what it flushed to the rollups."""
    heartbeat_limit: float = _setting(30.0, float, least=1)
    """Seconds without a sign of life after which a worker of the server is not well."""
    heartbeat_end: float = _setting(300.0, float, least=1)
    """Seconds without a sign of life after which the server ends, to be started again."""
    push_seconds: float = _setting(2.0, float, least=0.05)
    """Within so many seconds a push is answered or refused, counted from its last byte."""
    push_max_bytes: int = _setting(64 << 20, int, least=1024)
    """A push with a larger body, as sent or decompressed, is refused."""
    push_max_lines: int = _setting(100_000, int, least=1)
    """A push of more lines is refused."""
    push_rate: float = _setting(0.0, float, least=0)
    """Records a second that one source may push on average; 0 means as many as it likes."""
    push_memory: int = _setting(512 << 20, int, least=1 << 20)
    """Bytes of bodies that may be in work at once; more are refused for the moment."""
    connections: int = _setting(2000, int, least=10)
    """Open connections; the last fifth is kept for pushes with a key."""
    connections_per_address: int = _setting(100, int, least=1)
    """Open connections of one address; those of a trusted proxy are not counted."""
    follow_folders: tuple[str, ...] = _setting((), _listed)
    """Folders, besides those of followed files, that links to followed files may lead into."""
    trusted_proxies: tuple[str, ...] = _setting((), _listed)
    """Addresses or networks, with commas, whose X-Forwarded-For and -Proto are believed."""
    public_url: str = _setting("", str)
    """Where people reach the server, such as https://usage.acme.com: sign-in comes back there."""
    egress_allow: tuple[str, ...] = _setting((), _listed)
    """Hosts and networks, with or without a port, that requests may go to besides the internet."""
    smtp_url: str = _setting("", str)
    """Mail server: smtp://HOST:587 (STARTTLS), smtps://HOST:465, or smtp+plain://HOST:25."""
    smtp_user: str = _setting("", str)
    """Who signs in at the mail server; without one nobody does."""
    smtp_password: str = _setting("", str, secret=True)
    """The password of smtp_user."""
    smtp_certificates: Path | None = _setting(None, Path)  # noqa: RUF009  as the others
    """PEM file of the authorities that the mail server is known by, in place of the machine's."""
    mail_from: str = _setting("", str)
    """The address that mail is from, such as vaultmeter@acme.com."""
    mail_domains: tuple[str, ...] = _setting((), _listed)
    """Domains that mail may go to, such as acme.com and *.acme.com; all where none is named."""
    tls_certificate: Path | None = _setting(None, Path)  # noqa: RUF009  as the others
    """PEM file of the server's certificate and its chain; with tls_key, HTTPS is spoken."""
    tls_key: Path | None = _setting(None, Path)  # noqa: RUF009  as the others
    """PEM file of the certificate's key, which not everybody may read."""
    secret_key: str = _setting("", str, secret=True)
    """32 bytes in base64, to seal secrets with; of several, with commas, the first is used."""
    secret_key_file: Path | None = _setting(None, Path)  # noqa: RUF009  as the others
    """File with the secret keys; without one, secret.key in the data folder, made at first."""
    api_rate: float = _setting(400.0, float, least=0)
    """Requests a second to the API of one user or key, on average; 0 means as many as they like."""
    report_seconds: float = _setting(60.0, float, least=0.1)
    """A report that takes longer is given up."""
    export_days: int = _setting(90, int, least=1)
    """Days that files of reports are kept for download."""
    export_bytes: int = _setting(10 << 30, int, least=1 << 20)
    """Bytes that kept files may take in all; beyond it the oldest are deleted."""
    export_seconds: float = _setting(3600.0, float, least=1)
    """Making a file that takes longer is given up."""
    kept_bytes: int = _setting(64 << 20, int, least=0)
    """Bytes of answers that a server keeps until something they rest on changes."""
    metrics_key: str = _setting("", str, secret=True)
    """Bearer key that opens /metrics; where none is set, only this machine may ask."""
    metrics_open: bool = _setting(False, _switch)  # noqa: FBT003  a setting's default
    """Whether everybody who reaches the server may read /metrics."""

    @classmethod
    def read(
        cls,
        environment: Mapping[str, str] = os.environ,
        config: Path | None = None,
        **given: Any,  # noqa: ANN401  fields are of any type
    ) -> Self:
        """The settings of an environment and a file; `given` win.

        Raises `Invalid` naming the variable or the file, and `NotFound`.
        """
        found = {name: value for name, (value, _) in _found(environment, config).items()}
        return cls(**{**found, **given})


@dataclass(frozen=True)
class Origin:
    """A setting with its value and where that comes from, in words."""

    name: str
    type: str
    default: Any
    value: Any
    origin: str
    secret: bool


def origins(
    environment: Mapping[str, str] = os.environ,
    config: Path | None = None,
    **given: Any,  # noqa: ANN401  fields are of any type
) -> list[Origin]:
    """Every setting as `Settings.read` has it, with its origin; raises the same."""
    found = _found(environment, config)
    defaults = Settings()
    listed = []
    for setting in fields(Settings):
        name, default = setting.name, getattr(defaults, setting.name)
        value, origin = found.get(name, (default, "default"))
        if name in given:
            value, origin = given[name], f"option --{name.replace('_', '-')}"
        secret = bool(setting.metadata.get("secret"))
        listed.append(Origin(name, _type_in_words(setting.type), default, value, origin, secret))
    return listed


def _type_in_words(type_: Any) -> str:  # noqa: ANN401  any annotation
    """What is to be written for a setting; one that may be left out is of the same type."""
    return next(words for kind, words in _TYPES.items() if kind.__name__ in str(type_))


def config_file(named: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The file of settings: the one that was named, else that of the environment."""
    if named is None and environment.get(CONFIG):
        return Path(environment[CONFIG])
    return named


def _found(environment: Mapping[str, str], config: Path | None) -> dict[str, tuple[Any, str]]:
    """What is set in the environment, else in the file: values with their origins, by name."""
    config = config_file(config, environment)
    written = {} if config is None else _written(config)
    found = {}
    for setting in fields(Settings):
        variable = f"VAULTMETER_{setting.name.upper()}"
        if variable in environment:
            where, text = variable, environment[variable]
            origin = f"environment {variable}"
        elif setting.name in written:
            where, text = f"{setting.name} in {config}", written[setting.name]
            origin = f"file {config}"
        else:
            continue
        found[setting.name] = (_read(where, text, setting.metadata), origin)
    return found


def _written(config: Path) -> dict[str, str]:
    """What a file sets, as texts by name; raises `Invalid` and `NotFound`."""
    import tomllib  # noqa: PLC0415  most starts read no file

    try:
        table = tomllib.loads(config.read_text("utf-8"))
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {config}.", "Check --config and " + CONFIG) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{config} cannot be understood: {error}."
        raise Invalid(message, "Write TOML: a line 'name = value' for each setting.") from error
    known = [setting.name for setting in fields(Settings)]
    for name in table:
        if name not in known:
            message = f"{config} sets {name!r}, which is no setting."
            raise Invalid(message, did_you_mean(name, known))
    return {name: _text(f"{name} in {config}", value) for name, value in table.items()}


def _text(where: str, value: Any) -> str:  # noqa: ANN401  whatever TOML can hold
    """A value of a file as the environment would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(_text(where, each) for each in value)
    if isinstance(value, str | int | float):
        return str(value)
    raise Invalid(f"{where} is no text, number or list of them.", "Write name = value.")


def _read(where: str, text: str, metadata: Mapping[str, Any]) -> Any:  # noqa: ANN401  fields are of any type
    shown = "not shown here" if metadata.get("secret") else repr(text)
    try:
        value = metadata["read"](text)
    except ValueError as error:
        what = "not a number" if metadata["read"] in (int, float) else "not of its form"
        raise Invalid(f"{where} is {shown}, {what}.", f"Unset {where} or mend it.") from error
    least = metadata.get("least")
    if least is not None and value < least:
        raise Invalid(f"{where} is {shown}; the least is {least:g}.", f"Raise or unset {where}.")
    return value
