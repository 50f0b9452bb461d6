"""What can be wrong with a data folder and its surroundings, and what mends it."""

import os
import ssl
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from shutil import disk_usage
from typing import Any

from vaultmeter.backup import damaged_segments
from vaultmeter.model.errors import NotFound, VaultmeterError
from vaultmeter.receive.address import address_of
from vaultmeter.receive.binding import bound
from vaultmeter.receive.fence import Fence
from vaultmeter.settings import Settings

_SHOWN = 3
_CLOCK = timedelta(minutes=5)
"""How far the clock may be behind what was accepted."""
_EXPIRES = timedelta(days=14)


class State(StrEnum):
    """How something is: well, worth a look, or wrong."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """Something that was checked: how it is, in words, and what to do about it."""

    name: str
    state: State
    words: str
    hint: str = ""


def found(name: str, words: str) -> Finding:
    """Something that is well."""
    return Finding(name, State.OK, words)


def wrong(name: str, words: str, hint: str = "") -> Finding:
    """Something that must be mended."""
    return Finding(name, State.WRONG, words, hint)


def of_error(name: str, error: VaultmeterError) -> Finding:
    """Something that ended with an error."""
    return wrong(name, error.message, error.hint)


def permissions(data: Path) -> Finding:
    """Whether the folder and everything in it is for its own user alone."""
    name = "permissions"
    if data.stat().st_uid != os.geteuid() and os.geteuid() != 0:
        return wrong(name, f"{data} belongs to another user.", "Run vaultmeter as its owner.")
    open_ones = [path for path in (data, *data.rglob("*")) if _mode(path) & 0o077]
    if not open_ones:
        return found(name, f"{data} is for its own user alone.")
    shown = ", ".join(str(path) for path in open_ones[:_SHOWN])
    more = f" and {len(open_ones) - _SHOWN:,} more" if len(open_ones) > _SHOWN else ""
    return wrong(name, f"Others may use {shown}{more}.", f"Run: chmod -R go= {data}")


def secret_files(settings: Settings, config: Path | None, sources: Iterable[Any]) -> list[Finding]:
    """Whether files with secrets are readable for everybody."""
    tokens = [Path(source["poll"]["token_file"]) for source in sources if source["poll"]]
    named = [settings.tls_key, *tokens]
    if settings.metrics_key and config is not None:
        named.append(config)
    return [_secret(path) for path in dict.fromkeys(path for path in named if path is not None)]


def _secret(path: Path) -> Finding:
    name = f"secret {path}"
    if not path.is_file():
        return wrong(name, f"There is no file {path}.", "Put it there, or change its setting.")
    if _mode(path) & 0o007:
        return wrong(name, f"Everybody may use {path}.", f"Run: chmod o= {path}")
    return found(name, "It is not for everybody.")


def disk(settings: Settings) -> Finding:
    """Whether there is room for more than what is kept free."""
    free = disk_usage(settings.data).free
    words = f"{free / (1 << 30):,.1f} GiB of the disk are free."
    if free >= settings.reserve_bytes:
        return found("disk", words)
    return wrong(
        "disk",
        f"{words} A server accepts nothing below {settings.reserve_bytes / (1 << 30):,.1f} GiB.",
        "Free some space: vaultmeter retention show tells what may go.",
    )


def clock(now: datetime, received: Iterable[str | None]) -> Finding:
    """Whether the clock goes on from where it was when records were accepted."""
    last = max((datetime.fromisoformat(text) for text in received if text), default=now)
    if last > now + _CLOCK:
        return wrong(
            "clock",
            f"It is {now:%Y-%m-%d %H:%M} UTC here; records were accepted at {last:%Y-%m-%d %H:%M}.",
            "Set the clock of this machine; keep it right with an NTP service.",
        )
    return found("clock", f"It is {now:%Y-%m-%d %H:%M:%S} UTC.")


def archive(data: Path) -> Finding:
    """Whether every segment is what was written."""
    damaged = damaged_segments(data)
    if not damaged:
        return found("archive", "Every segment is what was written.")
    shown = ", ".join(damaged[:_SHOWN])
    return wrong("archive", f"{len(damaged):,} segments are damaged: {shown}.", _FROM_BACKUP)


_FROM_BACKUP = "Copy them from a backup to the same place in the archive folder."


def files(sources: Iterable[Any]) -> Iterator[Finding]:
    """Whether the files of sources can be read by this user."""
    for source in sources:
        for path in source["files"]:
            yield _file(source["name"], path)


def _file(source: str, path: str) -> Finding:
    name = f"file of {source}"
    try:
        os.close(Fence([path]).open(Path(path)))
    except NotFound as error:
        return Finding(name, State.LOOK, error.message, "It is followed once it is there.")
    except VaultmeterError as error:
        return of_error(name, error)
    return found(name, f"{path} can be read.")


def sockets(sources: Iterable[Any]) -> Iterator[Finding]:
    """Whether the places where sources listen are free, while nobody listens there."""
    for source in sources:
        if source["socket"]:
            name = f"socket of {source['name']}"
            try:
                with bound(address_of(source["socket"])):
                    yield found(name, f"{source['socket']} is free.")
            except VaultmeterError as error:
                yield of_error(name, error)


def certificate(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether the certificate belongs to its key, and for how long it is valid."""
    chain, key = settings.tls_certificate, settings.tls_key
    if chain is None or key is None:
        if chain or key:
            words = "Only one of tls_certificate and tls_key is set."
            yield wrong("certificate", words, "Set both, or none.")
        return
    try:
        ends = _expiry(chain, key)
    except (OSError, ValueError) as error:
        yield wrong("certificate", f"{chain} cannot be used: {error}.", "Renew it.")
        return
    words = f"It is valid until {ends:%Y-%m-%d}."
    if ends - now < _EXPIRES:
        yield wrong("certificate", words, "Renew it, and restart the server.")
    else:
        yield found("certificate", words)


