"""Where the records of a vault may hold secrets, and how a hash is told from a clear value."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Secrets:
    """What a vault hashes before it writes a record, unless it was told to write clear values.

    A place is the names of nested members, such as `request.data`; what it holds is meant with
    everything below it.
    """

    record: str
    """The object without which a line is no record."""
    tokens: tuple[str, ...]
    """Places of credentials. A record with a hashed one, and no clear one, is left as it is."""
    values: tuple[str, ...]
    """Places of everything else that is hashed."""
    links: tuple[str, ...]
    """Places of random values that tell which records belong together; they stay different."""
    kept: tuple[str, ...]
    """Places below these that are read, and are no secret."""
    names: tuple[str, ...]
    """Members that are no secret: all that stays of a line that is no record."""
    hashed: str
    """What a hashed value begins with; hexadecimal digits follow."""
    misplaced: str
    """What a credential looks like that stands where none belongs: a regular expression."""
    openings: tuple[str, ...]
    """What stands within the first bytes of a record whose credential is hashed."""
