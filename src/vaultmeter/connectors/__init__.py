"""One vault system each: `x.py` says how its records look, `x.sql` says what a record means.

A connector is found by its file name, which is the name users type. Its SQL is one `select` over
`records(line bigint, r struct)`, the lines of a batch parsed into the connector's `shape`, and
answers one row per line with the columns of `MAPPED_COLUMNS`, in any order. Nothing else is
needed: dedupe, dimensions, ledger and archive are the same for every connector.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, Literal

from vaultmeter.model.errors import Invalid
from vaultmeter.model.secrets import Secrets
from vaultmeter.model.visibility import Sight

MAPPED_COLUMNS: dict[str, str] = {
    "line": "bigint",
    "problem": "varchar",
    "note": "varchar",
    "record_id": "varchar",
    "entry": "utinyint",
    "content": "varchar",
    "time": "timestamp",
    "account": "varchar",
    "identity_key": "varchar",
    "identity_alias": "varchar",
    "identity_name": "varchar",
    "identity_rank": "utinyint",
    "identity_kind": "identity_kind",
    "identity_method": "varchar",
    "item": "varchar",
    "item_type": "varchar",
    "session": "varchar",
    "kind": "kind",
    "detail": "varchar",
    "intent": "intent",
    "outcome": "outcome",
    "weight": "integer",
    "product": "product",
    "auth_method": "varchar",
    "ip": "varchar",
    "agent": "varchar",
    "source_event": "varchar",
    "evidence": "evidence",
}
"""What a connector's SQL answers, with store types. Beyond the event itself:

`problem`         why the line is rejected, as `field: what was expected`, else null
`note`            a sentence about what this record cannot tell, shown on reports, else null
`record_id`       the vendor's own id, unique within the account or the source; null where none
`content`         what identifies a record without an id, free of hashed values
`entry`           1 = request half, 2 = response half, 3 = the whole record. Halves of one
                  `record_id` make one event, and the response half is the better one
`account`         the part below the source's account, null for the account itself
`identity_key`    the vendor's stable id of who acted
`identity_alias`  another key known to mean the same identity, else null
`identity_rank`   how good this record's name, kind and method of the identity are, 0 to 9
`identity_method` how the identity signs in; `auth_method` is set on sign-ins alone
"""


Shape = dict[str, Any]
"""The JSON structure of a record, in the notation of DuckDB's `from_json`."""


def _no_header(_: bytes) -> bool:
    return False


@dataclass(frozen=True)
class Halves:
    """SQL expressions over a few fields, for connectors that get two records for one event."""

    fields: dict[str, str]
    """The names these expressions use, each with its JSON path; `id` is what both share."""
    sound: str
    """True for a record that the mapping will find no problem with."""
    lesser: str
    """True for a record that says nothing the other does not."""
    better: str
    """True for the record that is kept."""


@dataclass(frozen=True)
class Connector:
    """A vault system's records and their meaning."""

    name: str
    """The file's name, which users type."""
    title: str
    """What it reads, in a few words."""
    shape: Shape
    """The fields of a record that its SQL reads."""
    ids_unique_within: Literal["account", "source"]
    """Two records with one id are the same record if both are of one account, or of one source."""
    is_header: Callable[[bytes], bool] = _no_header
    """Whether the first line of a file names the columns of the lines below it."""
    csv_sql: Callable[[str], str] | None = None
    """Makes the `select line, r` over `lines(line, text)` for a file with this header."""
    halves: Halves | None = None
    """How to tell, before mapping, a record that another of the same event makes needless."""
    facts: bool = False
    """Whether its records say what exists, instead of what happened; `content` has each fact."""
    sights: Mapping[str, Sight] = field(default_factory=dict)
    """What its records can show of each measure of coverage, with a sentence why."""
    secrets: Secrets | None = None
    """Where its records may hold secrets; none in records that are written for this program."""

    @property
    def mapping(self) -> str:
        """The text of the `.sql` file of the same name."""
        return files(__name__).joinpath(f"{self.name}.sql").read_text("utf-8")

    @property
    def version(self) -> str:
        """Changes whenever the meaning of a record changes; the store is then rebuilt."""
        text = self.mapping + repr(self.shape) + repr(self.halves)
        return sha256(text.encode()).hexdigest()[:16]


def inventory_of(connector: str) -> Any:  # noqa: ANN401  a module
    """The package `_CONNECTOR_inventory` with `policy()` and `take()`; raises `Invalid`."""
    name = f"{__name__}._{connector}_inventory"
    if find_spec(name) is None:
        raise Invalid(
            f"The connector {connector!r} takes no inventories.",
            "Name a source of the connector openbao.",
        )
    return import_module(name)
