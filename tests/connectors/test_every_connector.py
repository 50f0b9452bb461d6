"""What every connector promises; a new one only adds its records and what they mean.

`data/NAME/CASE.ndjson` (or another ending) holds records as the vault writes them, and
`data/NAME/CASE.expected.json` the events they come to, in order of time; `DEFAULTS` says what may
be left out of an event. A case that fails leaves what it came to in `actual.json`.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Folder

from vaultmeter.app import connector_named
from vaultmeter.connectors import MAPPED_COLUMNS
from vaultmeter.model.kinds import INTENT_OF_KIND, Kind
from vaultmeter.plugins import names_in

NAMES = names_in("vaultmeter.connectors")
DATA = Path(__file__).parent / "data"
CASES = sorted(DATA.glob("*/*.expected.json"))
DEFAULTS = {
    "account": "acme",
    "outcome": "ok",
    "weight": 1,
    "product": "sm",
    "evidence": "server",
}
"""What an expected event need not say, beside what is null and the usual intent of its kind."""
COLUMNS = {
    "time": "event.time",
    "account": "account.name",
    "user": "identity.name",
    "user_kind": "identity.kind",
    "user_signs_in_with": "identity.auth_method",
    "item": "item.name",
    "item_type": "item.type",
    "kind": "event.kind",
    "detail": "event.detail",
    "intent": "event.intent",
    "outcome": "event.outcome",
    "weight": "event.weight",
    "product": "event.product",
    "auth_method": "event.auth_method",
    "ip": "event.ip",
    "agent": "event.agent",
    "source_event": "event.source_event",
    "evidence": "event.evidence",
}
"""What an event is compared by, and where it stands in the store."""


def records_of(case: Path) -> Path:
    """Find the records beside what is expected of them."""
    stem = case.name.removesuffix(".expected.json")
    (records,) = (path for path in case.parent.glob(f"{stem}.*") if path != case)
    return records


def shown(event: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an event what an expected one need not say."""
    defaults = DEFAULTS | {"intent": INTENT_OF_KIND[Kind(event["kind"])].value}
    return {
        name: value
        for name, value in event.items()
        if value is not None and value != defaults.get(name)
    }


def told(folder: Folder) -> dict[str, Any]:
    """Tell what records came to, as it stands in a file of expectations."""
    rows = folder.app.store.query(f"""
        select {", ".join(COLUMNS.values())}
        from event
        join account on account.id = event.account
        join identity on identity.id = event.identity
        left join item on item.id = event.item
        order by event.time, event.line
    """)
    events = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for event in events:
        event["time"] = event["time"].isoformat() + "Z"
    rejected = [[reject.line, reject.reason, reject.expected] for reject in folder.rejects()]
    notes = [text for (text,) in folder.app.store.query("select text from note order by text")]
    return {"events": [shown(event) for event in events], "rejected": rejected, "notes": notes}


@pytest.mark.parametrize("name", NAMES)
def test_a_connector_is_complete(name: str) -> None:
    """Each connector has its mapping, a title, and records with what they mean."""
    assert files("vaultmeter.connectors").joinpath(f"{name}.sql").is_file()
    assert connector_named(name).name == name
    assert connector_named(name).title
    assert [case for case in CASES if case.parent.name == name], (
        f"Add tests/connectors/data/{name}."
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_mapping_answers_the_columns_of_an_event(folder: Folder, name: str) -> None:
    """Each mapping is one select over records, with exactly the columns an event is made of."""
    connector, store = connector_named(name), folder.app.store
    shape = json.dumps(connector.shape).replace("'", "''")
    store.run("create temp table lines (line bigint, text varchar)")
    parsed = f"select line, from_json(text, '{shape}') as r from lines"
    store.run(f"create temp view records as {parsed}")
    store.run(f"create temp table of_a_mapping as {connector.mapping}", {"account": "acme"})
    assert {row[0] for row in store.query("describe of_a_mapping")} == set(MAPPED_COLUMNS)
    casts = ", ".join(f"cast({column} as {type_})" for column, type_ in MAPPED_COLUMNS.items())
    assert store.query(f"select {casts} from of_a_mapping") == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_records_come_to_the_events_expected(folder: Folder, case: Path, tmp_path: Path) -> None:
    """Records of a vault come to the events, rejects and notes that stand beside them."""
    expected = json.loads(case.read_text("utf-8"))
    folder.ingest(case.parent.name, records_of(case), account="acme")
    actual = told(folder)
    (tmp_path / "actual.json").write_text(json.dumps(actual, indent=1, ensure_ascii=False))
    assert actual == {"rejected": [], "notes": [], **expected}, tmp_path / "actual.json"


def test_no_records_without_expectations() -> None:
    """Every file of records is the records of a case."""
    records = {path for path in DATA.glob("*/*") if not path.name.endswith(".expected.json")}
    assert records == {records_of(case) for case in CASES}