def _expiry(chain: Path, key: Path) -> datetime:
    """When a certificate ends, told by a handshake with it in memory; raises `OSError`."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(chain)
    asked, told = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(asked, told, server_side=True)
    theirs = client.wrap_bio(told, asked)
    while (peer := _peer(theirs)) is None:
        _step(ours)
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(peer["notAfter"])), UTC)


def _peer(side: ssl.SSLObject) -> dict[str, Any] | None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return None
    return dict(side.getpeercert() or {})


def _step(side: ssl.SSLObject) -> None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return


def of_sources(shown: Iterable[Any]) -> Iterator[Finding]:
    """What was rejected, what may be missing, what waits."""
    for source in shown:
        name = f"source {source['name']}"
        if source["rejected"]:
            words = f"{source['rejected']:,} lines were rejected: they are in no number."
            hint = f"Look: vaultmeter rejects --source {source['name']}"
            yield Finding(name, State.LOOK, words, hint)
        if source["redacted"]:
            yield Finding(name, State.LOOK, source["redacted"]["words"], _CLEAR)
        if source["gaps"]:
            words = f"{len(source['gaps']):,} times something may be missing."
            hint = f"Look: vaultmeter sources show {source['name']}"
            yield Finding(name, State.LOOK, words, hint)


_CLEAR = "Let the vault hash what is secret in its log: without log_raw."


def books(ledger: Any) -> Finding:  # noqa: ANN401  JSON
    """Whether every line received is accounted for."""
    if ledger["balanced"]:
        return found("books", "Every line received is accounted for.")
    days = [f"{day['source']} on {day['day']}" for day in ledger["days"] if not day["balanced"]]
    shown = ", ".join(days[:_SHOWN])
    return wrong("books", f"They do not balance: {shown}.", "Run: vaultmeter rebuild")


def _mode(path: Path) -> int:
    """The mode of a file; one that is gone by now is nobody's."""
    try:
        return stat.S_IMODE(path.lstat().st_mode) if not path.is_symlink() else 0
    except FileNotFoundError:
        return 0
