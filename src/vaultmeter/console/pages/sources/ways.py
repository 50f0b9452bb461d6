"""The ways in which records of a vault can arrive: what each asks for, and what it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import join

from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.collecting import Poll, seconds_named
from vaultmeter.model.errors import Forbidden, Invalid, did_you_mean
from vaultmeter.settings import Settings
from vaultmeter.sources import Wanted


@dataclass(frozen=True)
class Field:
    """What is asked for."""

    name: str
    label: str
    usual: str = ""
    help: str = ""
    is_needed: bool = True


@dataclass(frozen=True)
class Way:
    """A way in."""

    name: str
    system: str
    title: str
    text: str
    connector: str
    fields: tuple[Field, ...]
    pushes: bool = False
    """Whether it needs an ingest key, and nothing on the server's machine."""
    reads_files: bool = False
    """Whether it names files of the server's machine."""
    is_best: bool = False

    def field(self, name: str) -> Field | None:
        """One of its fields."""
        return next((each for each in self.fields if each.name == name), None)


_OPENBAO, _OTHER = "OpenBao and HashiCorp Vault", "Any other program"
_ACCOUNT = Field(
    "account", "Account in reports", "", "Such as acme; namespaces stand below it.", is_needed=False
)


def _named(name: str) -> Field:
    return Field("name", "Name of the source", name, "Small letters, digits, points, - and _.")


WAYS = (
    Way(
        "file",
        _OPENBAO,
        "From its log file",
        "Followed as it is written, through rotations and restarts: nothing is missing.",
        "openbao",
        (
            _named("openbao"),
            _ACCOUNT,
            Field("path", "The vault's audit log", "/var/log/openbao/audit.log"),
        ),
        reads_files=True,
        is_best=True,
    ),
    Way(
        "push",
        _OPENBAO,
        "Pushed over HTTP, beside a file",
        "OpenBao sends each entry within a second. Without a file beside it, a restart of this "
        "server would fail its users.",
        "openbao",
        (_named("openbao"), _ACCOUNT),
        pushes=True,
    ),
    Way(
        "socket",
        _OPENBAO,
        "Over a socket",
        "Its socket device. One entry is lost each time the connection breaks: keep a file, too.",
        "openbao",
        (
            _named("openbao"),
            _ACCOUNT,
            Field(
                "socket",
                "Where this server listens",
                "tcp://127.0.0.1:9090",
                "tcp://, udp://, unix:// or unixgram://. It has no password: loopback is best.",
            ),
        ),
    ),
    Way(
        "syslog",
        _OPENBAO,
        "Over syslog",
        "Its syslog device, passed on by the machine's syslog service.",
        "openbao",
        (
            _named("openbao"),
            _ACCOUNT,
            Field("socket", "Where this server listens", "syslog+tcp://127.0.0.1:5140"),
        ),
    ),
    Way(
        "inventory",
        _OPENBAO,
        "Asked for what there is",
        "Secrets nobody touched and users who never came, which no log tells. Names and dates, "
        "never a value.",
        "openbao",
        (
            _named("openbao"),
            _ACCOUNT,
            Field("address", "Address of the vault", "https://bao.example.org:8200"),
            Field("token_file", "File with its token", "/etc/vaultmeter/openbao-token"),
            Field("every", "How often", "6h", "15m, 6h or 1d."),
        ),
        reads_files=True,
    ),
    Way(
        "events",
        _OTHER,
        "Pushed as events, in JSON",
        "One JSON object an event: who did what, and when. Any language can send it.",
        "events",
        (_named("events"), _ACCOUNT),
        pushes=True,
    ),
    Way(
        "events-file",
        _OTHER,
        "From a file of events",
        "NDJSON, CSV or CloudEvents, followed as it is written.",
        "events",
        (_named("events"), _ACCOUNT, Field("path", "The file", "/var/log/vault/events.ndjson")),
        reads_files=True,
    ),
)
"""Every way, in the order they are offered."""


def way_named(name: str) -> Way:
    """A way by its name; raises `Invalid`."""
    found = {way.name: way for way in WAYS}
    if name not in found:
        raise Invalid(f"There is no way {name[:40]!r} to connect.", did_you_mean(name, found))
    return found[name]


def why_closed(way: Way, who: Principal) -> str:
    """Why somebody may not use a way; nothing where they may."""
    if way.pushes:
        return ""
    try:
        who.require_everywhere(Permission.SOURCES)
    except Forbidden:
        return "It concerns the server's machine: that takes the permission for all accounts."
    return ""


def is_on_machine(way: Way, settings: Settings) -> bool:
    """Whether it can be added at the server's machine alone: files nobody may name from afar."""
    return way.reads_files and not settings.follow_folders


def wanted(way: Way, given: Mapping[str, str]) -> Wanted:
    """The source that is asked for; raises `Invalid` naming what is wrong."""
    for field in way.fields:
        if field.is_needed and not given.get(field.name):
            raise Invalid(f"{field.label} is missing.", f"Write it as in {field.usual}.")
    path, socket, address = (given.get(name) for name in ("path", "socket", "address"))
    poll = None
    if way.field("address") is not None and address:
        poll = Poll(address, given["token_file"], seconds_named(given["every"]))
    return Wanted(
        given["name"],
        way.connector,
        given.get("account") or None,
        (Path(path),) if way.field("path") is not None and path else (),
        socket if way.field("socket") is not None else None,
        poll,
    ).checked()


def command(source: Wanted) -> str:
    """The command that adds the same source at the server's machine."""
    words = ["vaultmeter", "sources", "add", source.name, "--connector", source.connector]
    if source.account is not None:
        words += ["--account", source.account]
    for path in source.paths:
        words += ["--file", str(path)]
    if source.poll is not None:
        words += ["--poll", source.poll.address, "--token-file", source.poll.token_file]
        words += ["--every", f"{source.poll.every}s"]
    return join(words)
