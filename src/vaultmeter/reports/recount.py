"""Counts a number again, from the events it is made of, which it shows page by page.

Nothing here trusts the report: it asks for events, never for rollups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Bucket, Period
from vaultmeter.reports.cells import Cell
from vaultmeter.reports.chosen import COUNTED, chosen, existing, listed
from vaultmeter.reports.declared import LISTED, Counting
from vaultmeter.reports.evidence import Evidence, Part, Share, Sought, Thing, Witness
from vaultmeter.reports.head import Report
from vaultmeter.reports.run import Ask, asked_by_viewer, cut_offs_seen
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.statement import Statement, statement

_DISTINCT = ("identities", "items", "existing", *LISTED)
_LISTS = {
    "listed_identities": """select
    identities.user, identities.account, identities.kind, null, listed.time, null
from listed
join identities on identities.identity = listed.identity
order by listed.time desc nulls last, listed.identity
limit $size
offset $skipped""",
    "listed_items": """select items.name, items.account, items.type, items.seen, listed.time, null
from listed
join items on items.item = listed.item
order by listed.time desc nulls last, listed.item
limit $size
offset $skipped""",
}
"""Who or what is listed, the latest first."""
_EVENTS = "select *\nfrom chosen\norder by time desc, event_id desc"
_SUMS = """select
    grouping(source_name, kind, outcome) as what,
    source_name,
    kind,
    outcome,
    count(*) as events,
    {counted} as counted
from chosen
group by grouping sets ((), (source_name), (kind, outcome))
order by events desc, kind, outcome"""
_IN_ALL, _BY_SOURCE, _BY_KIND = 0b111, 0b011, 0b100
"""What a row of these sums is about: the bits say what is not told apart."""


@dataclass(frozen=True)
class Sums:
    """What events come to: how many there are, the number they give, and their parts."""

    total: int
    counted: Any
    parts: tuple[Part, ...]
    by_source: Mapping[str, int]


class Recount:
    """Asks for the events of one number."""

    def __init__(
        self,
        store: Store,
        inbox: Inbox,
        report: Report,
        ask: Ask,
        cell: Cell,
        counting: Counting,
        period: Period,
    ) -> None:
        """Write the part of the statement that holds the events."""
        ask = asked_by_viewer(store, ask)
        self.store, self.inbox, self.report, self.ask = store, inbox, report, ask
        self.cell, self.counting, self.period = cell, counting, period
        self.rows = {**report.evidence.rows, **counting.rows}
        kinds = "kind" in ask.filters.patterns and "kind" in (counting.filters or ("kind",))
        self.bucket: Bucket = report.bucket or ask.per or cell.table.period.bucket()  # type: ignore[assignment]  # words of heads are checked by their tests
        self.chosen = chosen(counting, self.rows, report.sql, kinds=kinds)

    def shown(self, told: Evidence, sought: Sought) -> Evidence:
        """The evidence, with a page of its events."""
        sums = self.sums()
        offset = (sought.page - 1) * sought.size
        query = self.chosen + _EVENTS
        notes, excused = self._notes(told.value, sums.counted)
        return replace(
            told,
            period=self.period,
            query=query,
            statement=self._statement(query),
            counted=sums.counted,
            parts=sums.parts,
            sources=self._shares(sums),
            total=sums.total,
            page=sought.page,
            size=sought.size,
            events=self._events(sought.size, offset),
            distinct=sums.counted if self.counting.counts in _DISTINCT else 0,
            things=self._things(sought.size, offset),
            notes=(*told.notes, *notes),
            excused=excused,
        )

    def sums(self) -> Sums:
        """How many events there are, and what they come to: in all, by source and in parts."""
        rows = self._query(f"{self.chosen}{_SUMS.format(counted=COUNTED[self.counting.counts])}")
        total, counted = next((row[4], _aware(row[5])) for row in rows if row[0] == _IN_ALL)
        if self.counting.counts == "existing":
            [(counted,)] = self._of_existing("select count(*)\nfrom existing")
        if self.counting.counts in LISTED:
            [(counted,)] = self._of_listed("select count(*)\nfrom listed")
        return Sums(
            total,
            counted,
            tuple(Part(*map(_aware, row[2:])) for row in rows if row[0] == _BY_KIND),
            {row[1]: row[4] for row in rows if row[0] == _BY_SOURCE},
        )

    def _shares(self, sums: Sums) -> tuple[Share, ...]:
        given = sums.by_source
        return tuple(
            Share(name, given.get(name, 0), _percent(given.get(name, 0), sums.total), complete_to)
            for name, complete_to in self.cell.table.complete_to.items()
        )

    def _events(self, size: int, offset: int) -> tuple[Witness, ...]:
        rows = self._query(
            f"""{self.chosen}select
    event_id, time, account, user, kind, detail, outcome, item_name, weight, source_name,
    batch, line, source
