"""What forwarders send with: the guarded client, and the mail server of the settings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vaultmeter.access.egress import Answer, Egress
from vaultmeter.access.egress_rules import Allowed
from vaultmeter.app import App
from vaultmeter.forwarders import MailServer, Means
from vaultmeter.forwarders._addresses import addresses_of, check_domains
from vaultmeter.model.errors import Invalid
from vaultmeter.model.tls import Tls
from vaultmeter.settings import Settings

SECONDS = 30.0
"""An attempt that takes longer has failed."""
_URL = re.compile(
    r"(?P<scheme>smtp|smtps|smtp\+plain)://"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/?"
)
_SECURITY = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


@dataclass(frozen=True)
class Sending:
    """The client of forwarders: requests go where they may, in the clear only where allowed."""

    egress: Egress

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        *,
        tls: Tls | None = None,
    ) -> Answer:
        """Send one request; raises `Invalid` for no address, and `Unavailable`."""
        return self.egress.ask(method, url, headers, content, needs_tls=True, tls=tls)


def means_of(app: App, seconds: float = SECONDS) -> Means:
    """What forwarders of an open folder send with; raises `Invalid` for settings that are none."""
    allowed = Allowed.read(app.settings.egress_allow)
    return Means(Sending(Egress(allowed, seconds=seconds)), mail_server(app.settings, seconds))


def mail_server(settings: Settings, seconds: float = SECONDS) -> MailServer | None:
    """The mail server of the settings, or `None`; raises `Invalid`.

    It is set by whoever runs the server, as egress_allow is: it may be anywhere.
    """
    if not settings.smtp_url:
        return None
    parts = _URL.fullmatch(settings.smtp_url)
    if parts is None:
        raise Invalid(
            "smtp_url is no address of a mail server.",
            "Write smtp://HOST:587, smtps://HOST:465 or smtp+plain://HOST:25.",
        )
    if not settings.mail_from:
        raise Invalid("smtp_url is set, and mail_from is not.", "Set who mail is from.")
    scheme = parts["scheme"]
    if settings.smtp_user and _SECURITY[scheme] == "none":
        raise Invalid(
            "smtp_user is set, and the mail server is spoken to in the clear.",
            "Write smtp:// or smtps://, or leave smtp_user out.",
        )
    return MailServer(
        parts["host"].strip("[]"),
        int(parts["port"] or _PORTS[scheme]),
        _SECURITY[scheme],
        settings.smtp_user,
        settings.smtp_password,
        addresses_of(settings.mail_from)[0],
        settings.mail_domains,
        _readable(settings.smtp_certificates),
        seconds,
    )


def check_addresses(settings: Settings, addresses: Sequence[str]) -> None:
    """Raise `Invalid` where one is no address of e-mail, or may not be written to."""
    check_domains(addresses_of(",".join(addresses)), settings.mail_domains)


def _readable(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise Invalid(f"smtp_certificates names {path}, which is no file.", "Name a PEM file.")
    return path
