"""Which addresses are on the internet at large: what leaves goes there, or where it is allowed.

Networks are those of the IANA special-purpose address registries (RFC 6890 and its updates),
besides the addresses at which clouds tell their machines secrets. An address that stands for
another one, such as `::ffff:127.0.0.1`, is judged by that one too.
"""

from collections.abc import Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network: unspecified
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT, and the metadata of one cloud
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # the metadata of another one
            "169.254.0.0/16",  # link-local, and the metadata of most
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "3fff::/20",  # documentation
        ),
    )
)
_GLOBAL = IPv6Network("2000::/3")
"""All that IPv6 has given out for use on the internet."""
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
"""The upper half of an interface's id in which the lower half is an IPv4 address (RFC 5214)."""
_LOW_32 = (1 << 32) - 1


def address_read(text: str) -> Address | None:
    """The address that a text is, in the one form that everybody reads alike."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Whether an address, and the one that it stands for, is on the internet at large."""
    is_wrapped = isinstance(address, IPv6Address) and equal_to(address) is not None
    if isinstance(address, IPv6Address) and not (address in _GLOBAL or is_wrapped):
        return False
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return all(is_public(inner) for inner in _embedded(address))


def is_in(address: Address, network: Network) -> bool:
    """Whether an address is of a network, in whichever form it is written."""
    same = equal_to(address)
    return address in network or (same is not None and same in network)


def equal_to(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one is another form of: mapped, or by NAT64 (RFC 6052)."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & _LOW_32)
    return address.ipv4_mapped


def _embedded(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses at which packets to an IPv6 address may end."""
    if isinstance(address, IPv4Address):
        return
    if same := equal_to(address):
        yield same
    if address.sixtofour:
        yield address.sixtofour
    if (int(address) >> 32) & _LOW_32 in _ISATAP:
        yield IPv4Address(int(address) & _LOW_32)
