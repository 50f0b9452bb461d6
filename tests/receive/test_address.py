"""Checks which addresses can be listened at, and that others are refused in words that help."""

from pathlib import Path

import pytest

from vaultmeter.model.errors import Invalid
from vaultmeter.receive.address import SCHEMES, address_of

SPELLED = {
    "tcp://127.0.0.1:9000": ("tcp", "127.0.0.1", 9000, Path()),
    "tcp://[::1]:9000": ("tcp", "::1", 9000, Path()),
    "udp://0.0.0.0:514": ("udp", "0.0.0.0", 514, Path()),  # noqa: S104  what a user may write
    "syslog+tcp://localhost:601": ("tcp", "localhost", 601, Path()),
    "unix:///run/bao.sock": ("unix", "", 0, Path("/run/bao.sock")),
    "syslog+unixgram:///dev/log": ("unixgram", "", 0, Path("/dev/log")),
}
WRONG = [
    "",
    "127.0.0.1:9000",
    "http://127.0.0.1:9000",
    "tpc://127.0.0.1:9000",
    "tcp://127.0.0.1",
    "tcp://:9000",
    "tcp://127.0.0.1:0",
    "tcp://127.0.0.1:99999",
    "tcp://127.0.0.1:9000/path",
    "tcp://user@127.0.0.1:9000",
    "tcp://127.0.0.1:9000?format=syslog",
    "tcp://[::1:9000",
    "unix://run/bao.sock",
    "unix:///run/",
    "unix:///" + "x" * 107,
    "syslog://127.0.0.1:514",
]


@pytest.mark.parametrize(("url", "meant"), SPELLED.items())
def test_an_address_is_read(url: str, meant: tuple[str, str, int, Path]) -> None:
    """Each transport has its form, with and without syslog."""
    address = address_of(url)
    assert (address.transport, address.host, address.port, address.path) == meant
    assert address.is_syslog == url.startswith("syslog")


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_address_is_refused(url: str) -> None:
    """What cannot be listened at is refused with the address and a form that can."""
    with pytest.raises(Invalid) as raised:
        address_of(url)
    assert repr(url) in raised.value.message
    assert raised.value.hint


def test_every_transport_has_two_schemes() -> None:
    """JSON lines and syslog come over each of four transports."""
    assert len(SCHEMES) == 8
