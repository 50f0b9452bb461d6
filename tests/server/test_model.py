"""Checks reports against a model in plain Python, whatever order records and restarts come in."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from tests.conftest import Folder, Row, check_books

from vaultmeter.inbox.batches import Delivery

EXAMPLES, STEPS = 12, 30
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
GLANCE = timedelta(minutes=5)
KINDS = ("secret_read", "secret_read", "key_operation", "login", "item_deleted")


@dataclass(frozen=True)
class Record:
    """What somebody did at a vault; the same content each time it is sent."""

    id: str
    who: str
    kind: str
    item: str
    outcome: str
    time: datetime

    def line(self) -> bytes:
        """Write it in the open format."""
        fields = {
            "id": self.id,
            "time": self.time.isoformat(),
            "kind": self.kind,
            "identity": self.who,
            "item": None if self.kind.startswith("login") else self.item,
            "outcome": self.outcome,
        }
        return json.dumps({name: value for name, value in fields.items() if value}).encode() + b"\n"


DEEDS = st.tuples(
    st.sampled_from(("ada", "bob", "cyd")),
    st.sampled_from(KINDS),
    st.sampled_from(("kv/a", "kv/b", "kv/c")),
    st.sampled_from(("ok", "ok", "ok", "denied")),
    # Late by a year, by months and by a day, in time, and ahead of the clock.
    st.sampled_from((-400, -70, -1, 0, 0, 0, 3)),
    st.integers(0, 40),
)
"""Who did what to which item with which outcome, on which day from today, at which minute."""


@dataclass
class Model:
    """What was accepted, and what reports must make of it."""

    known: dict[str, Record] = field(default_factory=dict)
    lines: int = 0
    bad: int = 0

    def accept(self, records: Iterable[Record]) -> None:
        """Take records in, known ones for nothing."""
        for record in records:
            self.lines += 1
            self.known.setdefault(record.id, record)

    def users(self) -> dict[str, Row]:
        """Count what everybody did."""
        found = {}
        for who in {record.who for record in self.known.values()}:
            own = [record for record in self.known.values() if record.who == who]
            done = [record for record in own if record.outcome == "ok"]
            kinds = Counter(record.kind for record in done)
            active = [record.time for record in done if record.kind != "login"]
            found[who] = {
                "requests": len(own),
                "secrets_read": kinds["secret_read"],
                "key_operations": kinds["key_operation"],
                "login_sessions": kinds["login"],
                "failed_logins": sum(record.kind == "login_failed" for record in own),
                # A refused sign-in is no denied request.
                "denied": sum(r.outcome == "denied" and r.kind != "login_failed" for r in own),
                "passwords_accessed": self.glances(done),
                "last_active": max(active or [record.time for record in done], default=None),
            }
        return found

    @staticmethod
    def glances(records: list[Record]) -> int:
        """Count the reads of an item by one person, those close behind another left out."""
        times = defaultdict(list)
        for record in sorted(records, key=lambda each: each.time):
            if record.kind == "secret_read":
                times[record.item].append(record.time)
        return sum(
            1 + sum(later - sooner > GLANCE for sooner, later in pairwise(each))
            for each in times.values()
        )

    def items(self) -> dict[str, Row]:
        """Count what was done with every item that was used."""
        found = {}
        done = [each for each in self.known.values() if each.outcome == "ok"]
        for item in {record.item for record in done}:
            own = [record for record in done if record.item == item]
            uses = [record for record in own if record.kind in ("secret_read", "key_operation")]
            deleted = [record.time for record in own if record.kind == "item_deleted"]
            if uses:
                found[item] = {
                    "uses": len(uses),
                    "reads": sum(record.kind == "secret_read" for record in uses),
                    "users": len({record.who for record in uses}),
                    "last_used": max(record.time for record in uses),
                    "deleted": max(deleted, default=None),
                    "state": "deleted" if deleted else "current",
                }
        return found

    def overview(self) -> Row:
        """Add everybody up."""
        users = self.users().values()
        names = set(next(iter(users), {})) - {"requests", "last_active"}
        added = {name: sum(user[name] for user in users) for name in names}
        used = {
            record.who
            for record in self.known.values()
            if record.outcome == "ok" and record.kind in ("secret_read", "key_operation")
        }
        return added | {"total_requests": len(self.known), "unique_users": len(used)}


class Collected(RuleBasedStateMachine):
    """A data folder to which records come in every way and order, and its model."""

    def __init__(self) -> None:
        """Begin with an empty folder."""
        super().__init__()
        self.place = TemporaryDirectory(prefix="vaultmeter-")
        self.folder = Folder(Path(self.place.name) / "data")
        self.folder.clock.now = NOON
        self.model = Model()
        self.keyed: list[list[Record]] = []
        self.made = 0

    def make(self, deeds: list[tuple[str, str, str, str, int, int]]) -> list[Record]:
        """Give deeds ids of their own."""
        records = []
        for who, kind, item, outcome, days, minutes in deeds:
            time = NOON + timedelta(days=days, minutes=minutes)
            what = "login_failed" if (kind, outcome) == ("login", "denied") else kind
            records.append(Record(f"r-{self.made}", who, what, item, outcome, time))
            self.made += 1
        return records

    def push(self, records: list[Record], *, keyed: bool, stream: str = "push") -> bool:
        """Push records; answers whether they were known by their key."""
        content = b"".join(record.line() for record in records)
        source = self.folder.app.inbox.source("vault", "events", None)
        key = sha256(content).digest() if keyed else None
        (receipt,) = self.folder.app.inbox.accept_all(
            [Delivery(source, stream, content, len(records), key)]
        )
        if not receipt.duplicate:
            self.model.accept(records)
        return receipt.duplicate

    def chosen(self, numbers: list[int]) -> list[Record]:
        """Choose from what is known, in any order, some perhaps twice."""
        known = list(self.model.known.values())
        return [known[number % len(known)] for number in numbers]

    @rule(deeds=st.lists(DEEDS, min_size=1, max_size=6), keyed=st.booleans(), socket=st.booleans())
    def new_records_are_pushed(
        self, deeds: list[tuple[str, str, str, str, int, int]], *, keyed: bool, socket: bool
    ) -> None:
        """Records come by one of two streams, with a key or without."""
        records = self.make(deeds)
        assert not self.push(records, keyed=keyed, stream="tcp://here" if socket else "push")
        if keyed:
            self.keyed.append(records)

    @rule(
        deeds=st.lists(DEEDS, min_size=1, max_size=6),
        numbers=st.lists(st.integers(0, 99), max_size=6),
    )
    def a_file_is_taken_in(
        self, deeds: list[tuple[str, str, str, str, int, int]], numbers: list[int]
    ) -> None:
        """A file has new records and old ones, and is not taken in twice."""
        records = self.make(deeds) + (self.chosen(numbers) if self.model.known else [])
        path = self.folder.path.parent / f"{records[0].id}.log"
        path.write_bytes(b"".join(record.line() for record in records))
        taken = [self.folder.ingest("events", path, source="vault").outcome for _ in range(2)]
        self.model.accept(records)
        assert [outcome.lines for outcome in taken] == [len(records), 0]

    @precondition(lambda self: self.model.known)
    @rule(numbers=st.lists(st.integers(0, 99), min_size=1, max_size=6))
    def old_records_are_pushed_again(self, numbers: list[int]) -> None:
        """Records that are known come once more, in another order and another company."""
        self.push(self.chosen(numbers), keyed=False)

    @precondition(lambda self: self.keyed)
    @rule(number=st.integers(0, 99))
    def a_push_is_repeated_with_its_key(self, number: int) -> None:
        """What a sender repeats as it was is known at once."""
        assert self.push(self.keyed[number % len(self.keyed)], keyed=True)

    @rule()
    def a_bad_line_comes(self) -> None:
        """A line that nobody understands is kept apart."""
        source = self.folder.app.inbox.source("vault", "events", None)
        line = f"{self.model.bad} is no record\n".encode()
        self.folder.app.inbox.accept_all([Delivery(source, "push", line, 1)])
        self.model.bad += 1

    @rule()
    def it_is_flushed(self) -> None:
        """What waits is merged, and brought into the store."""
        self.folder.app.flush_waiting()

    @rule()
    def it_is_flushed_and_folded(self) -> None:
        """The rollups follow, and the store's log is folded in."""
        self.folder.app.flush_waiting()
        self.folder.app.fold()

    @rule()
    def what_is_in_the_store_is_sealed(self) -> None:
        """Batches move into a segment of the archive."""
        self.folder.app.inbox.seal(self.folder.app.store.position(), everything=True)

    @rule(months=st.integers(0, 3))
    def time_passes(self, months: int) -> None:
        """An hour passes, or months do: repeats come late, and streams begin new files."""
        self.folder.clock.advance(hours=1, days=30 * months)

    @rule()
    def it_is_started_again(self) -> None:
        """The process ends and another one begins."""
        self.folder.open()

    @rule()
    def the_store_is_lost(self) -> None:
        """The store is deleted, and made again at the start."""
        self.folder.close()
        for path in self.folder.path.glob("store.duckdb*"):
            path.unlink()
        self.folder.open()

    @rule()
    def it_is_rebuilt(self) -> None:
        """The store is made again on request."""
        self.folder.app.rebuild()

    @rule()
    def reports_tell_what_the_model_tells(self) -> None:
        """Once all is flushed users, items, overview and ledger are those of the model."""
        self.folder.app.flush_waiting()
        model, total = self.model, self.folder.totals()
        assert (total.stored, total.rejected) == (len(model.known), model.bad)
        assert total.received == model.lines + model.bad
        assert (total.duplicates, total.pending) == (model.lines - len(model.known), 0)
        assert told(self.folder.report("users"), "user", model.users()) == model.users()
        assert told(self.folder.report("items"), "item", model.items()) == model.items()
        overview = {row["measure"]: row["value"] for row in self.folder.report("overview")}
        expected = model.overview()
        assert {name: overview.get(name, 0) for name in expected} == expected

    def teardown(self) -> None:
        """Compare once more, check the books, and clear up."""
        try:
            self.reports_tell_what_the_model_tells()
            check_books(self.folder)
        finally:
            self.folder.close()
            self.place.cleanup()


def told(rows: list[Row], name: str, expected: dict[str, Row]) -> dict[str, Row]:
    """Take from the rows of a report the columns that a model has."""
    columns = next(iter(expected.values()), {}).keys()
    return {row[name]: {column: row[column] for column in columns} for row in rows}


def test_reports_are_those_of_a_model() -> None:
    """Late, early, repeated and mixed records, restarts and lost stores change no report."""
    run_state_machine_as_test(
        Collected,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
