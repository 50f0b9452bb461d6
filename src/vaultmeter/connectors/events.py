"""Our own open format, for any vault without a connector: NDJSON, CSV and CloudEvents 1.0.

One event a line. The fields are those of the event itself (`docs/guide/events-format.md`); a
CloudEvents envelope carries them in `data`, and its `id`, `source` and `time` stand for ours.
A CSV file has the field names in its first line and one event a line below it.
"""

from vaultmeter.connectors import Connector
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.visibility import COUNTED, SEEN, Sight, Visible

FIELDS: dict[str, str] = {
    "id": "the vault's own id of the record, unique within the source",
    "time": "when it happened: RFC 3339 with an offset, required",
    "kind": "what happened, one of the kinds, required",
    "identity": "stable key of who or what acted, required",
    "identity_name": "what people call it; the key where it is missing",
    "identity_kind": "person (default), machine, agent or system",
    "account": "account, such as acme/finance, or just the part below the source's own",
    "item": "the secret, key or password it was about, as its owner writes it",
    "item_type": "static_secret, dynamic_secret, classic_key, password, ...",
    "session": "the vault's own session id",
    "detail": "viewed, revealed, copied, encrypt, decrypt, sign, ...",
    "intent": "use, manage, presence, heartbeat or system; follows from the kind where missing",
    "outcome": "ok, denied, not_found or error; ok unless given, of a login_failed denied",
    "weight": "how many objects the event covers, 1 or more (default 1)",
    "product": "sm, pm or sra; follows from the kind where missing",
    "auth_method": "how the identity signed in: saml2, oidc, ldap, api_key, ...",
    "ip": "address of the caller",
    "agent": "program of the caller",
    "source_event": "the vault's own code of the event",
    "evidence": "server (default), client or inferred",
}
"""Every field of the format and what it holds; the reference page is made from this."""

_REQUIRED = ("time", "kind", "identity")
_BYTE_ORDER_MARK = "\ufeff"
_NAMES_OF_A_HEADER = 2
_CSV_LINE = r'(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*'


def _is_header(line: bytes) -> bool:
    """Whether a first line names two fields or more; raises `Invalid` when others do not fit."""
    names = _names(line.decode("utf-8", "replace"))
    if len(set(names) & set(FIELDS)) < _NAMES_OF_A_HEADER:
        return False
    _check_header(names)
    return True


def _names(header: str) -> list[str]:
    return [name.strip(' "') for name in header.removeprefix(_BYTE_ORDER_MARK).strip().split(",")]


def _csv_sql(header: str) -> str:
    names = _names(header)
    position = {name: number for number, name in enumerate(names, start=1)}
    fields = ", ".join(f"'{name}': {_cell(position.get(name))}" for name in FIELDS)
    return f"""
        select
            line,
            {{'specversion': null, 'source': null, 'data': null, {fields}}} as r
        from (
            select
                line,
                case
                    when regexp_full_match(rtrim(text, chr(10) || chr(13)), '{_CSV_LINE}')
                        then regexp_extract_all(
                            ',' || rtrim(text, chr(10) || chr(13)), ',("(?:[^"]|"")*"|[^",]*)', 1
                        )
                end as cells
            from lines
        )
        where len(cells) = {len(names)}
    """


def _check_header(names: list[str]) -> None:
    unknown = [name for name in names if name not in FIELDS]
    missing = [name for name in _REQUIRED if name not in names]
    if unknown or missing or len(set(names)) < len(names):
        raise Invalid(
            "The CSV header does not fit: "
            + "; ".join(
                [f"unknown column {name!r}" for name in unknown]
                + [f"missing column {name!r}" for name in missing]
                + (["a column is named twice"] if len(set(names)) < len(names) else [])
            )
            + ".",
            did_you_mean(unknown[0], FIELDS) if unknown else "Columns: " + ", ".join(FIELDS) + ".",
        )


def _cell(position: int | None) -> str:
    if position is None:
        return "cast(null as varchar)"
    cell = f"cells[{position}]"
    quoted = f"replace(substr({cell}, 2, length({cell}) - 2), '\"\"', '\"')"
    return f"nullif(case when starts_with({cell}, '\"') then {quoted} else {cell} end, '')"


_WHATEVER_ARRIVES = Sight(
    Visible.NOT_YET, "Shown as soon as the program that writes the events sends one."
)
_WHERE_GIVEN = Sight(Visible.PARTLY, "Shown where an event names it; the field may be left out.")

CONNECTOR = Connector(
    name="events",
    title="vaultmeter's open event format: NDJSON, CSV, CloudEvents 1.0",
    shape={
        "specversion": "VARCHAR",
        "source": "VARCHAR",
        "data": dict.fromkeys(FIELDS, "VARCHAR"),
        **dict.fromkeys(FIELDS, "VARCHAR"),
    },
    ids_unique_within="source",
    is_header=_is_header,
    csv_sql=_csv_sql,
    sights={name: _WHATEVER_ARRIVES if name in COUNTED else _WHERE_GIVEN for name in SEEN},
)
