"""Takes the records out of syslog messages.

A message is RFC 5424, or the older form of RFC 3164 that local syslog uses and that OpenBao's and
Vault's syslog audit device writes: `<PRI>Jan  2 15:04:05 TAG[PID]: {...}` (`go-syslog`). Its record
is what its text holds from the first `{` on. In a stream, messages are framed by their length or
by a newline (RFC 6587), each as it comes. A message without `{` is passed on as it is, so that it
becomes a reject with all its bytes. Line breaks inside a message become spaces.
"""

import re

from vaultmeter.receive.cutter import Cutter

_HEADER = re.compile(
    rb"<\d{1,3}>[1-9]\d{0,2} \S+ \S+ \S+ \S+ \S+ "
    rb'(?:-|(?:\[[^ =\]"]+(?: [^ =\]"]+="(?:[^"\\]|\\.)*")*\])+)(?: |$)',
    re.DOTALL,
)
"""PRI VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA."""
_COUNTED = re.compile(rb"([1-9]\d{0,8}) ")
_COUNT_AT_MOST = 10
"""Bytes that the length of a message and the space after it may take."""
_BETWEEN = b"\r\n\0"
"""What some senders put between messages, besides their length."""


def record_of(message: bytes) -> bytes:
    """The record that a message carries, on one line without a newline."""
    message = message.strip(_BETWEEN).replace(b"\n", b" ")
    header = _HEADER.match(message)
    start = message.find(b"{", header.end() if header else 0)
    return message[start:] if start >= 0 else message


class Messages:
    """Splits a stream of syslog messages, and answers their records as lines."""

    def __init__(self, cutter: Cutter) -> None:
        """Begin with nothing; longer messages than are held are passed on in pieces."""
        self._cutter = cutter
        self._held = bytearray()
        self._left = 0
        """Bytes to come of a message whose length was told."""
        self._is_inside = False
        """Whether a piece of the message was passed on already."""

    def feed(self, content: bytes) -> bytes:
        """The records that are complete now, each with a newline."""
        self._held += content
        records = []
        while self._is_at_a_message() and (size := self._size()):
            message = bytes(self._held[:size])
            del self._held[:size]
            if record := message if self._is_inside else record_of(message):
                records.append(_line(record))
            self._go_on(message)
        return b"".join(records)

    def rest(self) -> bytes:
        """What is left when nothing follows: the beginning of a message, as it is."""
        rest, self._held = bytes(self._held), bytearray()
        return _line(rest) if rest.strip(_BETWEEN) else b""

    def _is_at_a_message(self) -> bool:
        """Read the length of a message, if it tells one; false when more of that must come."""
        if self._left or self._is_inside:
            return True
        del self._held[: len(self._held) - len(self._held.lstrip(_BETWEEN))]
        if counted := _COUNTED.match(self._held):
            self._left = int(counted[1])
            del self._held[: counted.end()]
            return True
        return not (self._held.isdigit() and len(self._held) < _COUNT_AT_MOST)

    def _size(self) -> int:
        """How long the message is, or a piece of it that is refused by itself; 0: wait for more."""
        if self._left and self._left <= len(self._held):
            return self._left
        end = 0 if self._left else self._held.find(b"\n") + 1
        if not end and len(self._held) >= self._cutter.held:
            # What remains of it is long enough to be refused, too.
            self._is_inside = True
            return len(self._held) - self._cutter.refused
        return end

    def _go_on(self, message: bytes) -> None:
        """Behind a message, or a piece of one."""
        was_counted = self._left > 0
        self._left = max(self._left - len(message), 0)
        if self._left == 0 and (was_counted or message.endswith(b"\n")):
            self._is_inside = False


def _line(content: bytes) -> bytes:
    return content.rstrip(b"\n").replace(b"\n", b" ") + b"\n"
