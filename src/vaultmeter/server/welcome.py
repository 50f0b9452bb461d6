"""What the person who starts a server for the first time is told, once and beside the log."""

import sys
from typing import TextIO

from vaultmeter.access.access import Access
from vaultmeter.access.first_start import first_administrator


def welcome(access: Access, out: TextIO | None = None) -> None:
    """Make the first administrator where there is nobody, and tell name and password.

    On standard error as plain text, and not to the log, which is kept and sent elsewhere.
    """
    made = first_administrator(access)
    if made is not None:
        name, password = made
        stream = out or sys.stderr
        stream.write(
            f"First start: the administrator is {name!r}, with the password {password}\n"
            "It is shown this once. Change it after signing in, or set another here:"
            f" vaultmeter users password {name}\n"
        )
        stream.flush()