from chosen
order by time desc, event_id desc
limit $size
offset $skipped""",
            {"size": size, "skipped": offset},
        )
        shown = self._sources_shown()
        batches = {row[10] for row in rows if shown is None or row[12] in shown}
        paths = {batch: self._path(batch) for batch in batches}
        return tuple(
            Witness(*(f"{row[0]:032x}", _aware(row[1]), *row[2:10], *_place(row, paths)))
            for row in rows
        )

    def _sources_shown(self) -> set[int] | None:
        """The sources of which the viewer may know the files and how many lines they have.

        They are those whose whole account it sees; `None` is all of them.
        """
        viewer = self.ask.viewer
        if viewer.grants is None:
            return None
        rows = self.store.query(
            """
            select source.id, account.name
            from source
            join account on account.id = source.account
            """
        )
        return {source for source, account in rows if viewer.covers(account)}

    def _path(self, batch: int) -> str | None:
        """The file a batch came from; `None` when it is not known any more."""
        files = self.store.query("select file from flushed where batch = $batch", {"batch": batch})
        return self.inbox.files.get(files[0][0]).path if files else None

    def _things(self, size: int, offset: int) -> tuple[Thing, ...]:
        selects = {
            "identities": """select
    arg_max(user, time), arg_max(account, time), arg_max(who, time), min(time), max(time), count(*)
from chosen
group by identity
order by max(time) desc, identity""",
            "items": """select
    arg_max(item_name, time), arg_max(account, time), null, min(time), max(time), count(*)
from chosen
group by item
order by max(time) desc, item""",
        }
        page = {"size": size, "skipped": offset}
        if self.counting.counts == "existing":
            rows = self._of_existing(
                "select name, account, type, seen, changed, null\nfrom existing\n"
                "order by seen desc, item\nlimit $size\noffset $skipped",
                page,
            )
        elif self.counting.counts in LISTED:
            rows = self._of_listed(_LISTS[self.counting.counts], page)
        elif select := selects.get(self.counting.counts):
            rows = self._query(f"{self.chosen}{select}\nlimit $size\noffset $skipped", page)
        else:
            return ()
        return tuple(Thing(*map(_aware, row)) for row in rows)

    def _of_existing(self, sql: str, more: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """What there is follows from items, which have filters of their own."""
        question = self._question(self.ask.filters)
        built = statement(existing(self.counting, self.rows) + sql, question, self.store.parse)
        return self.store.query(built.sql, built.values | (more or {}))

    def _of_listed(self, sql: str, more: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Who or what is listed follows from parts of the report, under its own filters."""
        question = self._question(self.ask.filters)
        start = listed(self.counting, self.rows, self.report.sql)
        built = statement(start + sql, question, self.store.parse)
        return self.store.query(built.sql, built.values | (more or {}))

    def _notes(self, value: Any, counted: Any) -> tuple[list[str], bool]:  # noqa: ANN401  cells
        """What must be known, and whether it excuses that the events do not give the number."""
        if counted == value:
            return [], False
        dates = self.counting.counts in ("latest", "earliest")
        if dates and counted is None and self.counting.of == "lifetime":
            return ["No event shows this date: an inventory told it."], True
        before = max(cut_offs_seen(self.store, self.ask.viewer).values(), default=None)
        start = self.period.start.replace(tzinfo=None)
        if before is not None and (self.counting.of == "lifetime" or start < before):
            day = f"{before:%Y-%m-%d}"
            return [f"Events before {day} were deleted by retention; totals remain."], True
        return [], False

    def _query(self, sql: str, more: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        built = self._statement(sql)
        return self.store.query(built.sql, built.values | (more or {}))

    def _statement(self, sql: str) -> Statement:
        filters = Filters.of(self.counting.patterns(self.ask.filters.patterns))
        return statement(sql, self._question(filters), self.store.parse)

    def _question(self, filters: Filters) -> Question:
        """What the report asks, narrowed to the row; without rollups, which hold no events."""
        return Question(
            viewer=self.ask.viewer,
            period=self.period,
            filters=filters,
            bucket=self.bucket,
            values={
                "who": self.ask.who,
                "asked_until": self.ask.period.end.replace(tzinfo=None),
                **{f"row_{name}": self._bound(name) for name in self.cell.row},
            },
            terms=self.ask.terms,
        )

    def _bound(self, name: str) -> Any:  # noqa: ANN401  a cell is of any type
        """The value of a row's column as the engine has it; a bucket by its local day."""
        value = self.cell.row[name]
        if not isinstance(value, datetime):
            return value
        if name == self.report.series and self.bucket != "hour":
            day = value.astimezone(self.period.zone).date()
            return datetime(day.year, day.month, day.day)  # noqa: DTZ001  as the engine has it
        return value.astimezone(UTC).replace(tzinfo=None)


def _place(row: tuple[Any, ...], paths: Mapping[int, str | None]) -> tuple[str | None, int | None]:
    """The file and line of an event's record, where the viewer may know them."""
    batch, line = row[10], row[11]
    return (paths[batch], line) if batch in paths else (None, None)


def _aware(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    """An instant in UTC as one, a sum of the engine as a plain number."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return value if value is None or isinstance(value, str) else int(value)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
