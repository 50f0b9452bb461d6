"""Where people come back to from a provider: this server, and no other place."""

import re
from urllib.parse import urlsplit

from vaultmeter.access.egress_rules import target_of
from vaultmeter.model.errors import Invalid

_LONGEST = 2000
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this server: no other host, no backslash, no control character."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def local_path(text: str) -> str:
    """The text, if it is a path of this server; raises `Invalid`."""
    if len(text) > _LONGEST or not _LOCAL.fullmatch(text) or urlsplit(text).netloc:
        raise Invalid(
            f"{text[:100]!r} is no path of this server.", "Write one that begins with a single /."
        )
    return text


def public_origin(url: str) -> str:
    """Scheme, host and port of the setting `public_url`; raises `Invalid`."""
    if not url:
        raise Invalid(
            "It is not known where people reach this server.",
            "Set public_url, such as https://usage.acme.com: sign-in comes back there.",
        )
    target = target_of(url)
    if target.path != "/" or (target.scheme != "https" and target.host not in _LOOPBACK):
        raise Invalid(
            f"public_url is {url!r}.", "Write https://HOST, without a path; http for localhost."
        )
    return target.origin
