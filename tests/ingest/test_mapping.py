"""A connector whose SQL fails on a line loses that line to the rejects, and no other."""

from dataclasses import dataclass

from tests.conftest import Folder, event, ndjson

from vaultmeter.connectors import Connector
from vaultmeter.connectors.events import CONNECTOR
from vaultmeter.ingest.flush import flush, prepare
from vaultmeter.ingest.guard import guard
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.receive.files import FileReader


@dataclass(frozen=True)
class Careless(Connector):
    """The open format, read by SQL that takes every weight for a whole number."""

    @property
    def mapping(self) -> str:
        """The mapping of the open format with a cast that can fail."""
        return super().mapping.replace("try_cast(weight as integer)", "cast(weight as integer)")


CARELESS = Careless("events", "careless", CONNECTOR.shape, "source")


def test_a_line_the_sql_fails_on_is_rejected_with_the_error(folder: Folder) -> None:
    """The other lines of the batch are stored, and the failing ones are kept with the reason."""
    lines = [event(number, weight="many" if number in (3, 7) else 2) for number in range(10)]

    outcome = _flush(folder, ndjson(*lines))

    assert (outcome.stored, outcome.rejected) == (8, 2)
    rows = folder.app.store.query("select line, reason, expected, body from reject order by line")
    assert [(line, reason) for line, reason, _, _ in rows] == [(4, "not_mapped"), (8, "not_mapped")]
    assert all("many" in expected for _, _, expected, _ in rows)
    assert [bytes(body) for *_, body in rows] == [ndjson(lines[3])[:-1], ndjson(lines[7])[:-1]]


def test_a_batch_without_a_good_line_is_rejected_whole(folder: Folder) -> None:
    """When the SQL fails on every line, every line is a reject and none is lost."""
    outcome = _flush(folder, ndjson(*(event(number, weight="many") for number in range(9))))

    assert (outcome.stored, outcome.rejected) == (0, 9)


def _flush(folder: Folder, content: bytes) -> Outcome:
    app, path = folder.app, folder.path.parent / "careless.log"
    path.write_bytes(content)
    source = app.inbox.source("careless", "events", None)
    reader = FileReader(app.inbox, source, 1 << 20, 1 << 20, lambda _: False)
    (taken,) = reader.take(path)
    guarded = guard(taken.content, taken.batch.start, app.settings)
    return flush(prepare(app.store, CARELESS, source, taken.batch, guarded, None))
