"""A mail server on loopback: aiosmtpd, with TLS, signing in, and refusals as they are told."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tests.server.serving import free_port

USER, PASSWORD = "vaultmeter", "correct horse"


@dataclass(frozen=True)
class Mail:
    """A mail that came."""

    sender: str
    to: tuple[str, ...]
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        """The mail as a mail program reads it."""
        read = message_from_bytes(self.content, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class PostOffice:
    """What came, and what is refused."""

    got: list[Mail] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Answers to RCPT by address."""
    data: str = "250 taken"
    hangs: bool = False
    port: int = 0

    async def handle_RCPT(  # noqa: N802  the library's name and arguments
        self,
        _s: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: Any,  # noqa: ANN401  the library's
    ) -> str:
        """Take an address, or do not."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  as above
        """Take a mail, or do not."""
        if self.hangs:
            await asyncio.sleep(20)
        if self.data.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.got.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return self.data


def _signs_in(_s: SMTP, _session: Session, _e: Envelope, _m: str, data: object) -> AuthResult:
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == known)


@contextmanager
def post_office(
    tls: ssl.SSLContext | None = None, *, at_once: bool = False, auth: bool = False
) -> Iterator[PostOffice]:
    """Give a mail server: with STARTTLS, or TLS `at_once`; with `auth` whoever sends signs in."""
    office = PostOffice()
    options: dict[str, Any] = {"server_hostname": "post.example"}
    if auth:
        options |= {"auth_required": True, "authenticator": _signs_in}
    if tls is not None and at_once:
        options |= {"ssl_context": tls, "auth_require_tls": False}
    elif tls is not None:
        options |= {"tls_context": tls, "require_starttls": True}
    office.port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
