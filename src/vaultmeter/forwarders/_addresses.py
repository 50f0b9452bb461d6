"""Addresses of e-mail, read in one way only, and the domains that may be written to."""

import re
from collections.abc import Iterable, Sequence

from vaultmeter.model.errors import Invalid, did_you_mean

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?P<domain>[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)"
)
"""A plain address (RFC 5321, 4.1.2), without quotes, comments, literals and names."""
_LONGEST = 254
MOST = 50
"""Addresses that one forwarder writes to."""


def addresses_of(text: str) -> tuple[str, ...]:
    """The addresses of a text, with commas between them; raises `Invalid`."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for each in found:
        # What begins an encoded word would be read as something else in a header (RFC 2047).
        if len(each) > _LONGEST or not _ADDRESS.fullmatch(each) or "=?" in each:
            raise Invalid(f"{each[:200]!r} is no address of e-mail.", "Write ada@acme.com.")
    if not found or len(found) > MOST:
        raise Invalid(
            f"There are {len(found)} addresses.", f"Write 1 to {MOST}, with commas between them."
        )
    return found


def outside(addresses: Iterable[str], domains: Sequence[str]) -> list[str]:
    """The addresses that are not of these domains, or of a domain below one written `*.acme.com`.

    Without domains, every address may be written to.
    """
    return [each for each in addresses if domains and not _is_within(each, domains)]


def check_domains(addresses: Iterable[str], domains: Sequence[str]) -> None:
    """Raise `Invalid` where an address may not be written to."""
    if wrong := outside(addresses, domains):
        raise Invalid(
            f"{wrong[0]} may not be written to: mail goes to {', '.join(domains)} alone.",
            did_you_mean(wrong[0].rpartition("@")[2], domains)
            + " The setting mail_domains says which domains may.",
        )


def _is_within(address: str, domains: Sequence[str]) -> bool:
    domain = address.rpartition("@")[2].lower()
    for each in domains:
        bare = each.lower().lstrip("@")
        if bare.startswith("*."):
            if domain.endswith(bare[1:]):
                return True
        elif domain == bare:
            return True
    return False
