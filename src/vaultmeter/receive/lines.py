"""Splits a stream of bytes into lines as it arrives."""

from vaultmeter.receive.cutter import Cutter


class Lines:
    """The lines of one sender. One that is too long is passed on in pieces that are refused."""

    def __init__(self, cutter: Cutter) -> None:
        """Begin with nothing."""
        self._cutter = cutter
        self._held = bytearray()

    def feed(self, content: bytes) -> bytes:
        """The lines that are complete now, each with its newline."""
        self._held += content
        taken = []
        while end := self._cutter.end(self._held, len(self._held)):
            piece = bytes(self._held[:end])
            del self._held[:end]
            taken.append(piece if piece.endswith(b"\n") else piece + b"\n")
        return b"".join(taken)

    def rest(self) -> bytes:
        """What is left when nothing follows: a part of a line, as a line of its own."""
        rest, self._held = bytes(self._held), bytearray()
        return rest + b"\n" if rest else b""
