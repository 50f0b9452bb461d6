"""TLS for one receiver: with a certificate of our own, or authorities of its own."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from vaultmeter.model.errors import Invalid
from vaultmeter.model.tls import Tls


def context_of(tls: Tls) -> ssl.SSLContext:
    """TLS with these certificates, nothing older than 1.2; raises `Invalid` for what is none."""
    try:
        context = ssl.create_default_context(cadata=tls.trusted or None)
        # A certificate that is pinned need not be an authority's.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.certificate:
            with _in_memory(f"{tls.certificate}\n{tls.key}") as path:
                context.load_cert_chain(path, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise Invalid(
            "The certificates of the forwarder cannot be used.",
            "Give PEM: the certificate with its chain, its key without a password, and the"
            " authorities that the receiver is known by.",
        ) from error
    return context


def _no_password() -> str:
    raise ValueError("the key has a password")


@contextmanager
def _in_memory(text: str) -> Iterator[str]:
    """A file that is never on a disk: the library reads keys from files alone."""
    handle = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(handle, text.encode())
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)
