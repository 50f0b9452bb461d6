"""Connections to addresses that were judged before, all of them within one time."""

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpcore

from vaultmeter.access.egress_addresses import Address, address_read

_PIECE = 16 << 10
"""Bytes that are written at once, so that the time is looked at in between."""


@dataclass(frozen=True)
class Deadline:
    """An instant of the monotonic clock at which everything is over."""

    at: float

    def left(self) -> float:
        """Seconds that are left; raises httpcore's error of a timeout when there are none."""
        left = self.at - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it took too long")
        return left


class Guarded(httpcore.NetworkBackend):
    """Connects to given addresses, whatever the name in the request stands for by now."""

    def __init__(
        self, sockets: httpcore.NetworkBackend, addresses: Sequence[Address], deadline: Deadline
    ) -> None:
        """Connect to the first of these addresses that answers."""
        self._sockets, self._addresses, self._deadline = sockets, addresses, deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  it was resolved, once
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline holds
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection; raises httpcore's errors."""
        failed: Exception = httpcore.ConnectError("there is no address")
        for address in self._addresses:
            try:
                opened = self._sockets.connect_tcp(
                    str(address), port, self._deadline.left(), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failed = error
                continue
            if address_read(opened.get_extra_info("server_addr")[0]) != address:
                opened.close()
                raise httpcore.ConnectError("it is connected to somewhere else")
            return _Timed(opened, self._deadline)
        raise failed


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends with the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  the deadline holds
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  the deadline holds
        for begin in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[begin : begin + _PIECE], self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  the deadline holds
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Timed(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  the library's type
        return self._stream.get_extra_info(info)
