"""Sending over SMTP (RFC 5321), within one time, over TLS unless the settings say otherwise.

A server that is not reached, or takes nothing from us, is down; an address that is refused is
refused for good (5xx) or for now (4xx), and the others have their mail all the same.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from threading import Timer
from time import monotonic

from vaultmeter.forwarders import Ending, MailServer, Outcome

_PERMANENT = 500


def sent(server: MailServer, letter: EmailMessage, to: Sequence[str]) -> Outcome:
    """Send a mail to addresses, once; answers what came of it, in words that hold no secret."""
    ending = monotonic() + server.seconds
    try:
        with _connected(server, ending) as smtp:
            refused = smtp.send_message(letter, server.sender, list(to))
    except smtplib.SMTPRecipientsRefused as error:
        return _of_addresses(to, error.recipients)
    except (smtplib.SMTPException, OSError) as error:
        return _of_error(error)
    return _of_addresses(to, refused)


def _of_error(error: smtplib.SMTPException | OSError) -> Outcome:
    """What an error means that is not about single addresses."""
    if isinstance(error, smtplib.SMTPDataError):
        # The server has read this mail, and does not like it.
        is_for_good = error.smtp_code >= _PERMANENT
        ending = Ending.REFUSED if is_for_good else Ending.FAILED
        return Outcome(ending, f"The mail server answered {error.smtp_code} to the mail.")
    if isinstance(error, smtplib.SMTPResponseException):
        # Signing in or naming the sender failed: somebody has to mend a setting.
        return Outcome(Ending.FAILED, f"The mail server answered {error.smtp_code}.", is_down=True)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome(Ending.FAILED, "The mail server offers no TLS, or no AUTH.", is_down=True)
    detail = f"The mail server gave no answer ({type(error).__name__})."
    return Outcome(Ending.FAILED, detail, is_down=True)


def _of_addresses(to: Sequence[str], refused: dict[str, tuple[int, bytes]]) -> Outcome:
    """What came of a mail that some of the addresses may have been refused."""
    done = tuple(each for each in to if each not in refused)
    if not refused:
        return Outcome(Ending.DELIVERED, "The mail server took it.", done=done)
    codes = {code for code, _ in refused.values()}
    detail = "The mail server refused " + ", ".join(
        f"{address} ({code})" for address, (code, _) in sorted(refused.items())
    )
    for_good = tuple(each for each, (code, _) in refused.items() if code >= _PERMANENT)
    if all(code >= _PERMANENT for code in codes):
        ending = Ending.DELIVERED if done else Ending.REFUSED
        return Outcome(ending, f"{detail}.", done=done)
    return Outcome(Ending.FAILED, f"{detail}.", done=(*done, *for_good))


@contextmanager
def _connected(server: MailServer, ending: float) -> Iterator[smtplib.SMTP]:
    """A session in which mail may be sent, cut off when the time is over."""
    left = max(ending - monotonic(), 0.1)
    context = _context(server)
    # The library would ask for the name of this machine, which can take long.
    own = server.sender.rpartition("@")[2]
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(local_hostname=own, timeout=left, context=context)
    else:
        smtp = smtplib.SMTP(local_hostname=own, timeout=left)
    # The name that the certificate must have is known to the library from its constructor alone,
    # which would connect, and read a greeting of any length in any time.
    smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001  see above
    guard = Timer(left, _cut_off, (smtp,))
    guard.daemon = True
    guard.start()
    try:
        smtp.connect(server.host, server.port)
        if server.security == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp
        # Whether the mail is taken was said before; a goodbye that fails changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        guard.cancel()
        smtp.close()


def _cut_off(smtp: smtplib.SMTP) -> None:
    with suppress(OSError):
        if isinstance(smtp.sock, socket.socket):
            smtp.sock.shutdown(socket.SHUT_RDWR)


def _context(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=server.trusted)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
