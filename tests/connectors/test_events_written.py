"""The open format written as CSV and as CloudEvents comes to the same events as lines of JSON."""

import json
from datetime import datetime

import pytest
from tests.conftest import Folder, ndjson
from tests.connectors.open_format import MANY, Record, as_cloudevents, as_csv, stored

from vaultmeter.connectors.events import FIELDS
from vaultmeter.model.errors import Invalid


@pytest.mark.parametrize(
    "content",
    [
        as_csv(MANY),
        as_csv(MANY, "\r\n"),
        b"\xef\xbb\xbf" + as_csv(MANY),
        as_csv(MANY, names=sorted(FIELDS, reverse=True)),
        as_csv(MANY).rstrip(b"\n") + b"\n\n",
        ndjson(*MANY).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + ndjson(*MANY),
        as_cloudevents(MANY),
    ],
    ids=["csv", "crlf", "mark", "order", "blank", "ndjson crlf", "ndjson mark", "cloudevents"],
)
def test_other_ways_to_write_the_same_events(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """CSV, CloudEvents and lines of JSON with the same fields come to the same events."""
    other = Folder(tmp_path_factory.mktemp("other") / "data")
    other.take("events", ndjson(*MANY), account="acme")
    wanted = stored(other)
    other.close()
    taken = folder.take("events", content, account="acme")
    assert (taken.outcome.stored, taken.outcome.rejected) == (len(MANY), 0), folder.rejects()
    assert stored(folder) == wanted


def test_csv_quotes_commas_and_empty_cells(folder: Folder) -> None:
    """Quoted cells may hold commas and doubled quotes; an empty cell is a field left out."""
    lines = (
        'time,"kind",identity,item,detail,weight,outcome',
        "2026-11-01T08:00:00Z,login,ada,,,,",
        '2026-11-01T08:00:01Z,"secret_read","a,d""a","",viewed,"2",denied',
        '2026-11-01T08:00:02Z,secret_read,"","",,,',
        "2026-11-01T08:00:03Z,login,ada,,,",
        "2026-11-01T08:00:04Z,login,ada,,,,,",
        '2026-11-01T08:00:05Z,login,a"da,,,,',
        '2026-11-01T08:00:06Z,login,"ada,,,,',
        "2026-11-01T08:00:07Z,fly,ada,,,,",
        "2026-11-01T08:00:08Z,login,ada,,,,error",
    )
    folder.take("events", "\n".join(lines).encode() + b"\n", account="acme")
    shown = [
        (event["kind"], event["identity_name"], event["item"], event["weight"], event["outcome"])
        for event in stored(folder)
    ]
    assert shown == [
        ("login", "ada", None, 1, "ok"),
        ("secret_read", 'a,d"a', None, 2, "denied"),
        ("login", "ada", None, 1, "error"),
    ]
    assert [(reject.line, reject.reason) for reject in folder.rejects()] == [
        (4, "unknown_shape"),
        (5, "not_csv"),
        (6, "not_csv"),
        (7, "not_csv"),
        (8, "not_csv"),
        (9, "unknown_shape"),
    ]
    assert [reject.body.decode() for reject in folder.rejects()] == [lines[n] for n in range(3, 9)]


@pytest.mark.parametrize(
    ("header", "message", "hint"),
    [
        ("time,kind,identty", "unknown column 'identty'; missing column 'identity'", "'identity'"),
        ("time,kind,identity,itm", "unknown column 'itm'", "Did you mean 'item'?"),
        ("time,kind", "missing column 'identity'", "Columns: id, time, kind"),
        ("time,kind,identity,kind", "a column is named twice", "Columns: "),
        ("Time,Kind,Identity,item,detail", "unknown column 'Time'", "'time'"),
    ],
)
def test_a_header_that_does_not_fit_is_an_error(
    folder: Folder, header: str, message: str, hint: str
) -> None:
    """A mistyped column stops the file before anything of it is taken in."""
    with pytest.raises(Invalid) as raised:
        folder.take("events", f"{header}\n2026-11-01T08:00:00Z,login,ada,x\n".encode())
    assert message in raised.value.message
    assert hint in raised.value.hint
    folder.open()
    assert folder.totals().received == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"source": None}, "source: text, required by CloudEvents"),
        ({"source": ""}, "source: text, required by CloudEvents"),
        ({"id": None}, "id: text, required by CloudEvents"),
        ({"id": ""}, "id: text, required by CloudEvents"),
        ({"data": None}, "kind: required, one of "),
        ({"data": {"kind": "login"}}, "identity: required text"),
        ({"data": {"kind": "fly", "identity": "ada"}}, "kind: one of "),
        ({"time": None}, "time: required"),
    ],
)
def test_an_envelope_without_what_it_needs_is_rejected(
    folder: Folder, changed: Record, said: str
) -> None:
    """What CloudEvents requires, and what the event requires, is named when it is missing."""
    envelope = json.loads(as_cloudevents([MANY[1]]))
    record = {name: value for name, value in (envelope | changed).items() if value is not None}
    folder.take("events", ndjson(record))
    (reject,) = folder.rejects()
    assert reject.body + b"\n" == ndjson(record)
    assert str(reject.expected).startswith(said)


def test_an_envelope_is_known_by_source_and_id(folder: Folder) -> None:
    """The same id of another source is another event; of the same source it is a repetition."""
    envelope = json.loads(as_cloudevents([MANY[1]]))
    taken = folder.take("events", ndjson(envelope, envelope | {"source": "/vault/2"}, envelope))
    assert (taken.outcome.stored, taken.outcome.duplicates) == (2, 1)


def test_what_the_data_says_wins(folder: Folder) -> None:
    """A time within the data is the event's; the envelope's is that of its sending."""
    envelope = json.loads(as_cloudevents([MANY[1]]))
    envelope["data"]["time"] = "2026-11-01T07:00:00Z"
    folder.take("events", ndjson(envelope))
    assert stored(folder)[0]["time"] == datetime(2026, 11, 1, 7)  # noqa: DTZ001  as stored
